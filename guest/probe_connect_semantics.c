// SPDX-License-Identifier: Apache-2.0
/*
 * Proof of connect-semantics: the rarer ways in which applications use a
 * socket, on an armed one. The common ones are in probe_defer_connect.c.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/time.h>

#include "clock.h"
#include "mesh.h"

#define HEAD "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

static struct mesh_server server;
static int full_port; /* a listener whose backlog is full */

static bool fill_backlog(void)
{
	struct sockaddr_in at = mesh_vip(0);
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(listener, (struct sockaddr *)&at, len) || listen(listener, 0) ||
	    getsockname(listener, (struct sockaddr *)&at, &len))
		return ktap_fail("listen: %s", strerror(errno));
	full_port = ntohs(at.sin_port);
	for (int i = 0; i < 4; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		connect(fd, (struct sockaddr *)&at, sizeof(at));
	}
	usleep(50000);
	return true;
}

static bool set_up(void)
{
	struct kmesh_verdict full = {
		.action = KMESH_ACTION_REDIRECT,
		.family = AF_INET,
		.addr = { htonl(INADDR_LOOPBACK) },
	};
	struct kmesh_verdict nobody = full;

	if (!mesh_up() || !mesh_listen(&server, "server", MESH_HTTP) || !fill_backlog())
		return false;
	full.port = htons(full_port);
	nobody.port = htons(9);
	return mesh_serve(MESH_CLOSED, 0, 0) && mesh_serve(server.port, KMESH_ARM_F_OPEN, 0) &&
	       mesh_route("/a", mesh_to(&server)) && mesh_route("/full", full) &&
	       mesh_route("/nobody", nobody);
}

static bool send_times_out(void)
{
	/*
	 * Counted from jiffies, which lag behind the clock where the host has
	 * held up the processor that counts them: seen, 66 ms.
	 */
	struct timeval limit = { .tv_usec = 500000 };
	long start = now_ms(), took;
	int fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) &&
		  mesh_refused(fd, "GET /full HTTP/1.1\r\nHost: x\r\n\r\n", EAGAIN);

	took = now_ms() - start;
	close(fd);
	return ok && ((took >= 250 && took < 2500) || ktap_fail("after %ld ms", took));
}

static void on_alarm(int s)
{
	(void)s;
}

static bool send_is_interrupted(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval soon = { .it_value = { .tv_usec = 100000 } };
	struct timeval none = {};
	int fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = fd >= 0 && !sigaction(SIGALRM, &sa, NULL) &&
		  !setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none));

	ok = ok && !setitimer(ITIMER_REAL, &soon, NULL) && mesh_refused(fd, "GET /full HTTP/1.1\r\nHost: x\r\n\r\n", EINTR);
	close(fd);
	return ok;
}

static bool refused_without_blocking(void)
{
	int fd = mesh_connect(MESH_CLOSED, SOCK_NONBLOCK);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	socklen_t len = sizeof(int);
	int err = 0;
	bool ok = fd >= 0 && mesh_refused(fd, "GET /nobody HTTP/1.1\r\nHost: x\r\n\r\n", EAGAIN);

	ok = ok && ((poll(&p, 1, 2000) == 1 && p.revents & POLLERR) || ktap_fail("poll: %x", p.revents));
	ok = ok && ((!getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) && err == ECONNREFUSED) ||
		    ktap_fail("SO_ERROR: %s", strerror(err)));
	close(fd);
	return ok;
}

/* sendto() connects and sends at once: there is no time to judge. */
static bool fast_open(void)
{
	struct sockaddr_in closed = mesh_vip(MESH_CLOSED), open = mesh_vip(server.port);
	int fd = mesh_socket(AF_INET, 0);
	ssize_t n = sendto(fd, HEAD, strlen(HEAD), MSG_FASTOPEN, (struct sockaddr *)&closed, sizeof(closed));
	bool ok = (n < 0 && errno == EOPNOTSUPP) || ktap_fail("closed: %zd %s", n, strerror(errno));

	close(fd);
	fd = mesh_socket(AF_INET, 0);
	n = sendto(fd, HEAD, strlen(HEAD), MSG_FASTOPEN, (struct sockaddr *)&open, sizeof(open));
	ok = ok && (n == (ssize_t)strlen(HEAD) || ktap_fail("open: %zd %s", n, strerror(errno))) &&
	     mesh_hear(fd, "server");
	close(fd);
	return ok;
}

static bool fast_open_connect(void)
{
	struct sockaddr_in to = mesh_vip(MESH_CLOSED);
	int fd = mesh_socket(AF_INET, 0), one = 1;
	bool ok = !setsockopt(fd, SOL_TCP, TCP_FASTOPEN_CONNECT, &one, sizeof(one)) ||
		  ktap_fail("TCP_FASTOPEN_CONNECT: %s", strerror(errno));

	ok = ok && (!connect(fd, (struct sockaddr *)&to, sizeof(to)) || ktap_fail("connect: %s", strerror(errno)));
	ok = ok && mesh_say(fd, HEAD) && mesh_hear(fd, "server");
	close(fd);
	return ok;
}

static bool shut_down_unsent(void)
{
	char byte;
	int fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = fd >= 0 && (!shutdown(fd, SHUT_WR) || ktap_fail("shutdown: %s", strerror(errno)));
	ssize_t n = recv(fd, &byte, 1, 0);

	ok = ok && (n <= 0 || ktap_fail("recv: %zd", n));
	n = send(fd, HEAD, strlen(HEAD), MSG_NOSIGNAL);
	ok = ok && (n < 0 || ktap_fail("send: %zd", n));
	close(fd);
	return ok;
}

/* An upper layer protocol of the application's own: no HTTP/1.x will come. */
static bool own_protocol(void)
{
	int fd = mesh_connect(server.port, 0);
	long decided = mesh_count("decided");
	bool ok = fd >= 0 && ((setsockopt(fd, SOL_TCP, TCP_ULP, "nobody", 6) && errno == ENOENT) ||
			      ktap_fail("TCP_ULP: %s", strerror(errno)));

	ok = ok && (mesh_count("decided") == decided + 1 || ktap_fail("it is not decided")) &&
	     mesh_say(fd, HEAD) && mesh_hear(fd, "server");
	close(fd);
	return ok;
}

struct splicer {
	int fd, to;
	ssize_t n;
};

static void *splice_first(void *arg)
{
	struct splicer *s = arg;

	s->n = splice(s->fd, NULL, s->to, NULL, 4096, 0);
	return NULL;
}

static bool splice_reads_first(void)
{
	struct splicer s = { .fd = mesh_connect(MESH_CLOSED, 0) };
	pthread_t thread;
	int p[2];
	bool ok = s.fd >= 0 && !pipe2(p, O_CLOEXEC);

	s.to = p[1];
	ok = ok && ((splice(s.fd, NULL, p[1], NULL, 4096, SPLICE_F_NONBLOCK) < 0 && errno == EAGAIN) ||
		    ktap_fail("splice: %s", strerror(errno)));
	ok = ok && !pthread_create(&thread, NULL, splice_first, &s);
	if (!ok)
		return false;
	usleep(50000);
	ok = mesh_say(s.fd, HEAD);
	pthread_join(thread, NULL);
	close(s.fd);
	return ok && (s.n > 0 || ktap_fail("splice: %zd", s.n));
}

struct sender {
	int fd;
	ssize_t n;
};

static void *send_head(void *arg)
{
	struct sender *s = arg;

	s->n = send(s->fd, HEAD, strlen(HEAD), MSG_NOSIGNAL);
	return NULL;
}

/* What the two send arrives whole, one after the other. */
static bool two_senders(void)
{
	for (int i = 0; i < 8; i++) {
		int before = server.accepted;
		struct sender s = { .fd = mesh_connect(MESH_CLOSED, 0) };
		pthread_t thread;
		ssize_t n;

		if (s.fd < 0 || pthread_create(&thread, NULL, send_head, &s))
			return false;
		n = send(s.fd, HEAD, strlen(HEAD), MSG_NOSIGNAL);
		pthread_join(thread, NULL);
		/* until then it has what the one before sent */
		for (int j = 0; j < 100 && (server.accepted == before || server.got_len < 2 * strlen(HEAD)); j++)
			usleep(10000);
		close(s.fd);
		if (n != (ssize_t)strlen(HEAD) || s.n != n || strcmp(server.got, HEAD HEAD))
			return ktap_fail("%zd and %zd, got %s", n, s.n, server.got);
	}
	return true;
}

static bool set_grace(const char *ms)
{
	int fd = open("/sys/module/kmesh/parameters/grace_closed_ms", O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, ms, strlen(ms)) > 0;

	if (fd >= 0)
		close(fd);
	return ok || ktap_fail("grace_closed_ms: %s", strerror(errno));
}

/* A reader learns why there will be no connection. */
static bool denied_by_the_end_of_grace(void)
{
	char byte;
	bool ok = set_grace("100");
	int fd = mesh_connect(MESH_CLOSED, 0);
	ssize_t n = fd < 0 ? 0 : recv(fd, &byte, 1, 0);
	int err = errno;

	close(fd);
	return set_grace("10000") && ok &&
	       ((n < 0 && err == EACCES) || ktap_fail("recv: %zd %s", n, strerror(err)));
}

/* A pool that connects long before it writes. */
static bool idle_without_grace(void)
{
	long decided = mesh_count("decided");
	bool ok = set_grace("0");
	int fd = mesh_connect(MESH_CLOSED, 0);

	usleep(150000);
	ok = ok && (mesh_count("decided") == decided || ktap_fail("it was decided"));
	ok = ok && mesh_say(fd, HEAD) && mesh_hear(fd, "server");
	close(fd);
	return set_grace("10000") && ok;
}

static bool many_at_once(void)
{
	static int fds[50];
	bool ok = true;

	for (int i = 0; i < 50; i++)
		ok = (fds[i] = mesh_connect(MESH_CLOSED, 0)) >= 0 && ok;
	for (int i = 0; ok && i < 50; i++)
		ok = mesh_say(fds[i], HEAD) && mesh_hear(fds[i], "server");
	for (int i = 0; i < 50; i++)
		close(fds[i]);
	return ok;
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "the mesh is up", set_up },
		{ "SO_SNDTIMEO bounds the first send", send_times_out },
		{ "a signal interrupts the first send", send_is_interrupted },
		{ "refused, without blocking: SO_ERROR", refused_without_blocking },
		{ "MSG_FASTOPEN", fast_open },
		{ "TCP_FASTOPEN_CONNECT", fast_open_connect },
		{ "shutdown before the first byte", shut_down_unsent },
		{ "an upper layer protocol of the application", own_protocol },
		{ "splice reads first", splice_reads_first },
		{ "two senders at once", two_senders },
		{ "denied by the end of the grace time", denied_by_the_end_of_grace },
		{ "idle, without a grace time", idle_without_grace },
		{ "fifty at once", many_at_once },
	};

	if (!mesh_present())
		return ktap_skip_all("kmesh.ko is not loaded");
	return ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
}
