/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/kmesh/probe, the diagnostic of kmesh.ko. */
#ifndef KMESH_PROBE_H
#define KMESH_PROBE_H

struct proc_dir_entry;

int kmesh_probe_show(struct proc_dir_entry *dir);

#endif /* KMESH_PROBE_H */
