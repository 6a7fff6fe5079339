/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The maps of the router: what kmesh-route writes and router.bpf.c looks up.
 * They are filled before the programs are attached and never changed after
 * that; another configuration comes with maps and programs of its own. Texts
 * are padded with zeros, their length is part of the key. The includer brings
 * __u32 and friends.
 */
#ifndef ROUTER_ABI_H
#define ROUTER_ABI_H

#include "kmesh_abi.h"

/* The bounds: what is beyond them is refused by kmesh-route, not cut. */
#define ROUTER_TEXT	   128 /* of a host or a path, with a zero behind */
#define ROUTER_NAME	   64  /* of a header field, with a zero behind */
#define ROUTER_VALUE	   64  /* of a header field, in a rule */
#define ROUTER_METHOD	   16
#define ROUTER_RULES_MAX   16 /* of one host and path */
#define ROUTER_TARGETS_MAX 16 /* of one rule */
#define ROUTER_VALUES_MAX  8  /* of one header field, in all rules of a service */
#define ROUTER_BITS	   64 /* conditions on header fields in a service */

/* ---- services ---- */

struct router_service_key {
	__u16 family; /* an IPv4 address on an IPv6 socket is AF_INET */
	__be16 port;
	__be32 addr[4];
};

#define ROUTER_F_ODD_PATHS 0x1u /* match them as they are written */
#define ROUTER_F_ANY_HOST  0x2u /* some routes name no host */
#define ROUTER_F_HOSTS	   0x4u /* some routes name one */

struct router_service {
	__u32 id;
	__u32 arm; /* KMESH_ARM_F_* */
	__u32 grace_ms;
	__u32 flags;
	__u32 suffixes; /* bit n: some route names *. and n labels */
	__u32 fields;	/* 1: some rule looks at header fields */
	__u64 names;	/* bit of each name's hash modulo 64 */
};

/* ---- hosts ---- */

enum router_host_kind {
	ROUTER_HOST_ANY = 0,
	ROUTER_HOST_EXACT,
	ROUTER_HOST_SUFFIX, /* text is what follows "*." */
};

struct router_host_key {
	__u32 service;
	__u16 kind;
	__u16 len;
	char text[ROUTER_TEXT];
};

#define ROUTER_DEPTH_EXACT (1u << 31)

struct router_host {
	__u32 id;
	__u32 depths; /* bit n: a prefix of n segments; and exact paths */
};

/* ---- paths ---- */

enum router_path_kind {
	ROUTER_PATH_EXACT = 0,
	ROUTER_PATH_PREFIX,
};

struct router_path_key {
	__u32 host;
	__u16 kind;
	__u16 len;
	char text[ROUTER_TEXT];
};

struct router_path {
	__u32 first; /* rule */
	__u32 count;
};

/* ---- rules ---- */

struct router_rule {
	__u64 mask; /* conditions that count, and how they must be */
	__u64 want;
	char method[ROUTER_METHOD]; /* zeros: any */
	__u32 action;		    /* enum kmesh_action */
	__u32 error;		    /* of DENY */
	__u32 targets;		    /* of REDIRECT */
	__u32 route;		    /* its line in the configuration */
};

struct router_target {
	__be32 addr[4];
	__u16 family;
	__be16 port;
	__u32 below; /* the sum of the weights up to here */
};

struct router_targets {
	__u32 count;
	__u32 total;
	struct router_target target[ROUTER_TARGETS_MAX];
};

/* ---- header fields ---- */

struct router_name_key {
	__u32 service;
	__u32 len;
	__u64 text[ROUTER_NAME / 8]; /* in lower case */
};

struct router_value {
	__u64 text[ROUTER_VALUE / 8];
	__u64 mask[ROUTER_VALUE / 8]; /* all ones in the bytes that count */
	__u32 len;		      /* of an exact value; of a prefix ~0 */
	__u32 bit;
};

struct router_name {
	__u32 slot; /* a bit of its own, to see a second field of the name */
	__u32 present; /* bit of the condition "is there", ROUTER_BITS: none */
	__u32 count;
	__u32 unused;
	struct router_value value[ROUTER_VALUES_MAX];
};

KMESH_ASSERT(sizeof(struct router_service_key) == 20);
KMESH_ASSERT(sizeof(struct router_service) == 32);
KMESH_ASSERT(sizeof(struct router_host_key) == 8 + ROUTER_TEXT);
KMESH_ASSERT(sizeof(struct router_path_key) == 8 + ROUTER_TEXT);
KMESH_ASSERT(sizeof(struct router_rule) == 48);
KMESH_ASSERT(sizeof(struct router_target) == 24);
KMESH_ASSERT(sizeof(struct router_targets) == 8 + 24 * ROUTER_TARGETS_MAX);
KMESH_ASSERT(sizeof(struct router_name_key) == 8 + ROUTER_NAME);
KMESH_ASSERT(sizeof(struct router_value) == 8 + 2 * ROUTER_VALUE);
KMESH_ASSERT(sizeof(struct router_name) == 16 + 136 * ROUTER_VALUES_MAX);

#endif /* ROUTER_ABI_H */
