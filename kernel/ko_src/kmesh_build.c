// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The rooms as one translation unit: most of the time of a compilation goes
 * into the kernel's headers, which are the same in each of them. Their statics
 * share one name space, therefore. The parser stands alone, for it is built
 * for user space as well; the tracepoint must.
 */
#include "kmesh_arm.c"
#include "kmesh_defer.c"
#include "kmesh_main.c"
#include "kmesh_ops.c"
#include "kmesh_probe.c"
#include "kmesh_proto.c"
#include "kmesh_request.c"
#include "kmesh_send.c"
#include "kmesh_stat.c"
#include "kmesh_treat.c"
#include "kmesh_work.c"
