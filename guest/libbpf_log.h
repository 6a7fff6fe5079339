/* SPDX-License-Identifier: Apache-2.0 */
/* libbpf's messages, the verifier's among them, kept until something fails. */
#ifndef LIBBPF_LOG_H
#define LIBBPF_LOG_H

#include <errno.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "ktap.h"

static char libbpf_log[256 * 1024];

static int libbpf_log_print(enum libbpf_print_level level, const char *fmt,
			    va_list ap)
{
	size_t used = strlen(libbpf_log);

	if (level == LIBBPF_WARN)
		vsnprintf(libbpf_log + used, sizeof(libbpf_log) - used, fmt, ap);
	return 0;
}

/* From here on, and nothing of what was before. */
static inline void libbpf_log_keep(void)
{
	libbpf_log[0] = '\0';
	libbpf_set_print(libbpf_log_print);
}

/*
 * Says what failed and what was kept; the latter once, for the cases after it
 * mostly fail for the same reason.
 */
static inline bool libbpf_log_fail(const char *what, int err)
{
	static bool told;
	size_t len = strlen(libbpf_log);

	/* what the verifier says last is why */
	if (!told)
		ktap_comment(libbpf_log + (len > 4000 ? len - 4000 : 0));
	told = true;
	return ktap_fail("%s: %s", what, strerror(err < 0 ? -err : err));
}

#endif /* LIBBPF_LOG_H */
