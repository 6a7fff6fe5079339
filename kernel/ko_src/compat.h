/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Differences between the kernels (and configurations) that kmesh.ko is built
 * for, 5.10 to 6.12: one function a difference, with the version. The one
 * difference that cannot stand here is DECLARE_TRACE_WRITABLE, see
 * kmesh_trace.h.
 */
#ifndef KMESH_COMPAT_H
#define KMESH_COMPAT_H

#include <linux/cgroup.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/version.h>
#include <net/inet_sock.h>
#include <net/sock.h>

/*
 * Up to 6.4 sk_mark is read plainly under the socket lock, from 6.5 on without
 * it and annotated. WRITE_ONCE() serves both. Context: socket lock held.
 */
static inline void kmesh_set_mark(struct sock *sk, u32 mark)
{
	if (READ_ONCE(sk->sk_mark) == mark)
		return;
	WRITE_ONCE(sk->sk_mark, mark);
	/* a cached route may have been chosen by the old mark */
	sk_dst_reset(sk);
}

/* Any version: without CONFIG_SOCK_CGROUP_DATA a socket has no cgroup. */
static inline u64 kmesh_cgroup_id(struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	return cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data));
#else
	return 0;
#endif
}

/* 6.6: defer_connect is one of inet_sock's flag bits. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
static inline bool kmesh_is_deferred(const struct sock *sk)
{
	return inet_test_bit(DEFER_CONNECT, sk);
}

static inline void kmesh_set_deferred(struct sock *sk, bool deferred)
{
	inet_assign_bit(DEFER_CONNECT, sk, deferred);
}
#else
static inline bool kmesh_is_deferred(const struct sock *sk)
{
	return inet_sk(sk)->defer_connect;
}

static inline void kmesh_set_deferred(struct sock *sk, bool deferred)
{
	inet_sk(sk)->defer_connect = deferred;
}
#endif

/* 5.19: recvmsg has no argument for not blocking, MSG_DONTWAIT says it. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 19, 0)
#define KMESH_NONBLOCK_PARAMETER
#define KMESH_NONBLOCK_ARGUMENT
#define KMESH_NONBLOCK(flags) (!!((flags) & MSG_DONTWAIT))
#else
#define KMESH_NONBLOCK_PARAMETER int nonblock,
#define KMESH_NONBLOCK_ARGUMENT nonblock,
#define KMESH_NONBLOCK(flags) (nonblock || ((flags) & MSG_DONTWAIT))
#endif

/* 6.5: sendpage is gone, MSG_SPLICE_PAGES takes its place in sendmsg. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define KMESH_SEND_COPIES(flags) ((flags) & ~(MSG_ZEROCOPY | MSG_SPLICE_PAGES))
#else
#define KMESH_HAS_SENDPAGE
#define KMESH_SEND_COPIES(flags) ((flags) & ~MSG_ZEROCOPY)
#endif

/*
 * The completion of a MSG_ZEROCOPY send that was copied. 5.12 renamed the
 * functions, 6.1 split the struct. Context: socket lock held.
 */
static inline void kmesh_zerocopy_copied(struct sock *sk, size_t size)
{
	struct ubuf_info *uarg;

	if (!sock_flag(sk, SOCK_ZEROCOPY))
		return;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	uarg = msg_zerocopy_realloc(sk, size, NULL);
	if (!uarg)
		return;
	uarg_to_msgzc(uarg)->zerocopy = 0;
	net_zcopy_put(uarg);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
	uarg = msg_zerocopy_realloc(sk, size, NULL);
	if (!uarg)
		return;
	uarg->zerocopy = 0;
	net_zcopy_put(uarg);
#else
	uarg = sock_zerocopy_realloc(sk, size, NULL);
	if (!uarg)
		return;
	uarg->zerocopy = 0;
	sock_zerocopy_put(uarg);
#endif
}

/*
 * 6.1: setting a ULP takes zero-copy sends by io_uring away from the socket.
 * Context: socket lock held, the slot empty again.
 */
static inline void kmesh_restore_zerocopy(struct sock *sk)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	if (sk->sk_socket)
		set_bit(SOCK_SUPPORT_ZC, &sk->sk_socket->flags);
#endif
}

#endif /* KMESH_COMPAT_H */
