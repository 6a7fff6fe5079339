// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * /proc/kmesh/counters: since load, a name and a number a line.
 * /proc/kmesh/recent: the last decisions, the oldest first; for those who may
 * observe the whole machine, for it tells who talks to whom.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/spinlock.h>

#include "kmesh_stat.h"

#define RING_SIZE 256

struct counters {
	u64 of[KMESH_COUNT_OF];
};

static const char *const counter_names[KMESH_COUNT_OF] = {
	[KMESH_COUNT_ARMED] = "armed",
	[KMESH_COUNT_UNARMED] = "unarmed",
	[KMESH_COUNT_TREATED] = "treated",
	[KMESH_COUNT_DEFERRED] = "deferred",
	[KMESH_COUNT_UNSENT] = "unsent",
	[KMESH_COUNT_DECIDED] = "decided",
	[KMESH_COUNT_ROUTED] = "routed",
	[KMESH_COUNT_ORIGINAL] = "original",
	[KMESH_COUNT_DENIED] = "denied",
	[KMESH_COUNT_FAILED] = "failed",
	[KMESH_COUNT_ALTERED] = "altered",
	[KMESH_COUNT_BY_VERDICT] = "by_verdict",
	[KMESH_COUNT_BY_NO_VERDICT] = "by_no_verdict",
	[KMESH_COUNT_BY_REFUSED] = "by_refused",
	[KMESH_COUNT_BY_NO_MEMORY] = "by_no_memory",
	[KMESH_COUNT_NOT_HTTP] = "not_http",
	[KMESH_COUNT_GRACE] = "grace",
};

static DEFINE_PER_CPU(struct counters, counters);

/* Under ring_lock: the events, and how many there ever were. */
static DEFINE_SPINLOCK(ring_lock);
static struct kmesh_event *ring;
static u64 ring_total;

/* Context: any. */
void kmesh_count(enum kmesh_counter which)
{
	this_cpu_inc(counters.of[which]);
}

/* Sets event->when. Context: process or softirq. */
void kmesh_note(struct kmesh_event *event)
{
	event->when = ktime_get_real_ns();
	spin_lock_bh(&ring_lock);
	ring[ring_total++ % RING_SIZE] = *event;
	spin_unlock_bh(&ring_lock);
}

static int counters_show(struct seq_file *seq, void *v)
{
	u64 sum;
	int i, cpu;

	for (i = 0; i < KMESH_COUNT_OF; i++) {
		sum = 0;
		for_each_possible_cpu(cpu)
			sum += READ_ONCE(per_cpu(counters, cpu).of[i]);
		seq_printf(seq, "%s %llu\n", counter_names[i], sum);
	}
	return 0;
}

/* ---- recent ---- */

static void show_address(struct seq_file *seq, const char *name, u16 family,
			 const __be32 *addr, __be16 port)
{
	if (family == AF_INET6)
		seq_printf(seq, " %s=[%pI6c]:%u", name, addr, ntohs(port));
	else
		seq_printf(seq, " %s=%pI4:%u", name, addr, ntohs(port));
}

static const char *head_text(const struct kmesh_event *e)
{
	static const char *const reasons[KMESH_REASON_COUNT_OF] = {
		[KMESH_REASON_METHOD] = "other:method",
		[KMESH_REASON_TARGET] = "other:target",
		[KMESH_REASON_VERSION] = "other:version",
		[KMESH_REASON_LINE_END] = "other:line-end",
		[KMESH_REASON_FOLDED] = "other:folded",
		[KMESH_REASON_NAME] = "other:name",
		[KMESH_REASON_VALUE] = "other:value",
		[KMESH_REASON_COUNT] = "other:count",
		[KMESH_REASON_HOST] = "other:host",
		[KMESH_REASON_FRAMING] = "other:framing",
		[KMESH_REASON_LENGTH] = "other:length",
	};

	if (e->head_state == KMESH_HEAD_MORE)
		return "not-whole";
	if (e->head_state == KMESH_HEAD_HTTP)
		return "http";
	return reasons[e->reason];
}

static void show_event(struct seq_file *seq, const struct kmesh_event *e)
{
	static const char *const actions[KMESH_ACTION_COUNT] = {
		"none", "original", "redirect", "deny",
	};

	seq_printf(seq, "%llu.%06llu %s by=%s head=%s", e->when / NSEC_PER_SEC,
		   e->when % NSEC_PER_SEC / NSEC_PER_USEC, actions[e->action],
		   counter_names[e->by] + strlen("by_"), head_text(e));
	show_address(seq, "asked", e->family, e->asked, e->asked_port);
	if (e->action != KMESH_ACTION_DENY)
		show_address(seq, "final", e->final_family, e->final,
			     e->final_port);
	seq_printf(seq, " route=%u error=%d cgroup=%llu cookie=%llu\n",
		   e->route, e->error, e->cgroup_id, e->cookie);
}

static int recent_show(struct seq_file *seq, void *v)
{
	struct kmesh_event *copy;
	u64 total, i;

	/* a copy, so that who reads does not hold up who connects */
	copy = kvmalloc_array(RING_SIZE, sizeof(*copy), GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	spin_lock_bh(&ring_lock);
	memcpy(copy, ring, RING_SIZE * sizeof(*copy));
	total = ring_total;
	spin_unlock_bh(&ring_lock);
	for (i = total > RING_SIZE ? total - RING_SIZE : 0; i < total; i++)
		show_event(seq, &copy[i % RING_SIZE]);
	kvfree(copy);
	return 0;
}

/* The file's mode alone lets the root of any container in: it is the owner. */
static int recent_open(struct inode *inode, struct file *file)
{
	if (!perfmon_capable())
		return -EPERM;
	return single_open(file, recent_show, NULL);
}

static const struct proc_ops recent_ops = {
	.proc_open = recent_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

int __init kmesh_stat_show(struct proc_dir_entry *dir)
{
	if (!proc_create_single("counters", 0444, dir, counters_show) ||
	    !proc_create("recent", 0400, dir, &recent_ops))
		return -ENOMEM;
	return 0;
}

int __init kmesh_stat_init(void)
{
	ring = kvcalloc(RING_SIZE, sizeof(*ring), GFP_KERNEL);
	return ring ? 0 : -ENOMEM;
}

/* After the entries are gone, and with no event to come. */
void kmesh_stat_exit(void)
{
	kvfree(ring);
}
