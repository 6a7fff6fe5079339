// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What happens to a deferred connection without a call of its application:
 * the grace time ends before the first bytes, or before they are whole; and
 * bytes that the application was told to be sent go out once the connection
 * that the grace time began is there.
 */
#include <linux/moduleparam.h>
#include <linux/workqueue.h>

#include "kmesh_conn.h"
#include "kmesh_stat.h"

#define RETRY_MS 10

static struct workqueue_struct *workqueue;

/* An open service's client may be waiting for the server to speak first. */
static unsigned int grace_ms = 200;
module_param(grace_ms, uint, 0644);
MODULE_PARM_DESC(grace_ms, "time for the first bytes to an open service that has none of its own; 0: for ever");

/* A closed one's can only be denied: there is no hurry. */
static unsigned int grace_closed_ms = 10000;
module_param(grace_closed_ms, uint, 0644);
MODULE_PARM_DESC(grace_closed_ms, "the same for a closed service");

/* The work that is pending has a reference to the socket and to conn. */
static void queue(struct sock *sk, struct kmesh_conn *conn, unsigned int ms)
{
	sock_hold(sk);
	kmesh_conn_get(conn);
	if (queue_delayed_work(workqueue, &conn->work, msecs_to_jiffies(ms)))
		return;
	kmesh_conn_put(conn);
	__sock_put(sk);
}

/* ---- bytes that are to go out ---- */

static void unhook(struct sock *sk, struct kmesh_conn *conn)
{
	if (!conn->state_change)
		return;
	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_state_change = conn->state_change;
	write_unlock_bh(&sk->sk_callback_lock);
	conn->state_change = NULL;
}

/* Context: socket lock held, by a thread or by the softirq. */
static void state_change(struct sock *sk)
{
	struct kmesh_conn *conn = kmesh_conn(sk);

	if (!conn || !conn->state_change)
		return;
	if (sk->sk_state == TCP_ESTABLISHED)
		queue(sk, conn, 0);
	conn->state_change(sk);
}

static void hook(struct sock *sk, struct kmesh_conn *conn)
{
	if (conn->state_change)
		return;
	conn->state_change = sk->sk_state_change;
	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_state_change = state_change;
	write_unlock_bh(&sk->sk_callback_lock);
}

/* Context: process context, socket lock held. */
static void flush(struct sock *sk, struct kmesh_conn *conn)
{
	struct kmesh_held *held = conn->held;
	int err;

	/* a thread that sends does it itself */
	if (conn->sending || sk->sk_state == TCP_SYN_SENT)
		return;
	err = kmesh_send_held(sk, conn, MSG_DONTWAIT | MSG_NOSIGNAL,
			      held->told);
	if (kmesh_conn(sk) != conn)
		return;
	if (err == -EAGAIN)
		queue(sk, conn, RETRY_MS);
	else if (err || held->sent == held->len)
		kmesh_leave(sk);
}

/* ---- the grace time ---- */

static void end_grace(struct sock *sk, struct kmesh_conn *conn)
{
	int err;

	kmesh_count(KMESH_COUNT_GRACE);
	if (conn->held)
		hook(sk, conn);
	err = kmesh_decide(sk, conn, false);
	if (!err)
		return;
	sk->sk_err = -err;
	sk->sk_error_report(sk);
}

/*
 * The owner of a socket may sleep for as long as it likes, on a page that does
 * not come. There is a bounded number of workers for the sockets of everybody,
 * so that none waits for an owner: it comes back when that one is done.
 *
 * Return: true, and the socket lock is held.
 */
static bool lock_or_come_back(struct sock *sk, struct kmesh_conn *conn)
{
	bool owned;

	spin_lock_bh(&sk->sk_lock.slock);
	owned = sock_owned_by_user_nocheck(sk);
	if (owned)
		conn->due = true;
	else
		sk->sk_lock.owned = 1;
	spin_unlock(&sk->sk_lock.slock);
	/* as lock_sock() does, but for the waiting */
	if (!owned)
		mutex_acquire(&sk->sk_lock.dep_map, 0, 1, _RET_IP_);
	local_bh_enable();
	return !owned;
}

/* Context: socket lock and spinlock held, bottom halves off. */
void kmesh_work_released(struct sock *sk)
{
	struct kmesh_conn *conn = kmesh_conn(sk);

	if (!conn || !conn->due)
		return;
	conn->due = false;
	queue(sk, conn, 0);
}

static void run(struct work_struct *work)
{
	struct kmesh_conn *conn =
		container_of(to_delayed_work(work), struct kmesh_conn, work);
	struct sock *sk = conn->sk;

	if (lock_or_come_back(sk, conn)) {
		if (kmesh_conn(sk) == conn) {
			if (conn->stage == KMESH_DEFERRED)
				end_grace(sk, conn);
			else if (conn->stage == KMESH_DECIDED)
				flush(sk, conn);
		}
		release_sock(sk);
	}
	kmesh_conn_put(conn);
	sock_put(sk);
}

void kmesh_work_prepare(struct kmesh_conn *conn)
{
	INIT_DELAYED_WORK(&conn->work, run);
}

/* The grace time begins. Context: socket lock held. */
void kmesh_work_grace(struct sock *sk, struct kmesh_conn *conn)
{
	unsigned int ms = conn->grace_ms;

	if (!ms)
		ms = conn->open ? READ_ONCE(grace_ms) :
				  READ_ONCE(grace_closed_ms);

	if (!conn->no_grace && ms)
		queue(sk, conn, min(ms, KMESH_TREAT_MAX_GRACE_MS));
}

/* Context: socket lock held, or the socket is dead. Does not wait. */
void kmesh_work_cancel(struct sock *sk, struct kmesh_conn *conn)
{
	unhook(sk, conn);
	if (!cancel_delayed_work(&conn->work))
		return;
	/* the socket has one more, of its own, and so has who calls */
	__sock_put(sk);
	kmesh_conn_put(conn);
}

int __init kmesh_work_init(void)
{
	workqueue = alloc_workqueue("kmesh", WQ_UNBOUND, 0);
	return workqueue ? 0 : -ENOMEM;
}

/* Waits for work that found its socket left. */
void kmesh_work_exit(void)
{
	destroy_workqueue(workqueue);
}
