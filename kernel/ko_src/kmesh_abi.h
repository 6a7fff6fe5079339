/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The structs and numbers that kmesh.ko, its BPF programs and user space
 * share. Written once, here. It includes nothing: the includer brings
 * vmlinux.h or linux/types.h for __u32 and friends.
 *
 * Sizes and offsets are part of the contract; a change to them is a change to
 * every program that is attached.
 */
#ifndef KMESH_ABI_H
#define KMESH_ABI_H

#ifdef __cplusplus
#define KMESH_ASSERT(cond) static_assert(cond, #cond)
#else
#define KMESH_ASSERT(cond) _Static_assert(cond, #cond)
#endif
#define KMESH_ASSERT_AT(type, member, off) \
	KMESH_ASSERT(__builtin_offsetof(struct type, member) == (off))

/*
 * Treatment: kmesh.ko runs the cgroup's sockops programs with op
 * BPF_SOCK_OPS_VOID and KMESH_TREAT_TAG in args[0]. A program that means us
 * answers in replylong[0..3]; one that does not leaves args[0] alone.
 */
#define KMESH_TREAT_TAG 0x4b4d5348 /* "KMSH", no valid errno */

enum kmesh_treat_word {
	KMESH_TREAT_ERRNO = 0, /* 0: let it pass; 1..4095: deny with it */
	KMESH_TREAT_MARK,      /* with KMESH_TREAT_F_MARK: the socket's mark */
	KMESH_TREAT_GRACE,     /* ms, 0: the module's own default */
	KMESH_TREAT_FLAGS,
	KMESH_TREAT_WORDS,
};

/*
 * F_ANSWER is the proof that somebody answered us. Programs that know nothing
 * of the tag often write -1 or 1 to reply for every op they do not handle.
 */
#define KMESH_TREAT_F_ANSWER 0x1u
#define KMESH_TREAT_F_MARK   0x2u
#define KMESH_TREAT_F_ALL    (KMESH_TREAT_F_ANSWER | KMESH_TREAT_F_MARK)

#define KMESH_TREAT_MAX_ERRNO    4095u
#define KMESH_TREAT_MAX_GRACE_MS 60000u

/* Request: the buffer of the writable tracepoint kmesh_request. */
enum kmesh_action {
	KMESH_ACTION_NONE = 0, /* no verdict: policy decides */
	KMESH_ACTION_ORIGINAL, /* connect to the address asked for */
	KMESH_ACTION_REDIRECT, /* connect to family, port, addr below */
	KMESH_ACTION_DENY,
	KMESH_ACTION_COUNT,
};

/* An IPv4 address is addr[0], the other words are zero. */
struct kmesh_verdict {
	__u32 action; /* enum kmesh_action */
	__u16 family; /* AF_INET or AF_INET6 */
	__be16 port;
	__be32 addr[4];
};

#define KMESH_HEAD_MAX 256

struct kmesh_inputs {
	__u64 cgroup_id;
	__u64 cookie; /* 0: nobody has asked for the socket's cookie yet */
	__u16 family;
	__be16 port; /* the address asked for; 0 when not connected */
	__u32 head_len;
	__be32 addr[4];
	__u8 head[KMESH_HEAD_MAX]; /* zero beyond head_len */
};

/*
 * A program may write all of it, for the kernel knows one size only. The
 * module keeps its own inputs: what is written into in changes nothing.
 */
struct kmesh_request {
	struct kmesh_verdict verdict;
	struct kmesh_inputs in;
};

KMESH_ASSERT(sizeof(struct kmesh_verdict) == 24);
KMESH_ASSERT_AT(kmesh_verdict, action, 0);
KMESH_ASSERT_AT(kmesh_verdict, family, 4);
KMESH_ASSERT_AT(kmesh_verdict, port, 6);
KMESH_ASSERT_AT(kmesh_verdict, addr, 8);
KMESH_ASSERT(sizeof(struct kmesh_inputs) == 40 + KMESH_HEAD_MAX);
KMESH_ASSERT_AT(kmesh_inputs, cgroup_id, 0);
KMESH_ASSERT_AT(kmesh_inputs, cookie, 8);
KMESH_ASSERT_AT(kmesh_inputs, family, 16);
KMESH_ASSERT_AT(kmesh_inputs, port, 18);
KMESH_ASSERT_AT(kmesh_inputs, head_len, 20);
KMESH_ASSERT_AT(kmesh_inputs, addr, 24);
KMESH_ASSERT_AT(kmesh_inputs, head, 40);
KMESH_ASSERT(sizeof(struct kmesh_request) == 320);
KMESH_ASSERT_AT(kmesh_request, verdict, 0);
KMESH_ASSERT_AT(kmesh_request, in, 24);

#endif /* KMESH_ABI_H */
