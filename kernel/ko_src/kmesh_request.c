// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Shows a request to the BPF programs on the tracepoint kmesh_request and
 * takes back their verdict. Nothing that a program writes is used unchecked,
 * and nothing that it writes into the inputs is used at all.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/sock.h>

#include "compat.h"
#include "kmesh_head.h"
#include "kmesh_request.h"
#include "kmesh_trace.h"

static struct kmem_cache *request_cache;

/* NULL is nothing. */
void kmesh_held_free(struct kmesh_held *held)
{
	if (held)
		kfree(held->bytes);
	kfree(held);
}

/* Not cleared: kmesh_request_fill() writes all of it. Sleeps. */
struct kmesh_request *kmesh_request_alloc(void)
{
	return kmem_cache_alloc(request_cache, GFP_KERNEL);
}

void kmesh_request_free(struct kmesh_request *req)
{
	kmem_cache_free(request_cache, req);
}

/* Takes an AF_INET or AF_INET6 address apart; of the former addr[0] alone. */
void kmesh_request_address(const struct sockaddr *sa, u16 *family, __be16 *port,
			   __be32 *addr)
{
	const struct sockaddr_in6 *six = (const void *)sa;
	const struct sockaddr_in *four = (const void *)sa;

	*family = sa->sa_family;
	if (sa->sa_family == AF_INET6) {
		*port = six->sin6_port;
		memcpy(addr, &six->sin6_addr, sizeof(six->sin6_addr));
	} else {
		*port = four->sin_port;
		*addr = four->sin_addr.s_addr;
	}
}

/**
 * kmesh_request_fill() - write a question, all of it
 * @req: what is written
 * @sk: the socket that asks
 * @asked: the address it asked for, of family AF_INET or AF_INET6
 * @held: its first bytes, parsed; or NULL, if there are none
 *
 * Context: socket lock held. Does not sleep.
 */
void kmesh_request_fill(struct kmesh_request *req, struct sock *sk,
			const struct sockaddr *asked,
			const struct kmesh_held *held)
{
	struct kmesh_inputs *in = &req->in;

	sock_owned_by_me(sk);

	/* by words: memset() stores single bytes where a processor is fast at
	 * that, and an emulated one is not
	 */
	BUILD_BUG_ON(sizeof(*req) % sizeof(u64));
	memset64((u64 *)req, 0, sizeof(*req) / sizeof(u64));
	in->cgroup_id = kmesh_cgroup_id(sk);
	in->cookie = atomic64_read(&sk->sk_cookie);
	in->mark = READ_ONCE(sk->sk_mark);
	kmesh_request_address(asked, &in->family, &in->port, in->addr);
	if (held) {
		in->bytes_len = held->len;
		memcpy(in->bytes, held->bytes, held->len);
		in->head.state = held->head.state;
		in->head.reason = held->head.reason;
		/* half a head must not match a route */
		if (held->head.state == KMESH_HEAD_HTTP) {
			in->head = held->head;
			kmesh_head_host(&held->head, held->bytes, in->host);
		}
	}
}

/* Pure: a verdict that says where to go must say it completely. */
static bool verdict_valid(const struct kmesh_verdict *v)
{
	switch (v->action) {
	case KMESH_ACTION_NONE:
	case KMESH_ACTION_ORIGINAL:
		return true;
	case KMESH_ACTION_DENY:
		/* from there on they are the kernel's own: some are a BUG() */
		return v->error < ERESTARTSYS;
	case KMESH_ACTION_REDIRECT:
		if (!v->port)
			return false;
		if (v->family == AF_INET)
			return !v->addr[1] && !v->addr[2] && !v->addr[3];
		return v->family == AF_INET6;
	default:
		return false;
	}
}

/**
 * kmesh_request_ask() - ask the programs on the tracepoint
 * @req: the question; programs may write anywhere into it
 * @verdict: what they said; NONE if nothing, or nothing that makes sense
 *
 * Context: any that may run BPF; the tracepoint runs its programs with
 * preemption off. Does not sleep.
 *
 * Return: who decided, if it was a program; else why not.
 */
enum kmesh_by kmesh_request_ask(struct kmesh_request *req,
				struct kmesh_verdict *verdict)
{
	trace_kmesh_request(req);

	*verdict = req->verdict;
	if (!verdict_valid(verdict)) {
		memset(verdict, 0, sizeof(*verdict));
		return KMESH_BY_REFUSED;
	}
	return verdict->action ? KMESH_BY_VERDICT : KMESH_BY_NO_VERDICT;
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

int __init kmesh_request_init(void)
{
	request_cache = KMEM_CACHE(kmesh_request, 0);
	return request_cache ? 0 : -ENOMEM;
}

void kmesh_request_exit(void)
{
	kmem_cache_destroy(request_cache);
}
