// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Makes the tracepoint of kmesh_trace.h. */
#include <linux/kernel.h>

#define CREATE_TRACE_POINTS
#include "kmesh_trace.h"
