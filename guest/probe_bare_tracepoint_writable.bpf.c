// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs for the tracepoint kmesh_request of kmesh.ko. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#include "kmesh_abi.h"

/* Set by user space before each question. */
struct kmesh_verdict say = { .action = KMESH_ACTION_ORIGINAL };

/* What the program saw, for user space. */
__u64 seen_cgroup_id = 0;
__u64 seen_cookie = 0;
__u32 seen_family = 0;
__be16 seen_port = 0;
__be32 seen_addr = 0;
__u32 seen_bytes_len = 0;
__u8 seen_bytes[KMESH_HEAD_MAX] = {};
__u32 runs = 0;

static void write_verdict(struct kmesh_request *req)
{
	req->verdict.action = say.action;
	req->verdict.family = say.family;
	req->verdict.port = say.port;
	req->verdict.addr[0] = say.addr[0];
	req->verdict.addr[1] = say.addr[1];
	req->verdict.addr[2] = say.addr[2];
	req->verdict.addr[3] = say.addr[3];
}

SEC("raw_tp.w/kmesh_request")
int verdict(struct bpf_raw_tracepoint_args *ctx)
{
	struct kmesh_request *req = (struct kmesh_request *)ctx->args[0];

	runs++;
	seen_cgroup_id = req->in.cgroup_id;
	seen_cookie = req->in.cookie;
	seen_family = req->in.family;
	seen_port = req->in.port;
	seen_addr = req->in.addr[0];
	seen_bytes_len = req->in.bytes_len;
	bpf_probe_read_kernel(seen_bytes, sizeof(seen_bytes), req->in.bytes);
	write_verdict(req);
	return 0;
}

/* Writes where the module's inputs are shown. */
SEC("raw_tp.w/kmesh_request")
int forge(struct bpf_raw_tracepoint_args *ctx)
{
	struct kmesh_request *req = (struct kmesh_request *)ctx->args[0];

	req->in.cgroup_id = 1;
	req->in.cookie = 2;
	req->in.family = 3;
	req->in.port = 4;
	req->in.bytes_len = 0xffffffff;
	req->in.addr[0] = 5;
	req->in.bytes[0] = 'X';
	req->in.bytes[KMESH_HEAD_MAX - 1] = 'X';
	write_verdict(req);
	return 0;
}

/* One byte past the end: the verifier lets it pass, attaching must not. */
SEC("raw_tp.w/kmesh_request")
int beyond(struct bpf_raw_tracepoint_args *ctx)
{
	__u8 *req = (__u8 *)ctx->args[0];

	req[sizeof(struct kmesh_request)] = 1;
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
