// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* sockops programs that answer kmesh.ko, in more and less allowed ways. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#include "kmesh_abi.h"

/* Set by user space before each question. */
__u32 answer[KMESH_TREAT_WORDS] = { 1, 0, 0, 0 };

static int asked_by_us(const struct bpf_sock_ops *ctx)
{
	return ctx->op == BPF_SOCK_OPS_VOID && ctx->args[0] == KMESH_TREAT_TAG;
}

/* What every kernel allows. */
SEC("sockops")
int reply_only(struct bpf_sock_ops *ctx)
{
	if (asked_by_us(ctx))
		ctx->reply = answer[KMESH_TREAT_ERRNO];
	return 1;
}

/* The feature. */
SEC("sockops")
int reply_words(struct bpf_sock_ops *ctx)
{
	if (asked_by_us(ctx)) {
		ctx->replylong[0] = answer[0];
		ctx->replylong[1] = answer[1];
		ctx->replylong[2] = answer[2];
		ctx->replylong[3] = answer[3];
	}
	return 1;
}

/* The same, and then a veto. */
SEC("sockops")
int reply_words_veto(struct bpf_sock_ops *ctx)
{
	if (asked_by_us(ctx)) {
		ctx->replylong[0] = answer[0];
		ctx->replylong[1] = answer[1];
		ctx->replylong[2] = answer[2];
		ctx->replylong[3] = answer[3];
		return 0;
	}
	return 1;
}

/* Half a word, which no kernel may allow. In assembly, or clang widens it. */
SEC("sockops")
int reply_narrow(struct bpf_sock_ops *ctx)
{
	asm volatile("*(u16 *)(%[ctx] + %[off]) = %[half]"
		     :
		     : [ctx] "r"(ctx), [half] "r"(1),
		       [off] "i"(__builtin_offsetof(struct bpf_sock_ops, replylong[1]))
		     : "memory");
	return 1;
}

/* The word after the last reply word: family, which is for reading only. */
SEC("sockops")
int reply_beyond(struct bpf_sock_ops *ctx)
{
	asm volatile("*(u32 *)(%[ctx] + %[off]) = %[word]"
		     :
		     : [ctx] "r"(ctx), [word] "r"(1),
		       [off] "i"(__builtin_offsetof(struct bpf_sock_ops, family))
		     : "memory");
	return 1;
}

_Static_assert(__builtin_offsetof(struct bpf_sock_ops, family) ==
	       __builtin_offsetof(struct bpf_sock_ops, replylong) + 16,
	       "family follows the reply words");

char _license[] SEC("license") = "Dual BSD/GPL";
