/* SPDX-License-Identifier: Apache-2.0 */
/* The router that kmesh-route loaded, as the kernel has it. */
#ifndef ROUTER_H
#define ROUTER_H

#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

/* How many programs judge; @info is of the last of them. */
static inline int router_judges(struct bpf_prog_info *info)
{
	struct bpf_prog_info found;
	__u32 id = 0, len;
	int count = 0, fd;

	while (!bpf_prog_get_next_id(id, &id)) {
		memset(&found, 0, sizeof(found));
		len = sizeof(found);
		fd = bpf_prog_get_fd_by_id(id);
		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &found, &len) &&
		    found.type == BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE && !strcmp(found.name, "route")) {
			*info = found;
			count++;
		}
		close(fd);
	}
	return count;
}

#endif /* ROUTER_H */
