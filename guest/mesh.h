/* SPDX-License-Identifier: Apache-2.0 */
/* The probes' mesh (mesh.bpf.c): its programs, services and routes. */
#ifndef MESH_H
#define MESH_H

#include <linux/types.h>

#include <bpf/bpf.h>

#include "kmesh_abi.h"
#include "libbpf_log.h"
#include "mesh_abi.h"
#include "mesh.skel.h"
#include "mesh_call.skel.h"
#include "mesh_net.h"

static struct mesh_bpf *mesh;

/* ---- the programs ---- */

/* Do connect programs arm by the module's function? */
static inline bool mesh_has_call(void)
{
	char how[16] = "";
	int fd = open("/sys/module/kmesh/parameters/arming", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, how, sizeof(how) - 1);

	if (fd >= 0)
		close(fd);
	return n > 0 && !strcmp(how, "call\n");
}

static inline bool mesh_attach(struct bpf_program *prog, int cgroup,
			       const char *what)
{
	errno = 0;
	return bpf_program__attach_cgroup(prog, cgroup) || libbpf_log_fail(what, errno);
}

/* Loads all of it, and attaches the connect programs to the root cgroup. */
static inline bool mesh_arming(void)
{
	int cgroup, err;

	/* one source, built twice: programs, maps and globals are the same */
	_Static_assert(sizeof(struct mesh_bpf) == sizeof(struct mesh_call_bpf),
		       "the skeletons differ");
	libbpf_log_keep();
	mesh = mesh_has_call() ? (struct mesh_bpf *)mesh_call_bpf__open() :
				 mesh_bpf__open();
	if (!mesh)
		return libbpf_log_fail("open", errno);
	err = mesh_bpf__load(mesh);
	if (err)
		return libbpf_log_fail("load", err);
	cgroup = open(getenv("CGROUP2") ?: "/sys/fs/cgroup", O_RDONLY | O_CLOEXEC);
	if (cgroup < 0)
		return libbpf_log_fail("cgroup2", errno);
	return mesh_attach(mesh->progs.arm4, cgroup, "connect4") &&
	       mesh_attach(mesh->progs.arm6, cgroup, "connect6");
}

/* And the router, too. */
static inline bool mesh_up(void)
{
	if (!mesh_arming())
		return false;
	errno = 0;
	return bpf_program__attach_raw_tracepoint(mesh->progs.route,
						  "kmesh_request") ||
	       libbpf_log_fail("kmesh_request", errno);
}

static inline bool mesh_serve(unsigned int port, unsigned int flags,
			      unsigned int grace_ms)
{
	struct mesh_service service = { .flags = flags, .grace_ms = grace_ms };
	__u32 key = port;

	return !bpf_map_update_elem(bpf_map__fd(mesh->maps.services), &key,
				    &service, BPF_ANY) ||
	       libbpf_log_fail("service", errno);
}

static inline bool mesh_route(const char *path, struct kmesh_verdict verdict)
{
	struct mesh_path key = {};

	strncpy(key.text, path, sizeof(key.text) - 1);
	return !bpf_map_update_elem(bpf_map__fd(mesh->maps.routes), &key,
				    &verdict, BPF_ANY) ||
	       libbpf_log_fail("route", errno);
}

/* The verdict that leads to it. */
static inline struct kmesh_verdict mesh_to(const struct mesh_server *s)
{
	struct kmesh_verdict v = {
		.action = KMESH_ACTION_REDIRECT,
		.family = AF_INET,
		.port = htons(s->port),
		.addr = { htonl(INADDR_LOOPBACK) },
	};

	return v;
}

#endif /* MESH_H */
