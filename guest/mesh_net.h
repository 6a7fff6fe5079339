/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probes of the L7 features share: servers on loopback that tell
 * their name and keep what they were sent, clients, a count of the SYNs on the
 * wire, and the module's counters.
 */
#ifndef MESH_NET_H
#define MESH_NET_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ktap.h"

/* What applications ask for, a closed service: nobody listens there. */
#define MESH_CLOSED 7000

/* The module is the carrier of all this. */
static inline bool mesh_present(void)
{
	return access("/proc/kmesh/counters", F_OK) == 0;
}

/* ---- counters ---- */

/* How often the module did that, or -1. */
static inline long mesh_count(const char *name)
{
	char text[2048], *line, *save;
	int fd = open("/proc/kmesh/counters", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return -1;
	text[n] = 0;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		size_t len = strlen(name);

		if (!strncmp(line, name, len) && line[len] == ' ')
			return atol(line + len);
	}
	return -1;
}

/* Of sockets that are all left: no way in without a way out, and each once. */
static inline bool mesh_counters_add_up(void)
{
	long deferred = mesh_count("deferred"), decided = mesh_count("decided");
	long by = mesh_count("by_verdict") + mesh_count("by_no_verdict") +
		  mesh_count("by_refused") + mesh_count("by_no_memory");
	long to = mesh_count("routed") + mesh_count("original") + mesh_count("denied");

	if (deferred <= 0 || deferred != decided + mesh_count("unsent"))
		return ktap_fail("deferred %ld are not decided %ld and unsent", deferred, decided);
	if (decided != by || decided != to)
		return ktap_fail("decided %ld, by %ld, to %ld", decided, by, to);
	return mesh_count("armed") + mesh_count("altered") == mesh_count("unarmed") + deferred ||
	       ktap_fail("armed are not unarmed and deferred");
}

/* ---- servers ---- */

enum mesh_manner {
	MESH_HTTP,   /* answers each head with its name */
	MESH_BANNER, /* speaks first, then as HTTP */
};

struct mesh_server {
	const char *name;
	enum mesh_manner manner;
	int listener;
	int port;
	pthread_t thread;
	/* of the last connection */
	pthread_mutex_t lock;
	char got[64 * 1024];
	size_t got_len;
	bool full; /* what came after this is not kept */
	int accepted;
};

static inline void mesh_answer(struct mesh_server *s, int fd)
{
	char reply[256];
	int n = snprintf(reply, sizeof(reply),
			 "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
			 strlen(s->name), s->name);

	send(fd, reply, n, MSG_NOSIGNAL);
}

struct mesh_peer {
	struct mesh_server *server;
	int fd;
	int number;
};

static inline void *mesh_talk(void *arg)
{
	struct mesh_peer peer = *(struct mesh_peer *)arg;
	struct mesh_server *s = peer.server;
	size_t answered = 0;
	char buf[4096];
	ssize_t n;

	free(arg);
	if (s->manner == MESH_BANNER)
		send(peer.fd, "hello\n", 6, MSG_NOSIGNAL);
	while ((n = recv(peer.fd, buf, sizeof(buf), 0)) > 0) {
		bool whole;

		pthread_mutex_lock(&s->lock);
		/* what an earlier one still sends is of no interest */
		if (peer.number != s->accepted) {
			pthread_mutex_unlock(&s->lock);
			continue;
		}
		if (s->got_len + n >= sizeof(s->got))
			s->full = true;
		if (!s->full) {
			memcpy(s->got + s->got_len, buf, n);
			s->got_len += n;
			s->got[s->got_len] = 0;
		}
		whole = strstr(s->got + answered, "\r\n\r\n") != NULL;
		if (whole)
			answered = s->got_len;
		pthread_mutex_unlock(&s->lock);
		if (whole)
			mesh_answer(s, peer.fd);
	}
	close(peer.fd);
	return NULL;
}

static inline void *mesh_accept(void *arg)
{
	struct mesh_server *s = arg;

	for (;;) {
		struct mesh_peer *peer = malloc(sizeof(*peer));
		pthread_t thread;

		peer->server = s;
		peer->fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
		if (peer->fd < 0) {
			/* nobody is answered any more */
			ktap_fail("%s accepts: %s", s->name, strerror(errno));
			return free(peer), NULL;
		}
		pthread_mutex_lock(&s->lock);
		peer->number = ++s->accepted;
		s->got_len = 0;
		s->full = false;
		s->got[0] = 0;
		pthread_mutex_unlock(&s->lock);
		if (pthread_create(&thread, NULL, mesh_talk, peer)) {
			ktap_fail("%s has no thread", s->name);
			close(peer->fd);
			free(peer);
			continue;
		}
		pthread_detach(thread);
	}
}

/* Listens on a port of its own, on :: and so on 127.0.0.1. */
static inline bool mesh_listen(struct mesh_server *s, const char *name,
			       enum mesh_manner manner)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6 };
	socklen_t len = sizeof(any);

	memset(s, 0, sizeof(*s));
	s->name = name;
	s->manner = manner;
	pthread_mutex_init(&s->lock, NULL);
	s->listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->listener < 0 ||
	    bind(s->listener, (struct sockaddr *)&any, sizeof(any)) ||
	    listen(s->listener, 64) ||
	    getsockname(s->listener, (struct sockaddr *)&any, &len))
		return ktap_fail("listen: %s", strerror(errno));
	s->port = ntohs(any.sin6_port);
	return !pthread_create(&s->thread, NULL, mesh_accept, s);
}

/* ---- the wire ---- */

static int mesh_wire = -1;

/* Counts the SYNs on loopback from here on. */
static inline bool mesh_watch(void)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex("lo"),
	};

	if (mesh_wire >= 0)
		close(mesh_wire);
	mesh_wire = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (mesh_wire < 0 || bind(mesh_wire, (struct sockaddr *)&ll, sizeof(ll)))
		return ktap_fail("packet socket: %s", strerror(errno));
	return true;
}

static inline int mesh_syns(void)
{
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	unsigned char p[256];
	int syns = 0;

	/* each packet passes loopback twice */
	while (recvfrom(mesh_wire, p, sizeof(p), 0, (struct sockaddr *)&from, &len) > 0) {
		int tcp = 0;

		if (from.sll_pkttype != PACKET_OUTGOING)
			continue;
		if (p[0] >> 4 == 4 && p[9] == IPPROTO_TCP)
			tcp = (p[0] & 15) * 4;
		else if (p[0] >> 4 == 6 && p[6] == IPPROTO_TCP)
			tcp = 40;
		/* SYN without ACK */
		if (tcp && (p[tcp + 13] & 0x12) == 0x02)
			syns++;
		len = sizeof(from);
	}
	return syns;
}

/* ---- a client ---- */

static inline struct sockaddr_in mesh_vip(unsigned int port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return a;
}

static inline int mesh_socket(int family, int flags)
{
	struct timeval limit = { .tv_sec = 3 };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return fd;
}

/* A socket whose connect() to that port returned 0, or -1. */
static inline int mesh_connect(unsigned int port, int flags)
{
	struct sockaddr_in a = mesh_vip(port);
	int fd = mesh_socket(AF_INET, flags);

	if (!connect(fd, (struct sockaddr *)&a, sizeof(a)))
		return fd;
	ktap_fail("connect: %s", strerror(errno));
	close(fd);
	return -1;
}

static inline bool mesh_say(int fd, const char *text)
{
	ssize_t n = send(fd, text, strlen(text), MSG_NOSIGNAL);

	return n == (ssize_t)strlen(text) ||
	       ktap_fail("send: %zd %s", n, n < 0 ? strerror(errno) : "");
}

/* Reads until it has seen the text. */
static inline bool mesh_hear(int fd, const char *text)
{
	char buf[1024] = "";
	size_t len = 0;
	ssize_t n;

	while (!strstr(buf, text)) {
		n = recv(fd, buf + len, sizeof(buf) - 1 - len, 0);
		if (n <= 0)
			return ktap_fail("recv: %s, not %s; before it: %s",
					 n ? strerror(errno) : "end", text, buf);
		len += n;
		buf[len] = 0;
	}
	return true;
}

/* Sends all of it, waiting where it must. */
static inline bool mesh_say_patiently(int fd, const char *text, size_t len)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	ssize_t n;

	for (; len; text += n, len -= n) {
		if (poll(&p, 1, 3000) != 1)
			return ktap_fail("never writable");
		n = send(fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			return ktap_fail("send: %s", strerror(errno));
		if (n < 0)
			n = 0;
	}
	return true;
}

/* A send that must end with this errno. */
static inline bool mesh_refused(int fd, const char *text, int err)
{
	ssize_t n = send(fd, text, strlen(text), MSG_NOSIGNAL);

	return (n < 0 && errno == err) ||
	       ktap_fail("send: %zd %s, not %s", n, n < 0 ? strerror(errno) : "",
			 strerror(err));
}

/* One request on a connection of its own, and who answered. */
static inline bool mesh_ask(unsigned int port, const char *text, const char *name)
{
	int fd = mesh_connect(port, 0);
	bool ok = fd >= 0 && mesh_say(fd, text) && mesh_hear(fd, name);

	if (fd >= 0)
		close(fd);
	return ok;
}

#endif /* MESH_NET_H */
