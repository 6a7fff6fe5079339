// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* kmesh.ko: what is set up at load and taken down at unload, in order. */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>

#include "kmesh_conn.h"
#include "kmesh_probe.h"
#include "kmesh_request.h"
#include "kmesh_stat.h"

static struct proc_dir_entry *proc_dir;

/*
 * An armed socket holds the module, and so does a thread inside of a call of
 * one that was left meanwhile: it may read there for as long as its peer likes,
 * and unloading is refused, not held up. Only who comes in while it is unloaded
 * is waited for.
 */
static atomic_t threads_inside = ATOMIC_INIT(0);

void kmesh_enter(void)
{
	__module_get(THIS_MODULE);
	atomic_inc(&threads_inside);
}

void kmesh_exit_call(void)
{
	atomic_dec(&threads_inside);
	module_put(THIS_MODULE);
}

/*
 * A thread may have taken a pointer to one of our functions from a socket and
 * not have come to kmesh_enter() yet, or be past kmesh_exit_call() and not
 * have returned. It does not sleep there, so that both end with a grace period
 * of tasks; and so does a callback in softirq.
 */
static void wait_for_threads(void)
{
	synchronize_rcu_tasks();
	while (atomic_read(&threads_inside))
		usleep_range(1000, 2000);
	synchronize_rcu_tasks();
	synchronize_rcu();
}

/* What can be seen comes last, and goes first. */
static int __init show(void)
{
	int err;

	proc_dir = proc_mkdir("kmesh", NULL);
	if (!proc_dir)
		return -ENOMEM;
	err = kmesh_stat_show(proc_dir);
	if (!err)
		err = kmesh_probe_show(proc_dir);
	if (err)
		proc_remove(proc_dir);
	return err;
}

static int __init kmesh_init(void)
{
	int err;

	kmesh_proto_init();
	err = kmesh_ops_init();
	if (err)
		return err;
	err = kmesh_request_init();
	if (err)
		return err;
	err = kmesh_stat_init();
	if (err)
		goto out_request;
	err = kmesh_work_init();
	if (err)
		goto out_stat;
	err = show();
	if (err)
		goto out_work;
	err = kmesh_arm_init();
	if (err)
		goto out_proc;
	return 0;

out_proc:
	proc_remove(proc_dir);
out_work:
	kmesh_work_exit();
out_stat:
	kmesh_stat_exit();
out_request:
	kmesh_request_exit();
	return err;
}

/*
 * No socket is armed any more, and no program is attached: both hold the
 * module.
 */
static void __exit kmesh_exit(void)
{
	kmesh_arm_exit();
	wait_for_threads();
	/* waits for calls under way and closes open files */
	proc_remove(proc_dir);
	kmesh_work_exit();
	kmesh_stat_exit();
	kmesh_request_exit();
}

module_init(kmesh_init);
module_exit(kmesh_exit);

MODULE_AUTHOR("Kmesh developers");
MODULE_DESCRIPTION("Kmesh: connections treated and routed by BPF programs");
MODULE_LICENSE("Dual BSD/GPL");
