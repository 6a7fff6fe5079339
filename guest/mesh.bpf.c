// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A mesh for the probes: arms connects to the services it is told of, routes
 * by the path alone, and notes what it was shown. The real router is another.
 * Built twice: with MESH_BY_CALL it arms by the module's function.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "kmesh_abi.h"
#include "mesh_abi.h"

#define SOL_TCP 6
#define TCP_ULP 31
#define SOCK_STREAM 1

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32); /* the port, in host order */
	__type(value, struct mesh_service);
} services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct mesh_path);
	__type(value, struct kmesh_verdict);
} routes SEC(".maps");

/* Set by the probe. */
__u32 refused_port = 0; /* connect to it is denied by policy */
__u32 mute = 0; /* say nothing on the tracepoint */
__u32 match = MESH_BY_PATH;
__u32 forge = 0; /* write into the inputs */

/* Not on the stack: both builds are to have the same sections. */
char closed[] = KMESH_ULP_CLOSED;
char open[] = KMESH_ULP_OPEN;
char nobody[] = "nobody";

/* Read by the probe. */
int last_arm = 1;
int second_arm = 1; /* the same once more, on the same socket */
int unknown = 1; /* a protocol, or a flag, that there is not */
__u32 arms = 0;
__u32 connects = 0;
__u32 requests = 0;
struct mesh_seen seen = {};

static struct mesh_service *service_of(struct bpf_sock_addr *ctx)
{
	__u32 port = bpf_ntohs(ctx->user_port);

	connects++;
	return ctx->type == SOCK_STREAM ?
		       bpf_map_lookup_elem(&services, &port) :
		       NULL;
}

static int policy(struct bpf_sock_addr *ctx)
{
	return bpf_ntohs(ctx->user_port) != refused_port;
}

#ifdef MESH_BY_CALL
extern int kmesh_arm(struct bpf_sock_addr *ctx, __u32 flags,
		     __u32 grace_ms) __ksym;

static void arm(struct bpf_sock_addr *ctx, const struct mesh_service *service)
{
	unknown = kmesh_arm(ctx, ~0u, 0);
	last_arm = kmesh_arm(ctx, service->flags, service->grace_ms);
	second_arm = kmesh_arm(ctx, service->flags, service->grace_ms);
}
#else
static void arm(struct bpf_sock_addr *ctx, const struct mesh_service *service)
{
	unknown = bpf_setsockopt(ctx, SOL_TCP, TCP_ULP, nobody, sizeof(nobody));
	if (service->flags & KMESH_ARM_F_OPEN)
		last_arm = bpf_setsockopt(ctx, SOL_TCP, TCP_ULP, open,
					  sizeof(open));
	else
		last_arm = bpf_setsockopt(ctx, SOL_TCP, TCP_ULP, closed,
					  sizeof(closed));
	second_arm = bpf_setsockopt(ctx, SOL_TCP, TCP_ULP, closed,
				    sizeof(closed));
}
#endif

static int arm_service(struct bpf_sock_addr *ctx)
{
	struct mesh_service *service = service_of(ctx);

	if (service) {
		arm(ctx, service);
		arms++;
	}
	return policy(ctx);
}

SEC("cgroup/connect4")
int arm4(struct bpf_sock_addr *ctx)
{
	return arm_service(ctx);
}

SEC("cgroup/connect6")
int arm6(struct bpf_sock_addr *ctx)
{
	return arm_service(ctx);
}

/*
 * The request, loaded anew: up to 5.10 the verifier forgets what a pointer to
 * it is when it has to be spilled to the stack.
 */
static __always_inline struct kmesh_request *
request(struct bpf_raw_tracepoint_args *ctx)
{
	asm volatile("" : "+r"(ctx));
	return (struct kmesh_request *)ctx->args[0];
}

/* A span of the request into a text that ends with a zero. */
static __always_inline void copy(struct bpf_raw_tracepoint_args *ctx, char *to,
				 const struct kmesh_span *span)
{
	__u32 len = span->len;
	__u32 off = span->off & (KMESH_HEAD_MAX - 1);

	if (len > MESH_TEXT - 1)
		len = MESH_TEXT - 1;
	len &= MESH_TEXT - 1;
	bpf_probe_read_kernel(to, len, request(ctx)->in.bytes + off);
	to[len] = 0;
}

/* All of the inputs but the bytes. */
static struct {
	__u8 in[__builtin_offsetof(struct kmesh_inputs, bytes)];
} shown __attribute__((aligned(8)));

static __always_inline void note(struct bpf_raw_tracepoint_args *ctx)
{
	struct kmesh_inputs *in = (struct kmesh_inputs *)&shown;

	bpf_probe_read_kernel(&shown, sizeof(shown), &request(ctx)->in);
	seen.cookie = in->cookie;
	seen.cgroup_id = in->cgroup_id;
	seen.family = in->family;
	seen.port = bpf_ntohs(in->port);
	seen.bytes_len = in->bytes_len;
	seen.state = in->head.state;
	seen.reason = in->head.reason;
	seen.flags = in->head.flags;
	seen.count = in->head.count;
	seen.head_len = in->head.len;
	__builtin_memset(seen.path, 0, sizeof(seen.path));
	__builtin_memset(seen.value, 0, sizeof(seen.value));
	copy(ctx, seen.method, &in->head.method);
	copy(ctx, seen.path, &in->head.path);
	copy(ctx, seen.value, &in->head.fields[1].value);
	__builtin_memcpy(seen.host, in->host, sizeof(seen.host));
}

static __always_inline void write_over(struct kmesh_request *req)
{
	req->in.port = 1;
	req->in.addr[0] = 2;
	req->in.bytes_len = 3;
	req->in.head.state = KMESH_HEAD_OTHER;
	req->in.bytes[0] = 'X';
}

SEC("raw_tp.w/kmesh_request")
int route(struct bpf_raw_tracepoint_args *ctx)
{
	struct kmesh_request *req;
	struct kmesh_verdict *verdict;
	struct mesh_path key = {};

	requests++;
	note(ctx);
	if (mute)
		return 0;
	if (forge)
		write_over(request(ctx));
	if (match == MESH_BY_HOST)
		__builtin_memcpy(key.text, seen.host, sizeof(key.text));
	else if (match == MESH_BY_VALUE)
		__builtin_memcpy(key.text, seen.value, sizeof(key.text));
	else
		__builtin_memcpy(key.text, seen.path, sizeof(key.text));
	verdict = bpf_map_lookup_elem(&routes, &key);
	if (!verdict)
		return 0;
	req = request(ctx);
	req->verdict.action = verdict->action;
	req->verdict.family = verdict->family;
	req->verdict.port = verdict->port;
	req->verdict.addr[0] = verdict->addr[0];
	req->verdict.addr[1] = verdict->addr[1];
	req->verdict.addr[2] = verdict->addr[2];
	req->verdict.addr[3] = verdict->addr[3];
	req->verdict.error = verdict->error;
	req->verdict.route = verdict->route;
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
