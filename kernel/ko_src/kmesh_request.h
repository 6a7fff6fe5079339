/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One question to the programs on the tracepoint, and their verdict. */
#ifndef KMESH_REQUEST_H
#define KMESH_REQUEST_H

#include <linux/types.h>
#include "kmesh_abi.h"
#include "kmesh_stat.h"

struct sock;
struct sockaddr;

/* The first bytes of a connection: judged, and then sent, from here. */
struct kmesh_held {
	u16 room; /* bytes there is memory for */
	u16 len;  /* bytes there are */
	u16 told; /* of these: the application was told that they are sent */
	u16 sent; /* of these: TCP has them */
	struct kmesh_head head;
	u8 *bytes; /* apart, or a whole head would take 16 KiB */
};

void kmesh_request_address(const struct sockaddr *sa, u16 *family, __be16 *port,
			   __be32 *addr);
void kmesh_held_free(struct kmesh_held *held);
struct kmesh_request *kmesh_request_alloc(void);
void kmesh_request_free(struct kmesh_request *req);
void kmesh_request_fill(struct kmesh_request *req, struct sock *sk,
			const struct sockaddr *asked,
			const struct kmesh_held *held);
enum kmesh_by kmesh_request_ask(struct kmesh_request *req,
				struct kmesh_verdict *verdict);
int kmesh_request_witness(void (*probe)(void *data, struct kmesh_request *req),
			  void *data);
void kmesh_request_unwitness(void (*probe)(void *data, struct kmesh_request *req),
			     void *data);
int kmesh_request_init(void);
void kmesh_request_exit(void);

#endif /* KMESH_REQUEST_H */
