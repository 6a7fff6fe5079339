/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Treatment of a socket by its cgroup's sockops programs: ask, check, apply. */
#ifndef KMESH_TREAT_H
#define KMESH_TREAT_H

#include <linux/types.h>
#include "kmesh_abi.h"

struct sock;
struct sockaddr;

struct kmesh_treatment {
	u32 words[KMESH_TREAT_WORDS]; /* as the programs left them */
	bool given;   /* somebody answered and every word is valid */
	bool refused; /* somebody wrote, but not a valid answer */
};

void kmesh_treat_ask(struct sock *sk, const struct sockaddr *asked,
		     struct kmesh_treatment *t);
int kmesh_treat_apply(struct sock *sk, const struct kmesh_treatment *t);

#endif /* KMESH_TREAT_H */
