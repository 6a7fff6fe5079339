/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The head of an HTTP/1.x request: one strict parser, the same source in the
 * kernel and in user space. What it does not take for HTTP/1.0 or 1.1 beyond
 * doubt it calls OTHER and says why; it never guesses.
 */
#ifndef KMESH_HEAD_H
#define KMESH_HEAD_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#endif

#include "kmesh_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

void kmesh_head_start(struct kmesh_head *head);
void kmesh_head_parse(struct kmesh_head *head, const __u8 *bytes, size_t len);
void kmesh_head_host(const struct kmesh_head *head, const __u8 *bytes,
		     __u8 *host);

#ifdef __cplusplus
}
#endif

#endif /* KMESH_HEAD_H */
