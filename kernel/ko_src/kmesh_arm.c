// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Arms a socket and leaves it again. Only BPF programs of connect hooks arm,
 * and nothing but the socket's own calls, its grace time and its end leave.
 *
 * Where the kernel carries the patch for connect-ulp, arming is setting an
 * upper layer protocol; where BPF programs of that kind may call functions of
 * modules, it is kmesh_arm(). Elsewhere nothing can arm.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/filter.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/tcp.h>
#include <net/transp_v6.h>

#include "compat.h"
#include "kmesh_conn.h"
#include "kmesh_stat.h"

static struct tcp_ulp_ops ulp_closed;
static struct tcp_ulp_ops ulp_open;

/* What hangs at the socket, or NULL. Context: socket lock held. */
struct kmesh_conn *kmesh_conn(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	if (icsk->icsk_ulp_ops != &ulp_closed && icsk->icsk_ulp_ops != &ulp_open)
		return NULL;
	return (__force struct kmesh_conn *)icsk->icsk_ulp_data;
}

void kmesh_conn_get(struct kmesh_conn *conn)
{
	refcount_inc(&conn->refs);
}

void kmesh_conn_put(struct kmesh_conn *conn)
{
	if (!refcount_dec_and_test(&conn->refs))
		return;
	kmesh_held_free(conn->held);
	kfree(conn);
}

struct proto *kmesh_plain_proto(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return &tcpv6_prot;
#endif
	return &tcp_prot;
}

/* ---- in ---- */

/* May this socket be armed, now? */
static int may_arm(const struct sock *sk)
{
	if (sk->sk_type != SOCK_STREAM || sk->sk_protocol != IPPROTO_TCP ||
	    (sk->sk_family != AF_INET && sk->sk_family != AF_INET6))
		return -EOPNOTSUPP;
	/* the kernel's own connections: whoever made them knows where to */
	if (sk->sk_kern_sock || !sk->sk_socket)
		return -EOPNOTSUPP;
	if (sk->sk_state != TCP_CLOSE)
		return -EISCONN;
	if (READ_ONCE(sk->sk_prot) != kmesh_plain_proto(sk) ||
	    tcp_sk(sk)->repair)
		return -EBUSY;
	return 0;
}

/* The part that both ways share. Context: socket lock held, RCU, no sleep. */
static int hang(struct sock *sk, bool open)
{
	struct kmesh_conn *conn;
	int err;

	sock_owned_by_me(sk);
	err = may_arm(sk);
	if (err)
		return err;
	conn = kzalloc(sizeof(*conn),
		       GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!conn)
		return -ENOMEM;
	BUILD_BUG_ON(sizeof(*conn) > 512);
	refcount_set(&conn->refs, 1);
	conn->sk = sk;
	conn->open = open;
	kmesh_work_prepare(conn);
	rcu_assign_pointer(inet_csk(sk)->icsk_ulp_data, (void *)conn);
	WRITE_ONCE(sk->sk_prot, kmesh_armed_proto(sk));
	kmesh_ops_install(sk->sk_socket);
	kmesh_count(KMESH_COUNT_ARMED);
	return 0;
}

static int init_closed(struct sock *sk)
{
	return hang(sk, false);
}

static int init_open(struct sock *sk)
{
	return hang(sk, true);
}

/* ---- out ---- */

/* Everything but the slot and the module's reference. Context: see below. */
static void unhang(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct kmesh_conn *conn = kmesh_conn(sk);

	if (!conn)
		return;
	WRITE_ONCE(sk->sk_prot, kmesh_plain_proto(sk));
	if (sk->sk_socket)
		kmesh_ops_restore(sk->sk_socket);
	kmesh_work_cancel(sk, conn);
	rcu_assign_pointer(icsk->icsk_ulp_data, NULL);
	if (conn->stage == KMESH_ARMED)
		kmesh_count(KMESH_COUNT_UNARMED);
	else if (conn->stage == KMESH_DEFERRED)
		kmesh_count(KMESH_COUNT_UNSENT);
	kmesh_conn_put(conn);
}

/**
 * kmesh_leave() - make an armed socket a plain one
 * @sk: armed or not
 *
 * The connection's state stays as it is. A caller that goes on inside of the
 * module must be between kmesh_enter() and kmesh_exit_call().
 *
 * Context: socket lock held. Does not sleep.
 */
void kmesh_leave(struct sock *sk)
{
	if (!kmesh_conn(sk))
		return;
	unhang(sk);
	inet_csk(sk)->icsk_ulp_ops = NULL;
	kmesh_restore_zerocopy(sk);
	module_put(THIS_MODULE);
}

static struct tcp_ulp_ops ulp_closed = {
	.name = KMESH_ULP_CLOSED,
	.owner = THIS_MODULE,
	.init = init_closed,
	.release = unhang,
#ifdef TCP_ULP_F_BPF
	.flags = TCP_ULP_F_BPF,
#endif
};

static struct tcp_ulp_ops ulp_open = {
	.name = KMESH_ULP_OPEN,
	.owner = THIS_MODULE,
	.init = init_open,
	.release = unhang,
#ifdef TCP_ULP_F_BPF
	.flags = TCP_ULP_F_BPF,
#endif
};

/* ---- the two ways ---- */

/*
 * With the patch: TCP_ULP_F_BPF, which keeps processes away. Without it a
 * process could set the protocol, so that it is not offered.
 */
#ifdef TCP_ULP_F_BPF
#define ARMING "protocol"

static int register_ways(void)
{
	int err;

	err = tcp_register_ulp(&ulp_closed);
	if (err)
		return err;
	err = tcp_register_ulp(&ulp_open);
	if (err)
		tcp_unregister_ulp(&ulp_closed);
	return err;
}

static void unregister_ways(void)
{
	tcp_unregister_ulp(&ulp_open);
	tcp_unregister_ulp(&ulp_closed);
}
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0) && \
	defined(CONFIG_DEBUG_INFO_BTF_MODULES)
#define ARMING "call"

__bpf_kfunc_start_defs();

/**
 * kmesh_arm() - arm the socket that connects
 * @uctx: the context of a connect4 or connect6 program
 * @flags: KMESH_ARM_F_*
 * @grace_ms: how long to wait for the first byte, 0: the module's default
 *
 * Return: 0, or a negative errno: EINVAL, EALREADY (it is armed; so it is when
 * its real connect runs the program again), EEXIST (another upper layer
 * protocol has the slot), EISCONN, EOPNOTSUPP (no TCP, or the kernel's own), EBUSY
 * (a socket of a sockmap, or under repair), ENOMEM, ENOENT (unloading).
 */
__bpf_kfunc int kmesh_arm(struct bpf_sock_addr *uctx, u32 flags, u32 grace_ms)
{
	struct bpf_sock_addr_kern *ctx = (struct bpf_sock_addr_kern *)uctx;
	struct sock *sk = ctx->sk;
	bool open = flags & KMESH_ARM_F_OPEN;
	struct kmesh_conn *conn;
	int err;

	if ((flags & ~KMESH_ARM_F_ALL) || grace_ms > KMESH_TREAT_MAX_GRACE_MS)
		return -EINVAL;
	if (sk->sk_protocol != IPPROTO_TCP || sk->sk_type != SOCK_STREAM)
		return -EOPNOTSUPP;
	if (inet_csk(sk)->icsk_ulp_ops)
		return kmesh_conn(sk) ? -EALREADY : -EEXIST;
	if (!try_module_get(THIS_MODULE))
		return -ENOENT;
	err = hang(sk, open);
	if (err) {
		module_put(THIS_MODULE);
		return err;
	}
	inet_csk(sk)->icsk_ulp_ops = open ? &ulp_open : &ulp_closed;
	conn = kmesh_conn(sk);
	conn->grace_ms = grace_ms;
	conn->no_grace = flags & KMESH_ARM_F_NO_GRACE;
	return 0;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(kmesh_kfuncs)
BTF_ID_FLAGS(func, kmesh_arm)
BTF_KFUNCS_END(kmesh_kfuncs)

static const struct btf_kfunc_id_set kmesh_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &kmesh_kfuncs,
};

/* It goes with the module; a program that uses it holds the module. */
static int register_ways(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
					 &kmesh_kfunc_set);
}

static void unregister_ways(void)
{
}
#else
#define ARMING "none"

static int register_ways(void)
{
	return 0;
}

static void unregister_ways(void)
{
}
#endif

static int arming_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, ARMING "\n");
}

static const struct kernel_param_ops arming_ops = {
	.get = arming_get,
};

module_param_cb(arming, &arming_ops, NULL, 0444);
MODULE_PARM_DESC(arming, "how connect programs arm a socket here: protocol, call or none");

int __init kmesh_arm_init(void)
{
	return register_ways();
}

/* No socket is armed any more: each one holds the module. */
void kmesh_arm_exit(void)
{
	unregister_ways();
}
