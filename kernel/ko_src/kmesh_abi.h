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

#if defined(__cplusplus) || defined(__KERNEL__)
#define KMESH_ASSERT(cond) static_assert(cond, #cond)
#else
#define KMESH_ASSERT(cond) extern char kmesh_abi_holds[(cond) ? 1 : -1]
#endif
#define KMESH_ASSERT_AT(type, member, off) \
	KMESH_ASSERT(__builtin_offsetof(struct type, member) == (off))

/* ---- treatment ---- */

/*
 * kmesh.ko runs the cgroup's sockops programs with op
 * BPF_SOCK_OPS_VOID and KMESH_TREAT_TAG in args[0]. A program that means us
 * answers in replylong[0..3]; one that does not leaves args[0] alone. The
 * remote address and port it sees are those the application asked for.
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
#define KMESH_TREAT_F_ANSWER   0x1u
#define KMESH_TREAT_F_MARK     0x2u
#define KMESH_TREAT_F_NO_GRACE 0x4u /* wait for the first byte for ever */
#define KMESH_TREAT_F_ALL      0x7u

#define KMESH_TREAT_MAX_ERRNO    4095u
#define KMESH_TREAT_MAX_GRACE_MS 60000u

/* ---- the head of a request ---- */

/*
 * The head of a request, as parsed (kmesh_head.h). Offsets count from the
 * connection's first byte.
 */
#define KMESH_HEAD_MAX	   8192 /* bytes held and judged */
#define KMESH_FIELDS_MAX   64
#define KMESH_SEGMENTS_MAX 8
#define KMESH_LABELS_MAX   8
#define KMESH_METHOD_MAX   32
#define KMESH_HOST_MAX	   256

enum kmesh_head_state {
	KMESH_HEAD_MORE = 0, /* HTTP/1.x so far; not whole */
	KMESH_HEAD_HTTP,
	KMESH_HEAD_OTHER, /* not HTTP/1.x, or not beyond doubt */
};

enum kmesh_head_reason {
	KMESH_REASON_NONE = 0,
	KMESH_REASON_METHOD,
	KMESH_REASON_TARGET,
	KMESH_REASON_VERSION,
	KMESH_REASON_LINE_END, /* a CR or LF alone */
	KMESH_REASON_FOLDED,   /* a line that goes on with a blank */
	KMESH_REASON_NAME,     /* also a blank before the colon */
	KMESH_REASON_VALUE,    /* control characters, a tab around it */
	KMESH_REASON_COUNT,    /* over KMESH_FIELDS_MAX */
	KMESH_REASON_HOST,     /* none, two, or not a host */
	KMESH_REASON_FRAMING,  /* Content-Length, Transfer-Encoding */
	KMESH_REASON_LENGTH,   /* over KMESH_HEAD_MAX */
	KMESH_REASON_COUNT_OF,
};

/* Servers may read the path otherwise than it is written; or it is empty. */
#define KMESH_HEAD_F_PATH_ODD 0x1u

struct kmesh_span {
	__u16 off;
	__u16 len;
};

/*
 * FNV-1a, 32 bits, of the name in lower case and with - for _, which many
 * servers take for the same: a filter, not an identity.
 */
#define KMESH_NAME_HASH_START 2166136261u
#define KMESH_NAME_HASH_PRIME 16777619u

struct kmesh_field {
	struct kmesh_span name;
	struct kmesh_span value; /* without the blanks around it */
	__u32 name_hash;
};

struct kmesh_head {
	__u8 state;  /* enum kmesh_head_state */
	__u8 reason; /* enum kmesh_head_reason */
	__u8 minor;  /* of HTTP/1.minor */
	__u8 flags;
	__u8 seen; /* the parser's own */
	__u8 segments;
	__u16 count; /* of fields */
	__u16 len;   /* of the lines that are whole; with HTTP of the head */
	__u8 labels;
	__u8 unused;
	struct kmesh_span method;
	struct kmesh_span target;
	struct kmesh_span path; /* without the query; empty in "http://a" */
	struct kmesh_span authority; /* of an absolute target */
	struct kmesh_span host; /* without port and final dot */
	/* where the path's first segments end, counted from its start */
	__u16 segment_end[KMESH_SEGMENTS_MAX];
	/* where the host's last labels start, from its start; the last one first */
	__u8 label_start[KMESH_LABELS_MAX];
	struct kmesh_field fields[KMESH_FIELDS_MAX];
};

KMESH_ASSERT(sizeof(struct kmesh_field) == 12);
KMESH_ASSERT(sizeof(struct kmesh_head) == 56 + 12 * KMESH_FIELDS_MAX);
KMESH_ASSERT_AT(kmesh_head, count, 6);
KMESH_ASSERT_AT(kmesh_head, method, 12);
KMESH_ASSERT_AT(kmesh_head, host, 28);
KMESH_ASSERT_AT(kmesh_head, segment_end, 32);
KMESH_ASSERT_AT(kmesh_head, label_start, 48);
KMESH_ASSERT_AT(kmesh_head, fields, 56);

/* ---- the request: the buffer of the writable tracepoint kmesh_request ---- */

enum kmesh_action {
	KMESH_ACTION_NONE = 0, /* no verdict: the service's policy decides */
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
	__u32 error; /* with DENY: 1..511, or 0 for EACCES */
	__u32 route; /* the program's own number, shown to the operator */
};

struct kmesh_inputs {
	__u64 cgroup_id;
	__u64 cookie; /* 0: nobody has asked for the socket's cookie yet */
	__u16 family;
	__be16 port; /* the address asked for; 0 when not connected */
	__u32 bytes_len;
	__be32 addr[4];
	__u32 mark;
	__u32 unused;
	__u8 host[KMESH_HOST_MAX]; /* as compared; zeros unless state is HTTP */
	struct kmesh_head head; /* state and reason alone, unless it is HTTP */
	__u8 bytes[KMESH_HEAD_MAX]; /* zero beyond bytes_len */
};

/*
 * A program may write all of it, for the kernel knows one size only. The
 * module keeps its own inputs: what is written into in changes nothing.
 */
struct kmesh_request {
	struct kmesh_verdict verdict;
	struct kmesh_inputs in;
};

KMESH_ASSERT(sizeof(struct kmesh_verdict) == 32);
KMESH_ASSERT_AT(kmesh_verdict, action, 0);
KMESH_ASSERT_AT(kmesh_verdict, family, 4);
KMESH_ASSERT_AT(kmesh_verdict, port, 6);
KMESH_ASSERT_AT(kmesh_verdict, addr, 8);
KMESH_ASSERT_AT(kmesh_verdict, error, 24);
KMESH_ASSERT_AT(kmesh_verdict, route, 28);
KMESH_ASSERT_AT(kmesh_inputs, cgroup_id, 0);
KMESH_ASSERT_AT(kmesh_inputs, cookie, 8);
KMESH_ASSERT_AT(kmesh_inputs, family, 16);
KMESH_ASSERT_AT(kmesh_inputs, port, 18);
KMESH_ASSERT_AT(kmesh_inputs, bytes_len, 20);
KMESH_ASSERT_AT(kmesh_inputs, addr, 24);
KMESH_ASSERT_AT(kmesh_inputs, mark, 40);
KMESH_ASSERT_AT(kmesh_inputs, host, 48);
KMESH_ASSERT_AT(kmesh_inputs, head, 304);
KMESH_ASSERT_AT(kmesh_inputs, bytes, 304 + 824);
KMESH_ASSERT(sizeof(struct kmesh_request) == 32 + 304 + 824 + KMESH_HEAD_MAX);

/* ---- arming ---- */

/*
 * A connect program arms a socket by the name of an upper layer protocol,
 * bpf_setsockopt(ctx, SOL_TCP, TCP_ULP, name), or, where kmesh.ko brings the
 * kfunc, by kmesh_arm(ctx, flags, grace_ms).
 */
#define KMESH_ULP_CLOSED "kmesh"      /* no verdict: denied */
#define KMESH_ULP_OPEN	 "kmesh-open" /* no verdict: the address asked for */

#define KMESH_ARM_F_OPEN     0x1u
#define KMESH_ARM_F_NO_GRACE 0x2u
#define KMESH_ARM_F_ALL	     0x3u

#endif /* KMESH_ABI_H */
