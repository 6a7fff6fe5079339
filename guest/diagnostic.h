/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probes share: asking kmesh.ko through /proc/kmesh/probe, and
 * sockets to ask about.
 */
#ifndef DIAGNOSTIC_H
#define DIAGNOSTIC_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ktap.h"

#define DIAG_PATH "/proc/kmesh/probe"

/* One answer of the module: lines of key=value. */
struct diag_answer {
	char text[2048];
};

static int diag_fd = -1;

/* The module is the carrier: no file, no carrier. */
static inline bool diag_present(void)
{
	return access(DIAG_PATH, F_OK) == 0;
}

static inline bool diag_open(void)
{
	if (diag_fd < 0)
		diag_fd = open(DIAG_PATH, O_RDWR | O_CLOEXEC);
	return diag_fd >= 0 || ktap_fail("%s: %s", DIAG_PATH, strerror(errno));
}

/* Asks the module about a socket of ours. */
static inline bool diag_ask(int sock, struct diag_answer *a)
{
	char number[16];
	int n = snprintf(number, sizeof(number), "%d\n", sock);
	ssize_t got;

	if (!diag_open())
		return false;
	if (write(diag_fd, number, n) != n)
		return ktap_fail("ask %s: %s", DIAG_PATH, strerror(errno));
	got = read(diag_fd, a->text, sizeof(a->text) - 1);
	if (got <= 0)
		return ktap_fail("read %s: %s", DIAG_PATH,
				 got ? strerror(errno) : "empty");
	a->text[got] = '\0';
	return true;
}

/* Start of the value of KEY, up to its newline; NULL if there is no such key. */
static inline const char *diag_value(const struct diag_answer *a, const char *key)
{
	size_t k = strlen(key);

	for (const char *p = a->text; p && *p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!strncmp(p, key, k) && p[k] == '=')
			return p + k + 1;
	}
	return NULL;
}

/* True if KEY is there and is WANT; says what it was otherwise. */
static inline bool diag_is(const struct diag_answer *a, const char *key,
			   const char *want)
{
	const char *v = diag_value(a, key);
	int len = v ? (int)strcspn(v, "\n") : 0;

	if (v && (size_t)len == strlen(want) && !strncmp(v, want, len))
		return true;
	return ktap_fail("%s is %.*s, not %s", key, v ? len : 6, v ? v : "absent",
			 want);
}

static inline bool diag_is_u64(const struct diag_answer *a, const char *key,
			       unsigned long long want)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", want);
	return diag_is(a, key, text);
}

/* A TCP socket connected to a listener of our own on loopback, or -1. */
static inline int diag_connected_socket(struct sockaddr_in *to)
{
	socklen_t len = sizeof(*to);
	int srv = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memset(to, 0, sizeof(*to));
	to->sin_family = AF_INET;
	to->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (srv >= 0 && sock >= 0 &&
	    !bind(srv, (struct sockaddr *)to, sizeof(*to)) && !listen(srv, 1) &&
	    !getsockname(srv, (struct sockaddr *)to, &len) &&
	    !connect(sock, (struct sockaddr *)to, sizeof(*to))) {
		close(srv);
		return sock;
	}
	ktap_fail("loopback connection: %s", strerror(errno));
	if (srv >= 0)
		close(srv);
	if (sock >= 0)
		close(sock);
	return -1;
}

#endif /* DIAGNOSTIC_H */
