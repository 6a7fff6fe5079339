/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What mesh.bpf.c and the probes share. */
#ifndef MESH_ABI_H
#define MESH_ABI_H

#define MESH_TEXT 64

enum mesh_match {
	MESH_BY_PATH = 0,
	MESH_BY_HOST,
	MESH_BY_VALUE, /* of the second field */
};

struct mesh_service {
	__u32 flags; /* KMESH_ARM_F_* */
	__u32 grace_ms;
};

struct mesh_path {
	char text[MESH_TEXT];
};

struct mesh_seen {
	__u64 cookie;
	__u64 cgroup_id;
	__u32 family;
	__u32 port;
	__u32 bytes_len;
	__u32 head_len;
	__u32 state;
	__u32 reason;
	__u32 flags;
	__u32 count;
	char method[MESH_TEXT];
	char path[MESH_TEXT];
	char host[MESH_TEXT];
	char value[MESH_TEXT]; /* of the second field */
};

#endif /* MESH_ABI_H */
