// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Shows a request to the BPF programs on the tracepoint kmesh_request and
 * takes back their verdict. Nothing that a program writes is used unchecked,
 * and nothing that it writes into the inputs is used at all.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "compat.h"
#include "kmesh_request.h"
#include "kmesh_trace.h"

static void fill_inputs(struct sock *sk, const void *head, size_t head_len,
			struct kmesh_inputs *in)
{
	memset(in, 0, sizeof(*in));
	in->cgroup_id = kmesh_cgroup_id(sk);
	in->cookie = atomic64_read(&sk->sk_cookie);
	in->family = sk->sk_family;
	in->port = inet_sk(sk)->inet_dport;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		memcpy(in->addr, &sk->sk_v6_daddr, sizeof(in->addr));
	else
#endif
		in->addr[0] = inet_sk(sk)->inet_daddr;
	in->head_len = min_t(size_t, head_len, KMESH_HEAD_MAX);
	memcpy(in->head, head, in->head_len);
}

/* Pure: a verdict that says where to go must say it completely. */
static bool verdict_valid(const struct kmesh_verdict *v)
{
	if (v->action >= KMESH_ACTION_COUNT)
		return false;
	if (v->action != KMESH_ACTION_REDIRECT)
		return true;
	if (!v->port)
		return false;
	if (v->family == AF_INET)
		return !v->addr[1] && !v->addr[2] && !v->addr[3];
	return v->family == AF_INET6;
}

/**
 * kmesh_request_ask() - ask the programs on the tracepoint
 * @sk: TCP socket of family AF_INET or AF_INET6
 * @head: the first bytes of the request, kernel memory
 * @head_len: how many; the programs see at most KMESH_HEAD_MAX of them
 * @x: the exchange, owned by the caller for as long as this runs
 *
 * Context: process context, socket lock held. The tracepoint runs its
 * programs with preemption off. Does not sleep, does not allocate.
 */
void kmesh_request_ask(struct sock *sk, const void *head, size_t head_len,
		       struct kmesh_exchange *x)
{
	sock_owned_by_me(sk);

	fill_inputs(sk, head, head_len, &x->in);
	memset(&x->shown.verdict, 0, sizeof(x->shown.verdict));
	x->shown.in = x->in;

	trace_kmesh_request(&x->shown);

	x->verdict = x->shown.verdict;
	x->altered = memcmp(&x->shown.in, &x->in, sizeof(x->in)) != 0;
	x->refused = !verdict_valid(&x->verdict);
	if (x->refused)
		memset(&x->verdict, 0, sizeof(x->verdict));
}

/*
 * A kernel-side listener on the tracepoint: sees every firing, with preemption
 * off. Both sleep; after kmesh_request_unwitness() data is no longer used.
 */
int kmesh_request_witness(void (*probe)(void *data, struct kmesh_request *req),
			  void *data)
{
	return register_trace_kmesh_request(probe, data);
}

void kmesh_request_unwitness(void (*probe)(void *data, struct kmesh_request *req),
			     void *data)
{
	unregister_trace_kmesh_request(probe, data);
	tracepoint_synchronize_unregister();
}
