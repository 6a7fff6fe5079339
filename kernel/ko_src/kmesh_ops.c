// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The socket operations of an armed socket: the plain ones, but for four
 * that would tell the application, or take it to be, what it is not yet.
 */
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/splice.h>
#include <linux/sockptr.h>
#include <net/net_namespace.h>
#include <net/tcp.h>

#include "compat.h"
#include "kmesh_conn.h"

/* The plain operations, learned at load, and ours after them. */
struct operations {
	const struct proto_ops *plain;
	struct proto_ops armed;
};

static struct operations operations4;
static struct operations operations6;

static struct operations *operations_of(const struct sock *sk)
{
	return sk->sk_family == AF_INET6 ? &operations6 : &operations4;
}

static bool is_nonblocking(const struct socket *sock)
{
	return sock->file && (sock->file->f_flags & O_NONBLOCK);
}

/* The address asked for, until it is known who answers. */
static int armed_getname(struct socket *sock, struct sockaddr *uaddr, int peer)
{
	struct sock *sk = sock->sk;
	struct kmesh_conn *conn;
	int len = 0;

	kmesh_enter();
	if (peer) {
		lock_sock(sk);
		conn = kmesh_conn(sk);
		if (conn && conn->stage != KMESH_ARMED &&
		    sk->sk_state == TCP_SYN_SENT) {
			len = conn->asked.sa.sa_family == AF_INET6 ?
				      sizeof(conn->asked.in6) :
				      sizeof(conn->asked.in);
			memcpy(uaddr, &conn->asked, len);
		}
		release_sock(sk);
	}
	if (!len)
		len = operations_of(sk)->plain->getname(sock, uaddr, peer);
	kmesh_exit_call();
	return len;
}

/*
 * An application that sets an upper layer protocol of its own, TLS most
 * likely, does not speak HTTP/1.x in the clear: what the end of the grace
 * time would do is done now.
 */
static int decide_without_bytes(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct kmesh_conn *conn;
	long timeo;
	int err = 0;

	lock_sock(sk);
	conn = kmesh_conn(sk);
	if (conn && conn->stage == KMESH_DEFERRED && !conn->held) {
		err = kmesh_decide(sk, conn, false);
		timeo = sock_sndtimeo(sk, is_nonblocking(sock));
		if (!err && sk->sk_state == TCP_SYN_SENT)
			err = sk_stream_wait_connect(sk, &timeo);
	}
	release_sock(sk);
	return err;
}

static int armed_setsockopt(struct socket *sock, int level, int optname,
			    sockptr_t optval, unsigned int optlen)
{
	struct sock *sk = sock->sk;
	int err = 0;

	kmesh_enter();
	if (level == SOL_TCP && optname == TCP_ULP)
		err = decide_without_bytes(sock);
	if (!err)
		err = operations_of(sk)->plain->setsockopt(sock, level, optname,
							   optval, optlen);
	kmesh_exit_call();
	return err;
}

/*
 * A socket that was armed for a connect which a program denied may listen, as
 * any that is not connected; with an upper layer protocol it could not.
 */
static int armed_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	struct kmesh_conn *conn;
	int err;

	kmesh_enter();
	lock_sock(sk);
	conn = kmesh_conn(sk);
	if (conn && conn->stage == KMESH_ARMED)
		kmesh_leave(sk);
	release_sock(sk);
	err = operations_of(sk)->plain->listen(sock, backlog);
	kmesh_exit_call();
	return err;
}

static ssize_t armed_splice_read(struct socket *sock, loff_t *ppos,
				 struct pipe_inode_info *pipe, size_t len,
				 unsigned int flags)
{
	bool nonblock = is_nonblocking(sock) || (flags & SPLICE_F_NONBLOCK);
	ssize_t n;

	kmesh_enter();
	n = kmesh_wait_decided(sock->sk, nonblock);
	if (!n)
		n = operations_of(sock->sk)->plain->splice_read(sock, ppos, pipe,
								len, flags);
	kmesh_exit_call();
	return n;
}

/* Only in the place of the plain ones. Context: socket lock held. */
void kmesh_ops_install(struct socket *sock)
{
	struct operations *o = operations_of(sock->sk);

	if (sock->ops == o->plain)
		WRITE_ONCE(sock->ops, &o->armed);
}

void kmesh_ops_restore(struct socket *sock)
{
	struct operations *o = operations_of(sock->sk);

	if (sock->ops == &o->armed)
		WRITE_ONCE(sock->ops, o->plain);
}

/* inet6_stream_ops is not exported: a socket tells. */
static int __init learn(int family, struct operations *o)
{
	struct socket *sock;
	int err;

	err = sock_create_kern(&init_net, family, SOCK_STREAM, IPPROTO_TCP,
			       &sock);
	if (err)
		return err;
	o->plain = sock->ops;
	o->armed = *sock->ops;
	o->armed.getname = armed_getname;
	o->armed.listen = armed_listen;
	o->armed.setsockopt = armed_setsockopt;
	o->armed.splice_read = armed_splice_read;
	sock_release(sock);
	return 0;
}

int __init kmesh_ops_init(void)
{
	int err;

	err = learn(AF_INET, &operations4);
	if (err)
		return err;
	/* a machine without IPv6 has no socket to be armed either */
	err = learn(AF_INET6, &operations6);
	return err == -EAFNOSUPPORT ? 0 : err;
}
