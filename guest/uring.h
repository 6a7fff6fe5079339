/* SPDX-License-Identifier: Apache-2.0 */
/* io_uring by its system calls: one thread, one ring, nothing registered. */
#ifndef URING_H
#define URING_H

#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ktap.h"

#define URING_ENTRIES 16

struct uring {
	int fd;
	unsigned int queued; /* prepared, not submitted */
	unsigned int *sq_tail, *sq_mask, *sq_array;
	unsigned int *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	void *rings;
	size_t rings_len, sqes_len;
};

static inline bool uring_open(struct uring *u)
{
	struct io_uring_params p = {};
	char *rings;

	memset(u, 0, sizeof(*u));
	u->fd = syscall(SYS_io_uring_setup, URING_ENTRIES, &p);
	if (u->fd < 0)
		return ktap_fail("io_uring_setup: %s", strerror(errno));
	/* 5.4 and later: both rings in one mapping */
	u->rings_len = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
	if (u->rings_len < p.sq_off.array + p.sq_entries * sizeof(unsigned int))
		u->rings_len = p.sq_off.array + p.sq_entries * sizeof(unsigned int);
	u->sqes_len = p.sq_entries * sizeof(struct io_uring_sqe);
	u->rings = mmap(NULL, u->rings_len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, u->fd, IORING_OFF_SQ_RING);
	u->sqes = mmap(NULL, u->sqes_len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, u->fd, IORING_OFF_SQES);
	if (u->rings == MAP_FAILED || u->sqes == MAP_FAILED)
		return ktap_fail("mmap of the ring: %s", strerror(errno));
	rings = u->rings;
	u->sq_tail = (void *)(rings + p.sq_off.tail);
	u->sq_mask = (void *)(rings + p.sq_off.ring_mask);
	u->sq_array = (void *)(rings + p.sq_off.array);
	u->cq_head = (void *)(rings + p.cq_off.head);
	u->cq_tail = (void *)(rings + p.cq_off.tail);
	u->cq_mask = (void *)(rings + p.cq_off.ring_mask);
	u->cqes = (void *)(rings + p.cq_off.cqes);
	return true;
}

static inline void uring_close(struct uring *u)
{
	munmap(u->sqes, u->sqes_len);
	munmap(u->rings, u->rings_len);
	close(u->fd);
}

/* The next entry, of which user_data is its number since the last submission. */
static inline struct io_uring_sqe *uring_add(struct uring *u, int op, int fd, const void *addr, unsigned int len)
{
	unsigned int tail = *u->sq_tail, index = tail & *u->sq_mask;
	struct io_uring_sqe *sqe = &u->sqes[index];

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = op;
	sqe->fd = fd;
	sqe->addr = (unsigned long)addr;
	sqe->len = len;
	sqe->user_data = u->queued++;
	u->sq_array[index] = index;
	__atomic_store_n(u->sq_tail, tail + 1, __ATOMIC_RELEASE);
	return sqe;
}

static inline bool uring_submit(struct uring *u)
{
	int n = syscall(SYS_io_uring_enter, u->fd, u->queued, 0, 0, NULL, 0);
	bool ok = n == (int)u->queued || ktap_fail("io_uring_enter: %d of %u: %s", n, u->queued, strerror(errno));

	u->queued = 0;
	return ok;
}

/* Waits 3 s at most: the completions' results by user_data. */
static inline bool uring_wait(struct uring *u, int *results, unsigned int count)
{
	struct timespec pause = { .tv_nsec = 1000000 };

	for (int ms = 0; ms < 3000 && count; ms++) {
		unsigned int head = *u->cq_head;

		/* what was put off to this thread runs when it enters */
		syscall(SYS_io_uring_enter, u->fd, 0, 0, IORING_ENTER_GETEVENTS, NULL, 0);
		while (count && head != __atomic_load_n(u->cq_tail, __ATOMIC_ACQUIRE)) {
			const struct io_uring_cqe *cqe = &u->cqes[head & *u->cq_mask];

			results[cqe->user_data] = cqe->res;
			count--;
			__atomic_store_n(u->cq_head, ++head, __ATOMIC_RELEASE);
		}
		if (count)
			nanosleep(&pause, NULL);
	}
	return !count || ktap_fail("%u completions did not come", count);
}

static inline bool uring_run(struct uring *u, int *results)
{
	unsigned int count = u->queued;

	return uring_submit(u) && uring_wait(u, results, count);
}

#endif /* URING_H */
