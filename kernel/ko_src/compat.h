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

#endif /* KMESH_COMPAT_H */
