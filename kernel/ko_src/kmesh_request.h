/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One question to the programs on the tracepoint, and their verdict. */
#ifndef KMESH_REQUEST_H
#define KMESH_REQUEST_H

#include <linux/types.h>
#include "kmesh_abi.h"

struct sock;

/* Too large for a stack: it lives where the state of the asker lives. */
struct kmesh_exchange {
	struct kmesh_inputs in;       /* ours: what is acted on */
	struct kmesh_request shown;   /* theirs: what programs may write */
	struct kmesh_verdict verdict; /* checked; NONE where it was refused */
	bool refused; /* a verdict was written that makes no sense */
	bool altered; /* a program wrote into its inputs */
};

void kmesh_request_ask(struct sock *sk, const void *head, size_t head_len,
		       struct kmesh_exchange *x);
int kmesh_request_witness(void (*probe)(void *data, struct kmesh_request *req),
			  void *data);
void kmesh_request_unwitness(void (*probe)(void *data, struct kmesh_request *req),
			     void *data);

#endif /* KMESH_REQUEST_H */
