// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs that try to arm a socket from where nobody may. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#include "kmesh_abi.h"

#define SOL_TCP 6
#define TCP_NODELAY 1
#define TCP_ULP 31
#define SOCK_DGRAM 2

char closed[] = KMESH_ULP_CLOSED;

/* Read by the test. */
int sockops_error = 1;
int datagram_error = 1;
__u32 rewritten = 0;

SEC("sockops")
int arm_by_sockops(struct bpf_sock_ops *ctx)
{
	if (ctx->op == BPF_SOCK_OPS_TCP_CONNECT_CB || ctx->op == BPF_SOCK_OPS_VOID)
		sockops_error = bpf_setsockopt(ctx, SOL_TCP, TCP_ULP, closed, sizeof(closed));
	return 1;
}

/* What a process asks for becomes something else on its way in. */
SEC("cgroup/setsockopt")
int arm_by_rewriting(struct bpf_sockopt *ctx)
{
	char *name = ctx->optval;

	if (ctx->level != SOL_TCP || ctx->optname != TCP_NODELAY || (void *)(name + sizeof(closed)) > ctx->optval_end)
		return 1;
#pragma unroll
	for (unsigned int i = 0; i < sizeof(closed); i++)
		name[i] = closed[i];
	ctx->optname = TCP_ULP;
	ctx->optlen = sizeof(closed);
	rewritten++;
	return 1;
}

SEC("cgroup/connect4")
int arm_datagrams(struct bpf_sock_addr *ctx)
{
	if (ctx->type == SOCK_DGRAM)
		datagram_error = bpf_setsockopt(ctx, SOL_TCP, TCP_ULP, closed, sizeof(closed));
	return 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
