// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The deferred connect: from the address asked for to the address connected
 * to. The socket looks like one whose connect() has TCP_FASTOPEN_CONNECT:
 * writable at once, with its first bytes still to come.
 */
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/inet_common.h>

#include "compat.h"
#include "kmesh_conn.h"
#include "kmesh_stat.h"
#include "kmesh_treat.h"

/* An address that the plain connect would look at; else let it say why not. */
static bool address_fits(const struct sock *sk, const struct sockaddr *asked,
			 int len)
{
	if (asked->sa_family != sk->sk_family)
		return false;
	return len >= (sk->sk_family == AF_INET6 ? SIN6_LEN_RFC2133 :
						   (int)sizeof(struct sockaddr_in));
}

/*
 * Stores without tcp_set_state(), which gives up a port bound by bind(ip, 0)
 * and tells observers of a state that the world never sees.
 */
static void set_state(struct sock *sk, int state)
{
	/* pairs with the loads of tcp_poll() and its kind */
	smp_store_release(&sk->sk_state, state);
}

static void enter_deferred(struct sock *sk, struct kmesh_conn *conn)
{
	conn->stage = KMESH_DEFERRED;
	kmesh_set_deferred(sk, true);
	set_state(sk, TCP_SYN_SENT);
}

/**
 * kmesh_defer() - connect() of an armed socket
 * @sk: armed, in state TCP_CLOSE
 * @conn: what hangs at it
 * @asked: the address
 * @len: of it
 *
 * Context: process context, socket lock held.
 *
 * Return: 0: held back; 1: to be connected as if it were not armed; else the
 * negative errno of a connect that is refused. In the last two cases the
 * caller leaves.
 */
int kmesh_defer(struct sock *sk, struct kmesh_conn *conn,
		const struct sockaddr *asked, int len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct kmesh_treatment t;
	int err;

	if (!address_fits(sk, asked, len) || tp->repair)
		return 1;
	/* sendto() with MSG_FASTOPEN sends right after this; without the
	 * flag its callers try connect()
	 */
	if (tp->fastopen_req)
		return conn->open ? 1 : -EOPNOTSUPP;
	/* TCP_FASTOPEN_CONNECT promises what happens here anyway */
	tp->fastopen_connect = 0;

	kmesh_treat_ask(sk, asked, &t);
	err = kmesh_treat_apply(sk, &t);
	if (err) {
		kmesh_count(KMESH_COUNT_TREATED);
		return err;
	}
	if (t.given) {
		conn->no_grace |= !!(t.words[KMESH_TREAT_FLAGS] &
				     KMESH_TREAT_F_NO_GRACE);
		if (t.words[KMESH_TREAT_GRACE])
			conn->grace_ms = t.words[KMESH_TREAT_GRACE];
	}

	conn->asked_len = min_t(int, len, sizeof(conn->asked));
	memcpy(&conn->asked, asked, conn->asked_len);
	enter_deferred(sk, conn);
	kmesh_count(KMESH_COUNT_DEFERRED);
	kmesh_work_grace(sk, conn);
	/* who polls already may write now */
	sk->sk_state_change(sk);
	return 0;
}

/* ---- the decision ---- */

/* True if the verdict's address is one that this socket can connect to. */
static bool redirect(const struct sock *sk, const struct kmesh_verdict *v,
		     union kmesh_address *to, int *len)
{
	if (sk->sk_family == AF_INET) {
		if (v->family != AF_INET)
			return false;
		memset(&to->in, 0, sizeof(to->in));
		to->in.sin_family = AF_INET;
		to->in.sin_port = v->port;
		to->in.sin_addr.s_addr = v->addr[0];
		*len = sizeof(to->in);
		return true;
	}
	if (v->family == AF_INET && ipv6_only_sock(sk))
		return false;
	memset(&to->in6, 0, sizeof(to->in6));
	to->in6.sin6_family = AF_INET6;
	to->in6.sin6_port = v->port;
	if (v->family == AF_INET)
		ipv6_addr_set_v4mapped(v->addr[0], &to->in6.sin6_addr);
	else
		memcpy(&to->in6.sin6_addr, v->addr, sizeof(v->addr));
	*len = sizeof(to->in6);
	return true;
}

static void ask(struct sock *sk, struct kmesh_conn *conn, bool no_memory,
		struct kmesh_verdict *verdict, struct kmesh_event *event)
{
	struct kmesh_request *req = no_memory ? NULL : kmesh_request_alloc();

	memset(verdict, 0, sizeof(*verdict));
	event->by = KMESH_BY_NO_MEMORY;
	if (!req)
		return;
	kmesh_request_fill(req, sk, &conn->asked.sa, conn->held);
	event->cgroup_id = req->in.cgroup_id;
	event->cookie = req->in.cookie;
	event->by = kmesh_request_ask(req, verdict);
	kmesh_request_free(req);
}

/*
 * The connect of the real world. The slot stays taken meanwhile, so that the
 * connect program, which sees the final address now, cannot arm again.
 */
static int connect_to(struct sock *sk, struct kmesh_conn *conn,
		      union kmesh_address *to, int len)
{
	struct socket *sock = sk->sk_socket;
	int err;

	WRITE_ONCE(sk->sk_prot, kmesh_plain_proto(sk));
	kmesh_set_deferred(sk, false);
	set_state(sk, TCP_CLOSE);
	sock->state = SS_UNCONNECTED;
	err = __inet_stream_connect(sock, &to->sa, len, O_NONBLOCK, 1);
	if (err == -EINPROGRESS)
		err = 0;
	if (!err && conn->held)
		WRITE_ONCE(sk->sk_prot, kmesh_armed_proto(sk));
	return err;
}

static void count_decision(const struct kmesh_conn *conn,
			   const struct kmesh_event *event)
{
	kmesh_count(KMESH_COUNT_DECIDED);
	kmesh_count((enum kmesh_counter)event->by);
	if (event->action == KMESH_ACTION_REDIRECT)
		kmesh_count(KMESH_COUNT_ROUTED);
	else if (event->action == KMESH_ACTION_ORIGINAL)
		kmesh_count(KMESH_COUNT_ORIGINAL);
	else
		kmesh_count(KMESH_COUNT_DENIED);
	if (event->head_state == KMESH_HEAD_OTHER)
		kmesh_count(KMESH_COUNT_NOT_HTTP);
	if (event->error && event->action != KMESH_ACTION_DENY)
		kmesh_count(KMESH_COUNT_FAILED);
}

/**
 * kmesh_decide() - ask where to, and go there
 * @sk: deferred
 * @conn: what hangs at it; afterwards DECIDED, or left, if there is nothing
 *	held or nothing to send it to
 * @no_memory: there was none for the first bytes: policy decides
 *
 * Context: process context, socket lock held throughout. May sleep.
 *
 * Return: 0: the connect is under way; else the negative errno that the
 * application gets, and the socket is plain and not connected.
 */
int kmesh_decide(struct sock *sk, struct kmesh_conn *conn, bool no_memory)
{
	struct kmesh_event event = {};
	struct kmesh_verdict verdict;
	union kmesh_address to;
	int len = conn->asked_len;
	int err;

	ask(sk, conn, no_memory, &verdict, &event);
	to = conn->asked;
	if (verdict.action == KMESH_ACTION_REDIRECT &&
	    !redirect(sk, &verdict, &to, &len)) {
		memset(&verdict, 0, sizeof(verdict));
		event.by = KMESH_BY_REFUSED;
	}
	if (verdict.action == KMESH_ACTION_NONE)
		verdict.action = conn->open ? KMESH_ACTION_ORIGINAL :
					      KMESH_ACTION_DENY;

	conn->stage = KMESH_DECIDED;
	if (verdict.action == KMESH_ACTION_DENY)
		err = verdict.error ? -(int)verdict.error : -EACCES;
	else
		err = connect_to(sk, conn, &to, len);

	event.action = verdict.action;
	event.route = verdict.route;
	event.error = err;
	if (conn->held) {
		event.head_state = conn->held->head.state;
		event.reason = conn->held->head.reason;
	}
	kmesh_request_address(&conn->asked.sa, &event.family, &event.asked_port,
			      event.asked);
	kmesh_request_address(&to.sa, &event.final_family, &event.final_port,
			      event.final);
	count_decision(conn, &event);
	kmesh_note(&event);

	if (err || !conn->held)
		kmesh_leave(sk);
	if (err)
		kmesh_unconnect(sk);
	/* who waits for the decision, or polls, looks again */
	sk->sk_state_change(sk);
	return err;
}

/*
 * A socket that is not connected, and may be connected again; an error that
 * the caller hands to the application itself. Context: socket lock held.
 */
void kmesh_unconnect(struct sock *sk)
{
	struct socket *sock = sk->sk_socket;

	kmesh_set_deferred(sk, false);
	sock->state = SS_UNCONNECTED;
	/* busy: another thread waits in the kernel's own code */
	if (kmesh_plain_proto(sk)->disconnect(sk, 0))
		tcp_done(sk);
	else
		sk->sk_err = 0;
}

/**
 * kmesh_redefer() - take a decision back of which nothing was sent
 * @sk: DECIDED; connecting or connected
 * @conn: what hangs at it
 *
 * Context: process context, socket lock held.
 *
 * Return: 0: DEFERRED again; else a negative errno, and nothing changed.
 */
int kmesh_redefer(struct sock *sk, struct kmesh_conn *conn)
{
	int err;

	err = kmesh_plain_proto(sk)->disconnect(sk, 0);
	if (err)
		return err;
	sk->sk_err = 0;
	sk->sk_socket->state = SS_CONNECTING;
	enter_deferred(sk, conn);
	kmesh_count(KMESH_COUNT_ALTERED);
	kmesh_count(KMESH_COUNT_DEFERRED);
	return 0;
}
