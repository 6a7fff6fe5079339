// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The proto of an armed socket: TCP's own, but for the calls that may not
 * pass before it is decided where to. A call that finds the socket plain
 * meanwhile goes on as a plain one.
 */
#include <linux/sched/signal.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <net/ipv6.h>
#include <net/tcp.h>
#include <net/transp_v6.h>

#include "compat.h"
#include "kmesh_conn.h"

static struct proto armed_proto;
#if IS_ENABLED(CONFIG_IPV6)
static struct proto armed_proto6;
#endif

struct proto *kmesh_armed_proto(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return &armed_proto6;
#endif
	return &armed_proto;
}

/* Context: socket lock held. */
static int armed_pre_connect(struct sock *sk, struct sockaddr *uaddr, int len)
{
	int err;

	kmesh_enter();
	/* armed for a connect that never came: this one is asked about anew */
	kmesh_leave(sk);
	err = kmesh_plain_proto(sk)->pre_connect(sk, uaddr, len);
	kmesh_exit_call();
	return err;
}

/* Context: socket lock held. */
static int armed_connect(struct sock *sk, struct sockaddr *uaddr, int len)
{
	struct kmesh_conn *conn = kmesh_conn(sk);
	int err = 1;

	kmesh_enter();
	if (conn)
		err = kmesh_defer(sk, conn, uaddr, len);
	if (err)
		kmesh_leave(sk);
	if (err > 0)
		err = kmesh_plain_proto(sk)->connect(sk, uaddr, len);
	kmesh_exit_call();
	return err;
}

/* Context: socket lock held. */
static int armed_disconnect(struct sock *sk, int flags)
{
	int err;

	kmesh_enter();
	err = kmesh_plain_proto(sk)->disconnect(sk, flags);
	/* some kernels refuse it while a thread waits: nothing changes then */
	if (!err)
		kmesh_leave(sk);
	kmesh_exit_call();
	return err;
}

static void armed_close(struct sock *sk, long timeout)
{
	kmesh_enter();
	lock_sock(sk);
	kmesh_leave(sk);
	release_sock(sk);
	kmesh_plain_proto(sk)->close(sk, timeout);
	kmesh_exit_call();
}

/* True if the send was ours, and then *err is what it came to. */
static bool send(struct sock *sk, struct msghdr *msg, size_t size, int *err)
{
	struct kmesh_conn *conn;
	bool ours;

	lock_sock(sk);
	conn = kmesh_conn(sk);
	ours = conn && conn->stage != KMESH_ARMED;
	if (ours)
		*err = kmesh_send(sk, conn, msg, size);
	release_sock(sk);
	return ours;
}

static int armed_sendmsg(struct sock *sk, struct msghdr *msg, size_t size)
{
	int err;

	kmesh_enter();
	if (!send(sk, msg, size, &err))
		err = kmesh_plain_proto(sk)->sendmsg(sk, msg, size);
	kmesh_exit_call();
	return err;
}

#ifdef KMESH_HAS_SENDPAGE
static int armed_sendpage(struct sock *sk, struct page *page, int offset,
			  size_t size, int flags)
{
	struct bio_vec vec = {
		.bv_page = page,
		.bv_len = size,
		.bv_offset = offset,
	};
	struct msghdr msg = { .msg_flags = flags };
	int err;

	kmesh_enter();
	iov_iter_bvec(&msg.msg_iter, WRITE, &vec, 1, size);
	if (!send(sk, &msg, size, &err))
		err = kmesh_plain_proto(sk)->sendpage(sk, page, offset, size,
						      flags);
	kmesh_exit_call();
	return err;
}
#endif

/* Without the lock: true as long as it makes sense to wait. */
static bool undecided(struct sock *sk)
{
	/* the state is stored last, and so loaded first */
	return inet_sk_state_load(sk) == TCP_SYN_SENT &&
	       READ_ONCE(sk->sk_prot) == kmesh_armed_proto(sk) &&
	       kmesh_is_deferred(sk);
}

/**
 * kmesh_wait_decided() - hold a reader back until there is a connection to be
 * @sk: an armed socket
 * @nonblock: the call may not wait
 *
 * Another thread's send ends the wait, or the grace time.
 *
 * Context: process context, no lock. Sleeps.
 *
 * Return: 0, or EAGAIN or the errno of a signal.
 */
int kmesh_wait_decided(struct sock *sk, bool nonblock)
{
	long timeo = sock_rcvtimeo(sk, nonblock);
	long left;

	if (!undecided(sk))
		return 0;
	if (!timeo)
		return -EAGAIN;
	left = wait_event_interruptible_timeout(*sk_sleep(sk), !undecided(sk),
						timeo);
	if (left < 0)
		return sock_intr_errno(timeo);
	return left ? 0 : -EAGAIN;
}

static int armed_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
			 KMESH_NONBLOCK_PARAMETER int flags, int *addr_len)
{
	int err = 0;

	kmesh_enter();
	if (!(flags & MSG_ERRQUEUE))
		err = kmesh_wait_decided(sk, KMESH_NONBLOCK(flags));
	if (!err)
		err = kmesh_plain_proto(sk)->recvmsg(sk, msg, len,
						     KMESH_NONBLOCK_ARGUMENT
						     flags, addr_len);
	kmesh_exit_call();
	return err;
}

/* Context: socket lock and spinlock held, bottom halves off. */
static void armed_release_cb(struct sock *sk)
{
	kmesh_work_released(sk);
	kmesh_plain_proto(sk)->release_cb(sk);
}

static void __init derive(struct proto *armed, const struct proto *plain)
{
	*armed = *plain;
	armed->pre_connect = armed_pre_connect;
	armed->connect = armed_connect;
	armed->disconnect = armed_disconnect;
	armed->close = armed_close;
	armed->sendmsg = armed_sendmsg;
#ifdef KMESH_HAS_SENDPAGE
	armed->sendpage = armed_sendpage;
#endif
	armed->recvmsg = armed_recvmsg;
	armed->release_cb = armed_release_cb;
}

void __init kmesh_proto_init(void)
{
	derive(&armed_proto, &tcp_prot);
#if IS_ENABLED(CONFIG_IPV6)
	derive(&armed_proto6, &tcpv6_prot);
#endif
}
