// SPDX-License-Identifier: Apache-2.0
/*
 * What a program must not notice of an armed socket, beyond the probes: what it
 * is after the first bytes, how calls wait, and what is mixed up.
 */
#define _GNU_SOURCE
#include <linux/tls.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>

#include "alike.h"

static struct mesh_server other, banner;
static int full_listener = -1; /* its backlog is full, and /full leads there */

static bool fill_backlog(void)
{
	struct kmesh_verdict full = {
		.action = KMESH_ACTION_REDIRECT, .family = AF_INET, .addr = { htonl(INADDR_LOOPBACK) },
	};
	struct sockaddr_in at = mesh_vip(0);
	socklen_t len = sizeof(at);

	if (full_listener >= 0)
		close(full_listener);
	full_listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(full_listener, (struct sockaddr *)&at, len) || listen(full_listener, 0) ||
	    getsockname(full_listener, (struct sockaddr *)&at, &len))
		return ktap_fail("listen: %s", strerror(errno));
	full.port = at.sin_port;
	for (int i = 0; i < 4; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		connect(fd, (struct sockaddr *)&at, sizeof(at));
	}
	usleep(50000);
	return mesh_route("/full", full);
}

static bool set_up(void)
{
	return alike_set_up() && mesh_listen(&other, "other", MESH_HTTP) && mesh_listen(&banner, "banner", MESH_BANNER) &&
	       mesh_serve(banner.port, KMESH_ARM_F_OPEN, 50) && mesh_route("/b", mesh_to(&other)) && fill_backlog();
}

/* ---- the socket afterwards ---- */

static bool second_connect(unsigned int port)
{
	struct sockaddr_in to = mesh_vip(port);
	int fd = mesh_connect(port, 0);

	if (fd < 0 || !is("send", send(fd, HEAD, LEN, 0), LEN))
		return false;
	return ((connect(fd, (struct sockaddr *)&to, sizeof(to)) && errno == EISCONN) ||
		ktap_fail("a second connect: %s", strerror(errno))) &&
	       answered(fd);
}

static bool connected_once(void)
{
	return on_both(second_connect);
}

static bool names(unsigned int port)
{
	struct sockaddr_in peer, self;
	socklen_t len = sizeof(peer);
	int fd = mesh_connect(port, 0);

	if (fd < 0 || getsockname(fd, (struct sockaddr *)&self, &len) || (port == MESH_CLOSED && self.sin_port))
		return ktap_fail("it has a port before its time");
	if (!is("send", send(fd, HEAD, LEN, 0), LEN))
		return false;
	if (getpeername(fd, (struct sockaddr *)&peer, &len) || getsockname(fd, (struct sockaddr *)&self, &len))
		return ktap_fail("names: %s", strerror(errno));
	return is("peer", ntohs(peer.sin_port), server.port) && (self.sin_port || ktap_fail("no port of its own")) &&
	       is("address", ntohl(self.sin_addr.s_addr), INADDR_LOOPBACK) && answered(fd);
}

static bool has_names(void)
{
	return on_both(names);
}

static bool own_protocol(unsigned int port)
{
	struct tls12_crypto_info_aes_gcm_128 key = { .info = { TLS_1_2_VERSION, TLS_CIPHER_AES_GCM_128 } };
	int fd = mesh_connect(port, 0), err;

	if (fd < 0 || !is("send", send(fd, HEAD, LEN, 0), LEN) || !mesh_hear(fd, "server"))
		return false;
	if (setsockopt(fd, SOL_TCP, TCP_ULP, "tls", 3))
		return ktap_fail("TCP_ULP tls: %s", strerror(errno));
	/* ciphers are another option of the kernel's */
	err = setsockopt(fd, SOL_TLS, TLS_TX, &key, sizeof(key)) ? errno : 0;
	close(fd);
	return !err || err == ENOENT || ktap_fail("TLS_TX: %s", strerror(err));
}

static bool tls_afterwards(void)
{
	return on_both(own_protocol);
}

/* Before the first bytes: what will come is no HTTP/1.x in the clear. */
static bool tls_at_once(void)
{
	int fd = mesh_connect(banner.port, 0);
	bool ok = fd >= 0 && (!setsockopt(fd, SOL_TCP, TCP_ULP, "tls", 3) || ktap_fail("TCP_ULP tls: %s", strerror(errno))) &&
		  mesh_hear(fd, "hello\n");

	close(fd);
	return ok;
}

static struct sockaddr_in6 mapped_vip(unsigned int port)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr);
	return to;
}

/* Taken for an IPv4 socket afterwards: that asks whether all of it is plain TCP again. */
static bool mapped(unsigned int port)
{
	struct sockaddr_in6 to = mapped_vip(port), peer;
	socklen_t len = sizeof(peer);
	int fd = mesh_socket(AF_INET6, 0), four = AF_INET;

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return ktap_fail("connect: %s", strerror(errno));
	if (getpeername(fd, (struct sockaddr *)&peer, &len) || memcmp(&peer.sin6_addr, &to.sin6_addr, 16) ||
	    peer.sin6_port != to.sin6_port)
		return ktap_fail("getpeername is another");
	return is("send", send(fd, HEAD, LEN, 0), LEN) &&
	       (!setsockopt(fd, SOL_IPV6, IPV6_ADDRFORM, &four, sizeof(four)) ||
		ktap_fail("IPV6_ADDRFORM: %s", strerror(errno))) &&
	       answered(fd);
}

static bool mapped_and_plain_again(void)
{
	return on_both(mapped);
}

/* ---- waiting ---- */

static void on_alarm(int s)
{
	(void)s;
}

/* Those that filled it come first: until there is no need. */
static void *make_room(void *arg)
{
	const volatile bool *stop = arg;

	usleep(300000);
	for (; !*stop; usleep(10000))
		close(accept4(full_listener, NULL, NULL, SOCK_CLOEXEC));
	return NULL;
}

/* Interrupted by a handler with SA_RESTART a blocking send goes on. */
static bool restarts(void)
{
	struct sigaction sa = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	struct itimerval often = { .it_value = { .tv_usec = 50000 }, .it_interval = { .tv_usec = 50000 } }, never = {};
	struct timeval forever = {};
	const char *head = "GET /full HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = mesh_connect(MESH_CLOSED, 0);
	volatile bool stop = false;
	pthread_t thread;
	ssize_t n;
	int err;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &forever, sizeof(forever)) || sigaction(SIGALRM, &sa, NULL) ||
	    fcntl(full_listener, F_SETFL, O_NONBLOCK) || pthread_create(&thread, NULL, make_room, (void *)&stop))
		return ktap_fail("not set up: %s", strerror(errno));
	setitimer(ITIMER_REAL, &often, NULL);
	n = send(fd, head, strlen(head), MSG_NOSIGNAL);
	err = errno;
	setitimer(ITIMER_REAL, &never, NULL);
	stop = true;
	pthread_join(thread, NULL);
	close(fd);
	errno = err;
	return is("send", n, strlen(head)) && fill_backlog();
}

static bool polled(void)
{
	int fd = mesh_connect(banner.port, SOCK_NONBLOCK);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	bool ok = fd >= 0 && (poll(&p, 1, 3000) == 1 || ktap_fail("nothing came")) && mesh_hear(fd, "hello\n");

	close(fd);
	return ok;
}

struct waiter {
	int fd;
	ssize_t n;
	int err;
};

static void *send_to_full(void *arg)
{
	static const char head[] = "GET /full HTTP/1.1\r\nHost: x\r\n\r\n";
	struct waiter *w = arg;

	w->n = send(w->fd, head, strlen(head), MSG_NOSIGNAL);
	w->err = errno;
	return NULL;
}

/* The kernel does not disconnect under a thread that waits: nor is it left. */
static bool disconnected_while_sending(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct waiter w = { .fd = mesh_connect(MESH_CLOSED, 0) };
	struct timeval limit = { .tv_usec = 700000 };
	pthread_t thread;
	int err;

	if (w.fd < 0 || setsockopt(w.fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ||
	    pthread_create(&thread, NULL, send_to_full, &w))
		return false;
	usleep(200000);
	err = connect(w.fd, &none, sizeof(none)) ? errno : 0;
	pthread_join(thread, NULL);
	close(w.fd);
	/* later kernels disconnect, and wake the thread */
	if (!err)
		return w.n < 0 || ktap_fail("send: %zd", w.n);
	return (err == EBUSY || ktap_fail("AF_UNSPEC: %s", strerror(err))) &&
	       ((w.n < 0 && w.err == EAGAIN) || ktap_fail("send: %zd %s", w.n, strerror(w.err)));
}

/* ---- many, and mixed up ---- */

static bool interleaved(void)
{
	enum { MANY = 40 };
	static const char *const heads[] = { HEAD, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n" };
	static int fds[MANY];
	bool ok = true;

	for (int i = 0; i < MANY; i++)
		ok = (fds[i] = mesh_connect(MESH_CLOSED, 0)) >= 0 && ok;
	/* all of them a piece, then the rest of each, the last one first */
	for (int i = 0; ok && i < MANY; i++)
		ok = is("a piece", send(fds[i], heads[i % 2], 3 + i % 20, 0), 3 + i % 20);
	for (int i = MANY - 1; ok && i >= 0; i--)
		ok = mesh_say(fds[i], heads[i % 2] + 3 + i % 20) && mesh_hear(fds[i], i % 2 ? "other" : "server");
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	return ok;
}

/* Fields that are named as parts of the start line are fields. */
static bool names_of_fields(void)
{
	static const char *const names[] = { "path", "Path", "method", "uri", "url", "target", "x-original-url", "x-rewrite-url" };
	char head[256];
	bool ok = true;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(head, sizeof(head), "GET /a HTTP/1.1\r\nHost: x\r\n%s: /b\r\n\r\n", names[i]);
		ok = mesh_ask(MESH_CLOSED, head, "server") && ok;
	}
	return ok;
}

/* Policy denies the address asked for: armed or not, that stays, and the socket is a socket. */
static bool denied_at_connect(unsigned int port)
{
	struct sockaddr_in to = mesh_vip(port), at = mesh_vip(0);
	int fd = mesh_socket(AF_INET, 0), err;
	ssize_t n;

	mesh->bss->refused_port = port;
	err = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;
	mesh->bss->refused_port = 0;
	if (err != EPERM)
		return ktap_fail("connect: %s", strerror(err));
	n = send(fd, HEAD, LEN, MSG_NOSIGNAL);
	if (n >= 0 || errno != EPIPE)
		return ktap_fail("send: %zd %s", n, strerror(errno));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1))
		return ktap_fail("listen afterwards: %s", strerror(errno));
	close(fd);
	/* and again, to be connected */
	fd = mesh_socket(AF_INET, 0);
	mesh->bss->refused_port = port;
	err = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;
	mesh->bss->refused_port = 0;
	return err == EPERM && !connect(fd, (struct sockaddr *)&to, sizeof(to)) && is("send", send(fd, HEAD, LEN, 0), LEN) &&
	       answered(fd);
}

static bool denial_stays(void)
{
	return on_both(denied_at_connect);
}

/* An errno that no program can be given is no verdict. */
static bool errors_of_the_kernel(void)
{
	static const unsigned int errors[] = { 512, 516, 517, 529, 4095 };
	long refused = mesh_count("by_refused");
	bool ok = true;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct kmesh_verdict deny = { .action = KMESH_ACTION_DENY, .error = errors[i] };
		int fd;

		ok = mesh_route("/error", deny) && ok;
		fd = mesh_connect(MESH_CLOSED, 0);
		ok = mesh_refused(fd, "GET /error HTTP/1.1\r\nHost: x\r\n\r\n", EACCES) && ok;
		close(fd);
	}
	return ok && is("refused verdicts", mesh_count("by_refused") - refused, sizeof(errors) / sizeof(errors[0]));
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "the mesh is up", set_up },
		{ "after the first bytes: EISCONN", connected_once },
		{ "after the first bytes: both names", has_names },
		{ "after the first bytes: kTLS", tls_afterwards },
		{ "before the first bytes: kTLS", tls_at_once },
		{ "IPv4 on an IPv6 socket, and plain TCP afterwards", mapped_and_plain_again },
		{ "SA_RESTART", restarts },
		{ "POLLIN alone", polled },
		{ "AF_UNSPEC while a thread sends", disconnected_while_sending },
		{ "forty heads in pieces, mixed up", interleaved },
		{ "fields named as the start line's parts", names_of_fields },
		{ "a denied connect stays denied", denial_stays },
		{ "errors that are the kernel's own", errors_of_the_kernel },
		{ "the counters add up", mesh_counters_add_up },
	};

	return ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
}
