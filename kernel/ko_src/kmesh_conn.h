/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An armed socket: what hangs at it, and its way through three stages.
 *
 *   ARMED     a program armed it; connect() has not come yet
 *   DEFERRED  connect() returned; nothing is on the wire. The first bytes
 *             decide, or the end of the grace time
 *   DECIDED   the real connect is under way, or done; what is held goes out
 *             first. Then the socket is left: a plain one from there on
 *
 * The state hangs in the ULP slot, which is taken as long as the socket is
 * armed. All of it is read and written under the socket lock.
 */
#ifndef KMESH_CONN_H
#define KMESH_CONN_H

#include <linux/in6.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "kmesh_request.h"

enum kmesh_stage {
	KMESH_ARMED = 0,
	KMESH_DEFERRED,
	KMESH_DECIDED,
};

union kmesh_address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

struct kmesh_conn {
	struct sock *sk; /* with a reference of the work that is pending */
	refcount_t refs; /* the socket's, pending work's, waiting callers' */
	u8 stage;        /* enum kmesh_stage */
	u8 asked_len;
	bool open;       /* no verdict: the address asked for */
	bool no_grace;
	bool sending;    /* a thread is in kmesh_send(), others wait */
	bool due;	 /* work came while it was locked; under the spinlock */
	u32 grace_ms;    /* 0: the module's default for its kind */
	union kmesh_address asked;
	struct kmesh_held *held; /* NULL until the first byte */
	struct delayed_work work; /* the grace time, then what was held */
	/* the socket's own callback, while ours stands in its place */
	void (*state_change)(struct sock *sk);
};

/* kmesh_arm.c: in and out */
struct kmesh_conn *kmesh_conn(const struct sock *sk);
void kmesh_conn_get(struct kmesh_conn *conn);
void kmesh_conn_put(struct kmesh_conn *conn);
void kmesh_leave(struct sock *sk);
struct proto *kmesh_plain_proto(const struct sock *sk);
int kmesh_arm_init(void);
/* From 6.12 on, and called by programs only. */
struct bpf_sock_addr;
int kmesh_arm(struct bpf_sock_addr *uctx, u32 flags, u32 grace_ms);
void kmesh_arm_exit(void);

/* kmesh_proto.c: the calls of an armed socket, as TCP sees them */
struct proto *kmesh_armed_proto(const struct sock *sk);
int kmesh_wait_decided(struct sock *sk, bool nonblock);
void kmesh_proto_init(void);

/* kmesh_ops.c: and as the socket layer sees them */
void kmesh_ops_install(struct socket *sock);
void kmesh_ops_restore(struct socket *sock);
int kmesh_ops_init(void);

/* kmesh_defer.c: the deferred connect and its end */
int kmesh_defer(struct sock *sk, struct kmesh_conn *conn,
		const struct sockaddr *asked, int len);
int kmesh_decide(struct sock *sk, struct kmesh_conn *conn, bool no_memory);
int kmesh_redefer(struct sock *sk, struct kmesh_conn *conn);
void kmesh_unconnect(struct sock *sk);

/* kmesh_work.c: what happens without a call of the application */
void kmesh_work_prepare(struct kmesh_conn *conn);
void kmesh_work_grace(struct sock *sk, struct kmesh_conn *conn);
void kmesh_work_cancel(struct sock *sk, struct kmesh_conn *conn);
void kmesh_work_released(struct sock *sk);
int kmesh_work_init(void);
void kmesh_work_exit(void);

/* kmesh_send.c: the first bytes, in and out */
int kmesh_send(struct sock *sk, struct kmesh_conn *conn, struct msghdr *msg,
	       size_t size);
int kmesh_send_held(struct sock *sk, struct kmesh_conn *conn, int flags,
		    size_t limit);

/* kmesh_main.c: threads inside of our callbacks hold the module */
void kmesh_enter(void);
void kmesh_exit_call(void);

#endif /* KMESH_CONN_H */
