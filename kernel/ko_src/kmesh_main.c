// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* kmesh.ko: what is set up at load and taken down at unload, in order. */
#include <linux/init.h>
#include <linux/module.h>

#include "kmesh_probe.h"

static int __init kmesh_init(void)
{
	return kmesh_probe_init();
}

/* Programs on the tracepoint hold the module: none is attached any more. */
static void __exit kmesh_exit(void)
{
	kmesh_probe_exit();
}

module_init(kmesh_init);
module_exit(kmesh_exit);

MODULE_AUTHOR("Kmesh developers");
MODULE_DESCRIPTION("Kmesh: connections treated and routed by BPF programs");
MODULE_LICENSE("Dual BSD/GPL");
