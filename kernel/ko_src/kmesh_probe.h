/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/kmesh/probe, the diagnostic of kmesh.ko. */
#ifndef KMESH_PROBE_H
#define KMESH_PROBE_H

int kmesh_probe_init(void);
void kmesh_probe_exit(void);

#endif /* KMESH_PROBE_H */
