// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The router: arms connects to the services it knows and says where a request
 * goes. Every lookup is one of a hash, and there is a bounded number of them
 * however many routes there are. What matches nothing gets no verdict, and the
 * service's policy decides.
 *
 * Built twice: with ROUTER_BY_CALL it arms by the module's function.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "kmesh_abi.h"
#include "router_abi.h"

#define EALREADY 114
#define SOL_TCP 6
#define TCP_ULP 31
#define SOCK_STREAM 1
#define AF_INET 2
#define AF_INET6 10

/* Their sizes are set before they are loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct router_service_key);
	__type(value, struct router_service);
} services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct router_host_key);
	__type(value, struct router_host);
} hosts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct router_path_key);
	__type(value, struct router_path);
} paths SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct router_name_key);
	__type(value, struct router_name);
} names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct router_rule);
} rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct router_targets);
} targets SEC(".maps");

/* Not on the stack: both builds are to have the same sections. */
const char closed[] = KMESH_ULP_CLOSED;
const char open[] = KMESH_ULP_OPEN;

/* ---- connect ---- */

#ifdef ROUTER_BY_CALL
extern int kmesh_arm(struct bpf_sock_addr *ctx, __u32 flags,
		     __u32 grace_ms) __ksym;

static int arm(struct bpf_sock_addr *ctx, const struct router_service *service)
{
	return kmesh_arm(ctx, service->arm, service->grace_ms);
}
#else
static int arm(struct bpf_sock_addr *ctx, const struct router_service *service)
{
	if (service->arm & KMESH_ARM_F_OPEN)
		return bpf_setsockopt(ctx, SOL_TCP, TCP_ULP, (void *)open,
				      sizeof(open));
	return bpf_setsockopt(ctx, SOL_TCP, TCP_ULP, (void *)closed,
			      sizeof(closed));
}
#endif

/*
 * True if the connect may go on. The program runs again for the real connect
 * of an armed socket, with the final address and the slot still taken. Another
 * protocol in the slot is a failure: whoever brought it is not judged.
 */
static bool armed(struct bpf_sock_addr *ctx, const struct router_service *service)
{
	int err = arm(ctx, service);

	return !err || err == -EALREADY;
}

/* What cannot be armed goes where it wants only if the service is open. */
static int arm_service(struct bpf_sock_addr *ctx,
		       const struct router_service_key *key)
{
	const struct router_service *service;

	if (ctx->type != SOCK_STREAM)
		return 1;
	service = bpf_map_lookup_elem(&services, key);
	if (!service)
		return 1;
	return armed(ctx, service) || service->arm & KMESH_ARM_F_OPEN;
}

SEC("cgroup/connect4")
int arm4(struct bpf_sock_addr *ctx)
{
	struct router_service_key key = {
		.family = AF_INET,
		.port = ctx->user_port,
		.addr = { ctx->user_ip4 },
	};

	return arm_service(ctx, &key);
}

/* An IPv4 address on an IPv6 socket is the same service. */
static __always_inline void set_address6(struct router_service_key *key,
					 __be32 a, __be32 b, __be32 c, __be32 d)
{
	if (!a && !b && c == bpf_htonl(0xffff)) {
		key->family = AF_INET;
		key->addr[0] = d;
		return;
	}
	key->family = AF_INET6;
	key->addr[0] = a;
	key->addr[1] = b;
	key->addr[2] = c;
	key->addr[3] = d;
}

SEC("cgroup/connect6")
int arm6(struct bpf_sock_addr *ctx)
{
	struct router_service_key key = { .port = ctx->user_port };

	set_address6(&key, ctx->user_ip6[0], ctx->user_ip6[1],
		     ctx->user_ip6[2], ctx->user_ip6[3]);
	return arm_service(ctx, &key);
}

/* The grace time of a service, where arming cannot say it. */
SEC("sockops")
int treat(struct bpf_sock_ops *ctx)
{
	struct router_service_key key = {};
	const struct router_service *service;
	bool no_grace;

	if (ctx->op != BPF_SOCK_OPS_VOID || ctx->args[0] != KMESH_TREAT_TAG)
		return 1;
	/* the upper half of it, in network byte order */
	key.port = bpf_htons(bpf_ntohl(ctx->remote_port));
	if (ctx->family == AF_INET) {
		key.family = AF_INET;
		key.addr[0] = ctx->remote_ip4;
	} else {
		set_address6(&key, ctx->remote_ip6[0], ctx->remote_ip6[1],
			     ctx->remote_ip6[2], ctx->remote_ip6[3]);
	}
	service = bpf_map_lookup_elem(&services, &key);
	if (!service)
		return 1;
	no_grace = service->arm & KMESH_ARM_F_NO_GRACE;
	if (!no_grace && !service->grace_ms)
		return 1;
	ctx->replylong[0] = 0;
	ctx->replylong[1] = 0;
	ctx->replylong[2] = service->grace_ms;
	ctx->replylong[3] = no_grace ? KMESH_TREAT_F_ANSWER | KMESH_TREAT_F_NO_GRACE :
				       KMESH_TREAT_F_ANSWER;
	return 1;
}

/* ---- request ---- */

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

/* What rules ask of a request besides its host and path. */
struct asked {
	__u64 have; /* conditions on fields that hold */
	__u64 method[ROUTER_METHOD / 8];
};

static __always_inline const struct router_service *
find_service(struct bpf_raw_tracepoint_args *ctx)
{
	struct router_service_key key = {
		.family = request(ctx)->in.family,
		.port = request(ctx)->in.port,
		.addr = { request(ctx)->in.addr[0] },
	};

	if (key.family == AF_INET6)
		set_address6(&key, request(ctx)->in.addr[0],
			     request(ctx)->in.addr[1], request(ctx)->in.addr[2],
			     request(ctx)->in.addr[3]);
	return bpf_map_lookup_elem(&services, &key);
}

/* At most ROUTER_TEXT - 1 bytes; the rest of the text is zeros before. */
static __always_inline void copy_text(char *text, __u32 len, const void *from)
{
	asm volatile("" : "+r"(len));
	bpf_probe_read_kernel(text, len & (ROUTER_TEXT - 1), from);
}

static __always_inline const struct router_host *
find_suffix(struct bpf_raw_tracepoint_args *ctx, __u32 service, __u32 labels)
{
	struct router_host_key key = { .service = service };
	__u32 start = request(ctx)->in.head.label_start[labels - 1];
	__u32 len = request(ctx)->in.head.host.len;

	/* at least one label more than the suffix has */
	if (labels > request(ctx)->in.head.labels || start < 2 || start > len ||
	    len - start >= ROUTER_TEXT)
		return NULL;
	len -= start;
	key.kind = ROUTER_HOST_SUFFIX;
	key.len = len;
	copy_text(key.text, len, request(ctx)->in.host + (start & 0xff));
	return bpf_map_lookup_elem(&hosts, &key);
}

/* The most exact of the hosts that match: it alone is asked for routes. */
static __always_inline const struct router_host *
find_host(struct bpf_raw_tracepoint_args *ctx,
	  const struct router_service *service)
{
	const struct router_host *host = NULL;

	if (service->flags & ROUTER_F_HOSTS) {
		struct router_host_key key = { .service = service->id };

		key.kind = ROUTER_HOST_EXACT;
		key.len = request(ctx)->in.head.host.len;
		bpf_probe_read_kernel(key.text, sizeof(key.text) - 1,
				      request(ctx)->in.host);
		if (key.len && key.len < ROUTER_TEXT)
			host = bpf_map_lookup_elem(&hosts, &key);
		if (host)
			return host;
	}
#pragma unroll
	for (int labels = KMESH_LABELS_MAX; labels; labels--) {
		if (!(service->suffixes >> labels & 1))
			continue;
		host = find_suffix(ctx, service->id, labels);
		if (host)
			return host;
	}
	if (service->flags & ROUTER_F_ANY_HOST) {
		struct router_host_key key = { .service = service->id };

		return bpf_map_lookup_elem(&hosts, &key);
	}
	return NULL;
}

/* The name in lower case, eight bytes at a time. It is ASCII. */
static __always_inline __u64 lower(__u64 word)
{
	const __u64 ones = 0x0101010101010101;
	__u64 from_a = word + (0x80 - 'A') * ones;
	__u64 past_z = word + (0x7f - 'Z') * ones;

	return word | (((from_a ^ past_z) & 0x80 * ones) >> 2);
}

/* With - for each _, and *other has a bit set where there was one. */
static __always_inline __u64 hyphens(__u64 word, __u64 *other)
{
	const __u64 ones = 0x0101010101010101;
	__u64 found = ~((word ^ '_' * ones) + 0x7f * ones) & 0x80 * ones;

	*other |= found;
	return word ^ (found >> 7) * ('_' ^ '-');
}

/*
 * What rules know by this name. Servers that make variables of the fields take
 * X_User for X-User: it is found, and *other is set.
 */
static __always_inline const struct router_name *
find_name(struct bpf_raw_tracepoint_args *ctx, __u32 service,
	  const struct kmesh_span *name, __u64 *other)
{
	struct router_name_key key = { .service = service };
	__u32 len = name->len;

	if (len >= ROUTER_NAME)
		return NULL;
	key.len = len;
	asm volatile("" : "+r"(len));
	bpf_probe_read_kernel(key.text, len & (ROUTER_NAME - 1),
			      request(ctx)->in.bytes +
				      (name->off & (KMESH_HEAD_MAX - 1)));
#pragma unroll
	for (int i = 0; i < ROUTER_NAME / 8; i++)
		key.text[i] = hyphens(lower(key.text[i]), other);
	return bpf_map_lookup_elem(&names, &key);
}

/* The conditions on this field's value that hold. */
static __always_inline __u64 values_of(struct bpf_raw_tracepoint_args *ctx,
				       const struct router_name *name,
				       const struct kmesh_span *value)
{
	__u64 text[ROUTER_VALUE / 8] = {}, have = 0;
	__u32 len = value->len;

	if (len > ROUTER_VALUE)
		len = ROUTER_VALUE;
	asm volatile("" : "+r"(len));
	if (len > ROUTER_VALUE)
		return 0;
	bpf_probe_read_kernel(text, len,
			      request(ctx)->in.bytes +
				      (value->off & (KMESH_HEAD_MAX - 1)));
	for (__u32 i = 0; i < ROUTER_VALUES_MAX; i++) {
		const struct router_value *v = &name->value[i];
		__u64 differ = 0;

		if (i >= name->count)
			break;
#pragma unroll
		for (int j = 0; j < ROUTER_VALUE / 8; j++)
			differ |= (text[j] & v->mask[j]) ^ v->text[j];
		if (!differ && (v->len == ~0u || v->len == value->len))
			have |= 1ull << (v->bit & 63);
	}
	return have;
}

/*
 * Which conditions hold. False if that cannot be said: a field that rules look
 * at is there twice, or with _ for -, and a server may take either or none.
 */
static __always_inline bool look_at_fields(struct bpf_raw_tracepoint_args *ctx,
					   const struct router_service *service,
					   __u64 *have)
{
	__u32 count = request(ctx)->in.head.count;
	__u64 seen = 0;

	for (__u32 i = 0; i < KMESH_FIELDS_MAX; i++) {
		const struct router_name *name;
		struct kmesh_field field;
		__u64 other = 0;

		if (i >= count)
			break;
		bpf_probe_read_kernel(&field, sizeof(field),
				      &request(ctx)->in.head.fields[i]);
		if (!(service->names >> (field.name_hash & 63) & 1))
			continue;
		name = find_name(ctx, service->id, &field.name, &other);
		if (!name)
			continue;
		if (other || seen >> (name->slot & 63) & 1)
			return false;
		seen |= 1ull << (name->slot & 63);
		if (name->present < ROUTER_BITS)
			*have |= 1ull << (name->present & 63);
		*have |= values_of(ctx, name, &field.value);
	}
	return true;
}

static __always_inline void go_to(struct bpf_raw_tracepoint_args *ctx,
				  __u32 index)
{
	const struct router_targets *t = bpf_map_lookup_elem(&targets, &index);
	__u32 point;

	if (!t || !t->total)
		return;
	point = bpf_get_prandom_u32() % t->total;
	for (__u32 i = 0; i < ROUTER_TARGETS_MAX; i++) {
		const struct router_target *one = &t->target[i];
		struct kmesh_request *req;

		if (i >= t->count)
			return;
		if (point >= one->below)
			continue;
		req = request(ctx);
		req->verdict.family = one->family;
		req->verdict.port = one->port;
		req->verdict.addr[0] = one->addr[0];
		req->verdict.addr[1] = one->addr[1];
		req->verdict.addr[2] = one->addr[2];
		req->verdict.addr[3] = one->addr[3];
		req->verdict.action = KMESH_ACTION_REDIRECT;
		return;
	}
}

static __always_inline void obey(struct bpf_raw_tracepoint_args *ctx,
				 const struct router_rule *rule)
{
	request(ctx)->verdict.route = rule->route;
	if (rule->action == KMESH_ACTION_REDIRECT) {
		go_to(ctx, rule->targets);
		return;
	}
	request(ctx)->verdict.error = rule->error;
	request(ctx)->verdict.action = rule->action;
}

/* The first rule of a path that holds, in the order they were written in. */
static __always_inline bool by_rules(struct bpf_raw_tracepoint_args *ctx,
				     const struct router_path *path,
				     const struct asked *asked)
{
	for (__u32 i = 0; i < ROUTER_RULES_MAX; i++) {
		const struct router_rule *rule;
		const __u64 *method;
		__u32 index = path->first + i;

		if (i >= path->count)
			return false;
		rule = bpf_map_lookup_elem(&rules, &index);
		if (!rule)
			return false;
		method = (const __u64 *)rule->method;
		if ((asked->have & rule->mask) != rule->want)
			continue;
		if (method[0] && (method[0] != asked->method[0] ||
				  method[1] != asked->method[1]))
			continue;
		obey(ctx, rule);
		return true;
	}
	return false;
}

static __always_inline bool by_path(struct bpf_raw_tracepoint_args *ctx,
				    __u32 host, __u32 kind, __u32 len,
				    const struct asked *asked)
{
	struct router_path_key key = { .host = host };
	const struct router_path *path;
	__u32 off = request(ctx)->in.head.path.off & (KMESH_HEAD_MAX - 1);

	if (len >= ROUTER_TEXT)
		return false;
	key.kind = kind;
	key.len = len;
	copy_text(key.text, len, request(ctx)->in.bytes + off);
	path = bpf_map_lookup_elem(&paths, &key);
	return path && by_rules(ctx, path, asked);
}

/* The exact path, then its beginnings, from the longest to none. */
static __always_inline void by_host(struct bpf_raw_tracepoint_args *ctx,
				    const struct router_host *host,
				    const struct asked *asked)
{
	__u32 id = host->id, depths = host->depths;
	__u32 segments = request(ctx)->in.head.segments;

	if (depths & ROUTER_DEPTH_EXACT &&
	    by_path(ctx, id, ROUTER_PATH_EXACT, request(ctx)->in.head.path.len,
		    asked))
		return;
	for (__u32 i = 0; i <= KMESH_SEGMENTS_MAX; i++) {
		__u32 depth = KMESH_SEGMENTS_MAX - i;
		__u16 end = 0;

		if (!(depths >> depth & 1) || depth > segments)
			continue;
		if (depth)
			bpf_probe_read_kernel(&end, sizeof(end),
					      &request(ctx)->in.head.segment_end[depth - 1]);
		if (by_path(ctx, id, ROUTER_PATH_PREFIX, end, asked))
			return;
	}
}

SEC("raw_tp.w/kmesh_request")
int route(struct bpf_raw_tracepoint_args *ctx)
{
	const struct router_service *service;
	const struct router_host *host;
	struct asked asked = {};
	__u32 len;

	/* while one router takes over from another both run, the new one last */
	request(ctx)->verdict.action = KMESH_ACTION_NONE;
	if (request(ctx)->in.head.state != KMESH_HEAD_HTTP)
		return 0;
	service = find_service(ctx);
	if (!service)
		return 0;
	if (request(ctx)->in.head.flags & KMESH_HEAD_F_PATH_ODD &&
	    !(service->flags & ROUTER_F_ODD_PATHS))
		return 0;
	if (service->fields && !look_at_fields(ctx, service, &asked.have))
		return 0;
	host = find_host(ctx, service);
	if (!host)
		return 0;
	/* of a longer one no rule can be: all bytes set, which none has */
	len = request(ctx)->in.head.method.len;
	if (len <= ROUTER_METHOD) {
		asm volatile("" : "+r"(len));
		if (len > ROUTER_METHOD)
			return 0;
		bpf_probe_read_kernel(asked.method, len, request(ctx)->in.bytes);
	} else {
		asked.method[0] = ~0ull;
	}
	by_host(ctx, host, &asked);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
