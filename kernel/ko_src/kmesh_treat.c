// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Asks the sockops programs of a socket's cgroup how to treat it. The answer
 * is four words, of which an unpatched kernel lets a program write only the
 * first: there no answer is ever valid and nothing is treated.
 */
#include <linux/atomic.h>
#include <linux/bpf.h>
#include <linux/bpf-cgroup.h>
#include <linux/err.h>
#include <linux/filter.h>
#include <linux/in6.h>
#include <linux/moduleparam.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "kmesh_request.h"
#include "kmesh_treat.h"

struct treat_remote {
	struct in6_addr addr6;
	__be32 addr;
	__be16 port;
};

/* Answers that were not acted on, since load. A figure for operators. */
static atomic64_t treat_refused = ATOMIC64_INIT(0);

static int treat_refused_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%lld\n", (long long)atomic64_read(&treat_refused));
}

static const struct kernel_param_ops treat_refused_ops = {
	.get = treat_refused_get,
};

module_param_cb(treat_refused, &treat_refused_ops, NULL, 0400);
MODULE_PARM_DESC(treat_refused, "sockops answers that were invalid and not acted on");

/* Pure: every word in its range, and no word without the flag it needs. */
static bool treat_words_valid(const u32 *words)
{
	u32 flags = words[KMESH_TREAT_FLAGS];

	BUILD_BUG_ON(KMESH_TREAT_MAX_ERRNO != MAX_ERRNO);
	BUILD_BUG_ON(KMESH_TREAT_TAG <= MAX_ERRNO);

	if (!(flags & KMESH_TREAT_F_ANSWER) || (flags & ~KMESH_TREAT_F_ALL))
		return false;
	if (words[KMESH_TREAT_ERRNO] > KMESH_TREAT_MAX_ERRNO)
		return false;
	if (words[KMESH_TREAT_MARK] && !(flags & KMESH_TREAT_F_MARK))
		return false;
	return words[KMESH_TREAT_GRACE] <= KMESH_TREAT_MAX_GRACE_MS;
}

/* A program reads the remote end of a connection out of the socket. */
static void set_remote(struct sock *sk, const struct treat_remote *remote)
{
	sk->sk_daddr = remote->addr;
	sk->sk_dport = remote->port;
#if IS_ENABLED(CONFIG_IPV6)
	sk->sk_v6_daddr = remote->addr6;
#endif
}

static struct treat_remote get_remote(const struct sock *sk)
{
	struct treat_remote remote = {
		.addr = sk->sk_daddr,
		.port = sk->sk_dport,
#if IS_ENABLED(CONFIG_IPV6)
		.addr6 = sk->sk_v6_daddr,
#endif
	};

	return remote;
}

static struct treat_remote asked_remote(const struct sockaddr *asked)
{
	struct treat_remote remote = {};
	__be32 addr[4];
	u16 family;

	kmesh_request_address(asked, &family, &remote.port, addr);
	if (family == AF_INET6)
		memcpy(&remote.addr6, addr, sizeof(remote.addr6));
	else
		remote.addr = addr[0];
	return remote;
}

/**
 * kmesh_treat_ask() - run the sockops programs of the socket's cgroup
 * @sk: a full TCP socket
 * @asked: the address it is to be connected to, IPv4 or IPv6; only of a closed
 *         socket, else NULL
 * @t: what came back
 *
 * The programs see that address as the remote one. It stands in the socket
 * while they run: a closed socket is in no table where it would be found by
 * it, and nobody reads it there without the socket lock.
 *
 * All programs of the cgroup and its parents see the same words, so the last
 * one to write wins. A program that returns anything but 1 vetoes the answer.
 *
 * Context: process context, socket lock held; the kernel's runner takes the
 * RCU read lock and stops migration itself. Does not sleep.
 */
void kmesh_treat_ask(struct sock *sk, const struct sockaddr *asked,
		     struct kmesh_treatment *t)
{
	const struct treat_remote was = get_remote(sk);
	struct treat_remote remote;
	struct bpf_sock_ops_kern sock_ops;
	bool written;
	int i, err;

	sock_owned_by_me(sk);
	BUILD_BUG_ON(ARRAY_SIZE(sock_ops.replylong) != KMESH_TREAT_WORDS);

	/* temp and what follows it is scratch, as in tcp_call_bpf() */
	memset(&sock_ops, 0, offsetof(struct bpf_sock_ops_kern, temp));
	sock_ops.sk = sk;
	sock_ops.is_fullsock = 1;
	sock_ops.op = BPF_SOCK_OPS_VOID;
	sock_ops.args[0] = KMESH_TREAT_TAG;

	if (asked) {
		remote = asked_remote(asked);
		set_remote(sk, &remote);
	}
	err = BPF_CGROUP_RUN_PROG_SOCK_OPS(&sock_ops);
	if (asked)
		set_remote(sk, &was);

	written = sock_ops.replylong[0] != KMESH_TREAT_TAG;
	for (i = 0; i < KMESH_TREAT_WORDS; i++) {
		t->words[i] = sock_ops.replylong[i];
		written |= i && t->words[i];
	}
	t->given = !err && t->words[0] != KMESH_TREAT_TAG &&
		   treat_words_valid(t->words);
	t->refused = written && !t->given;
	if (t->refused)
		atomic64_inc(&treat_refused);
}

/**
 * kmesh_treat_apply() - do what a treatment says
 * @sk: the socket that was asked about
 * @t: the answer of kmesh_treat_ask()
 *
 * Context: socket lock held. Does not sleep.
 *
 * Return: 0, or the negative errno that the connection is to be denied with.
 * A denied socket keeps its mark.
 */
int kmesh_treat_apply(struct sock *sk, const struct kmesh_treatment *t)
{
	sock_owned_by_me(sk);

	if (!t->given)
		return 0;
	if (t->words[KMESH_TREAT_ERRNO])
		return -(int)t->words[KMESH_TREAT_ERRNO];
	if (t->words[KMESH_TREAT_FLAGS] & KMESH_TREAT_F_MARK)
		kmesh_set_mark(sk, t->words[KMESH_TREAT_MARK]);
	return 0;
}
