/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What happened to connections: counters, and the last decisions with their
 * reasons, in /proc/kmesh. Nothing here decides anything.
 */
#ifndef KMESH_STAT_H
#define KMESH_STAT_H

#include <linux/types.h>
#include "kmesh_abi.h"

struct proc_dir_entry;

/* Since load; kmesh_stat.c has their names. */
enum kmesh_counter {
	KMESH_COUNT_ARMED, /* sockets that a program armed */
	KMESH_COUNT_UNARMED, /* of these: plain again without a deferred connect */
	KMESH_COUNT_TREATED, /* connects that a treatment denied */
	KMESH_COUNT_DEFERRED, /* connects held back */
	KMESH_COUNT_UNSENT, /* of these: ended by the application before a decision */
	KMESH_COUNT_DECIDED, /* of these: decided; the sum of the next three */
	KMESH_COUNT_ROUTED, /* to where a program said */
	KMESH_COUNT_ORIGINAL, /* to the address asked for */
	KMESH_COUNT_DENIED,
	KMESH_COUNT_FAILED, /* of routed and original: the connect failed at once */
	KMESH_COUNT_ALTERED, /* other bytes came than those that were judged */
	KMESH_COUNT_BY_VERDICT, /* decided by a program; with the next three: decided */
	KMESH_COUNT_BY_NO_VERDICT, /* by policy: no program, or it said nothing */
	KMESH_COUNT_BY_REFUSED, /* by policy: a verdict that makes no sense */
	KMESH_COUNT_BY_NO_MEMORY, /* by policy: nobody could be asked */
	KMESH_COUNT_NOT_HTTP, /* of decided: the first bytes were no HTTP/1.x head */
	KMESH_COUNT_GRACE, /* of decided: the grace time ended first */
	KMESH_COUNT_OF,
};

/* Who decided: the reason of an event, and a counter each. */
enum kmesh_by {
	KMESH_BY_VERDICT = KMESH_COUNT_BY_VERDICT,
	KMESH_BY_NO_VERDICT = KMESH_COUNT_BY_NO_VERDICT,
	KMESH_BY_REFUSED = KMESH_COUNT_BY_REFUSED,
	KMESH_BY_NO_MEMORY = KMESH_COUNT_BY_NO_MEMORY,
};

/* One decision, as the ring keeps it. */
struct kmesh_event {
	u64 when; /* ns of CLOCK_REALTIME */
	u64 cgroup_id;
	u64 cookie;
	u16 family;
	u8 action;     /* enum kmesh_action */
	u8 by;	       /* enum kmesh_by */
	u8 head_state; /* enum kmesh_head_state */
	u8 reason;     /* enum kmesh_head_reason */
	__be16 asked_port;
	__be16 final_port;
	u16 final_family;
	__be32 asked[4];
	__be32 final[4];
	u32 route;
	int error; /* of the connect itself, or of the denial */
};

void kmesh_count(enum kmesh_counter which);
void kmesh_note(struct kmesh_event *event);
int kmesh_stat_show(struct proc_dir_entry *dir);
int kmesh_stat_init(void);
void kmesh_stat_exit(void);

#endif /* KMESH_STAT_H */
