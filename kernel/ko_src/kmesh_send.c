// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The first bytes of a connection. They are copied once; what was judged is
 * what is sent. An application that was told to try again is not believed to
 * bring the same bytes: if it brings others, they are judged anew.
 */
#include <linux/errno.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/uio.h>

#include "compat.h"
#include "kmesh_conn.h"
#include "kmesh_head.h"
#include "kmesh_stat.h"

/* Bytes that the message shows of what is held, and that it brings besides. */
struct shown {
	size_t held;
	size_t rest;
};

static struct kmesh_held *make_room(struct kmesh_held *held, size_t len)
{
	const gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_NOWARN;
	size_t room = len;
	u8 *bytes;

	if (held && len <= held->room)
		return held;
	/* a head that comes in pieces may have many */
	if (held)
		room = KMESH_HEAD_MAX;
	bytes = krealloc(held ? held->bytes : NULL, room, gfp);
	if (!bytes)
		return NULL;
	if (!held) {
		held = kzalloc(sizeof(*held), gfp);
		if (!held) {
			kfree(bytes);
			return NULL;
		}
		kmesh_head_start(&held->head);
	}
	held->bytes = bytes;
	held->room = room;
	return held;
}

/* Copies as much as may be held. All of it, or an errno and nothing. */
static int hold(struct kmesh_conn *conn, struct msghdr *msg, size_t size)
{
	size_t len = conn->held ? conn->held->len : 0;
	size_t want = min_t(size_t, size, KMESH_HEAD_MAX - len);
	struct kmesh_held *held;
	size_t got;

	held = make_room(conn->held, len + want);
	if (!held)
		return -ENOMEM;
	conn->held = held;
	got = copy_from_iter(held->bytes + len, want, &msg->msg_iter);
	if (got != want) {
		iov_iter_revert(&msg->msg_iter, got);
		return -EFAULT;
	}
	held->len += want;
	kmesh_head_parse(&held->head, held->bytes, held->len);
	return want;
}

/* Forgets what the application was not told to be sent. */
static void forget(struct kmesh_held *held)
{
	held->len = held->told;
	kmesh_head_start(&held->head);
	kmesh_head_parse(&held->head, held->bytes, held->len);
}

/*
 * How many of the judged bytes does the message bring again? None at all if
 * one of them is another one, and then the message is as it was.
 */
static int compare(const struct kmesh_held *held, struct msghdr *msg,
		   size_t size)
{
	size_t from = held->told, at = from, end, step;
	u8 chunk[128];

	end = min_t(size_t, held->len, from + size);
	for (; at < end; at += step) {
		step = min_t(size_t, end - at, sizeof(chunk));
		if (!copy_from_iter_full(chunk, step, &msg->msg_iter)) {
			iov_iter_revert(&msg->msg_iter, at - from);
			return -EFAULT;
		}
		if (memcmp(chunk, held->bytes + at, step)) {
			iov_iter_revert(&msg->msg_iter, at + step - from);
			return 0;
		}
	}
	return end - from;
}

/**
 * kmesh_send_held() - hand held bytes to TCP
 * @sk: DECIDED and established
 * @conn: what hangs at it
 * @flags: of the send that it is part of
 * @limit: up to which byte
 *
 * Context: process context, socket lock held; it is let go while waiting for
 * memory.
 *
 * Return: 0: they all went; else a negative errno, and held->sent tells how
 * many went. EPIPE if the socket was left meanwhile.
 */
int kmesh_send_held(struct sock *sk, struct kmesh_conn *conn, int flags,
		    size_t limit)
{
	struct kmesh_held *held = conn->held;

	while (held->sent < limit) {
		struct msghdr msg = { .msg_flags = KMESH_SEND_COPIES(flags) };
		struct kvec vec = {
			.iov_base = held->bytes + held->sent,
			.iov_len = limit - held->sent,
		};
		int sent;

		iov_iter_kvec(&msg.msg_iter, WRITE, &vec, 1, vec.iov_len);
		sent = tcp_sendmsg_locked(sk, &msg, vec.iov_len);
		if (sent < 0)
			return sent;
		held->sent += sent;
		if (kmesh_conn(sk) != conn)
			return -EPIPE;
	}
	return 0;
}

/* A send that was copied is complete, and who asked to be told is told so. */
static int copied(struct sock *sk, const struct msghdr *msg, int n)
{
	if (n > 0 && msg->msg_flags & MSG_ZEROCOPY)
		kmesh_zerocopy_copied(sk, n);
	return n;
}

/* Another thread is sending: its bytes first. */
static int wait_for_sender(struct sock *sk, struct kmesh_conn *conn,
			   long *timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err = 0;

	if (!conn->sending)
		return 0;
	add_wait_queue(sk_sleep(sk), &wait);
	while (kmesh_conn(sk) == conn && conn->sending) {
		err = -EAGAIN;
		if (!*timeo)
			break;
		err = sock_intr_errno(*timeo);
		if (signal_pending(current))
			break;
		err = 0;
		sk_wait_event(sk, timeo,
			      kmesh_conn(sk) != conn || !conn->sending, &wait);
	}
	remove_wait_queue(sk_sleep(sk), &wait);
	return err;
}

/* The end of the three-way handshake, or why it did not come. */
static int wait_for_connect(struct sock *sk, struct kmesh_conn *conn,
			    long *timeo)
{
	int err = 0;

	while (!err && kmesh_conn(sk) == conn &&
	       ((1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)))
		err = sk_stream_wait_connect(sk, timeo);
	if (kmesh_conn(sk) != conn)
		return -EPIPE;
	if (sk->sk_state == TCP_CLOSE) {
		err = sock_error(sk) ?: err ?: -EPIPE;
		kmesh_leave(sk);
		kmesh_unconnect(sk);
	} else if (!err) {
		/* as connect() would have left it, had it waited */
		sk->sk_socket->state = SS_CONNECTED;
	}
	return err;
}

/* What is shown goes first, then what the message brings besides. */
static int send_shown(struct sock *sk, struct kmesh_conn *conn,
		      struct msghdr *msg, struct shown shown)
{
	struct kmesh_held *held = conn->held;
	int flags = msg->msg_flags;
	size_t limit = held->told + shown.held;
	int err, accepted, more;

	err = kmesh_send_held(sk, conn, shown.rest ? flags | MSG_MORE : flags,
			      limit);
	accepted = held->sent > held->told ? held->sent - held->told : 0;
	held->told += accepted;
	if (err)
		return copied(sk, msg, accepted) ?: err;
	if (limit < held->len)
		return copied(sk, msg, accepted);
	if (kmesh_conn(sk) == conn)
		kmesh_leave(sk);
	if (!shown.rest)
		return copied(sk, msg, accepted);
	more = tcp_sendmsg_locked(sk, msg, shown.rest);
	if (more < 0)
		return copied(sk, msg, accepted) ?: more;
	return accepted + more;
}

/*
 * DEFERRED: takes the bytes in, and decides as soon as they suffice. 0: decided
 * and on its way; 1: more are needed; else a negative errno.
 */
static int take_in(struct sock *sk, struct kmesh_conn *conn,
		   struct msghdr *msg, size_t size, size_t *taken)
{
	int got = hold(conn, msg, size);

	*taken = 0;
	if (got < 0 && got != -ENOMEM)
		return got;
	if (got >= 0) {
		*taken = got;
		if (conn->held->head.state == KMESH_HEAD_MORE) {
			conn->held->told = conn->held->len;
			return 1;
		}
	}
	return kmesh_decide(sk, conn, got < 0);
}

/*
 * DECIDED: the application was told to try again. 0: it shows the same bytes,
 * or had none to show again; else a negative errno. What it shows that is new
 * is judged anew as long as nothing was sent, and refused after that.
 */
static int match(struct sock *sk, struct kmesh_conn *conn, struct msghdr *msg,
		 size_t size, struct shown *shown)
{
	struct kmesh_held *held = conn->held;
	int same = compare(held, msg, size);

	if (same < 0)
		return same;
	shown->held = same;
	if (same || held->len == held->told)
		return 0;
	/* too late; or a reader waits in the kernel's own code */
	if (held->sent || kmesh_redefer(sk, conn)) {
		kmesh_leave(sk);
		kmesh_unconnect(sk);
		return -ECONNABORTED;
	}
	forget(held);
	return 0;
}

static int send_first(struct sock *sk, struct kmesh_conn *conn,
		      struct msghdr *msg, size_t size, long *timeo)
{
	struct shown shown = {};
	int err = 0;

	if (conn->stage == KMESH_DECIDED)
		err = match(sk, conn, msg, size, &shown);
	if (!err && conn->stage == KMESH_DEFERRED)
		err = take_in(sk, conn, msg, size, &shown.held);
	if (err)
		return err > 0 ? copied(sk, msg, shown.held) : err;
	shown.rest = size - shown.held;
	/* there was no memory to hold anything, and policy lets it pass */
	if (kmesh_conn(sk) != conn)
		return tcp_sendmsg_locked(sk, msg, shown.rest);
	err = wait_for_connect(sk, conn, timeo);
	if (err)
		return err;
	return send_shown(sk, conn, msg, shown);
}

/*
 * Who tries again with the same message, as io_uring does, must find in it
 * what was not sent.
 */
static void give_back(struct msghdr *msg, size_t size, int sent)
{
	size_t used = size - msg_data_left(msg);

	if (sent > 0)
		used -= min_t(size_t, used, sent);
	if (used)
		iov_iter_revert(&msg->msg_iter, used);
}

/**
 * kmesh_send() - a send on a socket that is DEFERRED or DECIDED
 * @sk: the socket
 * @conn: what hangs at it
 * @msg: as sendmsg has it
 * @size: bytes in it
 *
 * Context: process context, socket lock held; it is let go while waiting.
 *
 * Return: as tcp_sendmsg(); EAGAIN until the connection is there, if the call
 * may not wait for it.
 */
int kmesh_send(struct sock *sk, struct kmesh_conn *conn, struct msghdr *msg,
	       size_t size)
{
	long timeo = sock_sndtimeo(sk, msg->msg_flags & MSG_DONTWAIT);
	int err;

	if (!size)
		return 0;
	kmesh_conn_get(conn);
	err = wait_for_sender(sk, conn, &timeo);
	if (!err && kmesh_conn(sk) != conn) {
		/* plain by now, or at its end */
		err = tcp_sendmsg_locked(sk, msg, size);
	} else if (!err) {
		conn->sending = true;
		err = send_first(sk, conn, msg, size, &timeo);
		give_back(msg, size, err);
		conn->sending = false;
		if (wq_has_sleeper(sk_sleep(sk)))
			wake_up_interruptible_all(sk_sleep(sk));
		if (err < 0)
			err = sk_stream_error(sk, msg->msg_flags, err);
	}
	kmesh_conn_put(conn);
	return err;
}
