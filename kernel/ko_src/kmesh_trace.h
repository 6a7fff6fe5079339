/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one tracepoint of kmesh.ko: a bare one, so that it is no tracefs ABI,
 * with a buffer that a BPF program may write (raw_tp.w/kmesh_request).
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kmesh

#if !defined(KMESH_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KMESH_TRACE_H

#include <linux/tracepoint.h>
#include "kmesh_abi.h"

/*
 * DECLARE_TRACE_WRITABLE: 5.16, or the backport in kernel/patches. It exists
 * only in the pass that makes the BPF probe, so this is asked in every pass.
 * Without it the tracepoint is still there, but no BPF program can attach.
 */
#ifdef DECLARE_TRACE_WRITABLE
DECLARE_TRACE_WRITABLE(kmesh_request,
		       TP_PROTO(struct kmesh_request *req),
		       TP_ARGS(req),
		       sizeof(struct kmesh_request));
#else
DECLARE_TRACE(kmesh_request,
	      TP_PROTO(struct kmesh_request *req),
	      TP_ARGS(req));
#endif

#endif /* KMESH_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE kmesh_trace
#include <trace/define_trace.h>
