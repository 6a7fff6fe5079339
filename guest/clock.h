/* SPDX-License-Identifier: Apache-2.0 */
/* How long something took. */
#ifndef CLOCK_H
#define CLOCK_H

#include <time.h>

static inline long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

static inline long now_ms(void)
{
	return now_ns() / 1000000;
}

#endif /* CLOCK_H */
