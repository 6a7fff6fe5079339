// SPDX-License-Identifier: Apache-2.0
/*
 * Proof of defer-connect: nothing is on the wire before the first byte, and
 * an application does not notice.
 */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "mesh.h"

#define HEAD "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

static struct mesh_server server, banner;

static bool set_up(void)
{
	return mesh_up() && mesh_listen(&server, "server", MESH_HTTP) &&
	       mesh_listen(&banner, "banner", MESH_BANNER) &&
	       mesh_serve(MESH_CLOSED, 0, 0) &&
	       mesh_serve(banner.port, KMESH_ARM_F_OPEN, 50) &&
	       mesh_route("/a", mesh_to(&server));
}

static bool one_syn_with_the_first_byte(void)
{
	int fd, before, after;
	bool ok;

	if (!mesh_watch())
		return false;
	fd = mesh_connect(MESH_CLOSED, 0);
	if (fd < 0)
		return false;
	usleep(50000);
	before = mesh_syns();
	ok = mesh_say(fd, HEAD) && mesh_hear(fd, "server");
	after = mesh_syns();
	close(fd);
	return ok && ((!before && after == 1) ||
		      ktap_fail("%d SYN before, %d after", before, after));
}

static bool closed_unsent(void)
{
	long unsent = mesh_count("unsent");
	int fd, syns;

	if (!mesh_watch())
		return false;
	fd = mesh_connect(MESH_CLOSED, 0);
	if (fd < 0)
		return false;
	close(fd);
	usleep(100000);
	syns = mesh_syns();
	return (!syns && mesh_count("unsent") == unsent + 1) ||
	       ktap_fail("%d SYN", syns);
}

/* Until the connection is there the call would block, once or more. */
static bool nonblocking(bool edge)
{
	struct epoll_event e = { .events = EPOLLOUT | EPOLLIN | (edge ? EPOLLET : 0) };
	const char *left = HEAD;
	int fd = mesh_connect(MESH_CLOSED, SOCK_NONBLOCK);
	int ep = epoll_create1(EPOLL_CLOEXEC);
	char buf[256] = "";
	bool ok = fd >= 0 && !epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);

	while (ok && !strstr(buf, "server")) {
		ssize_t n = 0;

		if (epoll_wait(ep, &e, 1, 3000) != 1)
			ok = ktap_fail("no event; left: %s", left);
		while (ok && *left && (n = send(fd, left, strlen(left), MSG_NOSIGNAL)) > 0)
			left += n;
		if (ok && n < 0 && errno != EAGAIN)
			ok = ktap_fail("send: %s", strerror(errno));
		if (!*left && e.events & EPOLLIN) {
			n = recv(fd, buf, sizeof(buf) - 1, 0);
			if (n <= 0 && errno != EAGAIN)
				ok = ktap_fail("recv: %s", strerror(errno));
			if (n > 0)
				buf[n] = 0;
		}
	}
	close(ep);
	close(fd);
	return ok;
}

static bool nonblocking_level(void)
{
	return nonblocking(false);
}

static bool nonblocking_edge(void)
{
	return nonblocking(true);
}

static bool it_looks_connected(void)
{
	struct sockaddr_in to = mesh_vip(MESH_CLOSED), peer;
	socklen_t len = sizeof(peer), err_len = sizeof(int);
	int fd = mesh_connect(MESH_CLOSED, SOCK_NONBLOCK);
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
	char byte;
	int err = -1;
	bool ok = fd >= 0;

	ok = ok && (!getpeername(fd, (struct sockaddr *)&peer, &len) ||
		    ktap_fail("getpeername: %s", strerror(errno)));
	ok = ok && ((len == sizeof(peer) && peer.sin_port == to.sin_port &&
		     peer.sin_addr.s_addr == to.sin_addr.s_addr) ||
		    ktap_fail("getpeername is another"));
	ok = ok && ((!getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &err_len) && !err) ||
		    ktap_fail("SO_ERROR %d", err));
	ok = ok && ((poll(&p, 1, 0) == 1 && p.revents == POLLOUT) ||
		    ktap_fail("poll %x", p.revents));
	ok = ok && ((connect(fd, (struct sockaddr *)&to, sizeof(to)) && errno == EISCONN) ||
		    ktap_fail("second connect: %s", strerror(errno)));
	ok = ok && ((recv(fd, &byte, 1, 0) < 0 && errno == EAGAIN) ||
		    ktap_fail("recv: %s", strerror(errno)));
	ok = ok && ((ioctl(fd, FIONREAD, &err) == 0 && err == 0) || ktap_fail("FIONREAD"));
	close(fd);
	return ok;
}

static bool nothing_and_faults_decide_nothing(void)
{
	int fd = mesh_connect(MESH_CLOSED, 0);
	long decided = mesh_count("decided");
	bool ok = fd >= 0;

	ok = ok && (send(fd, "", 0, 0) == 0 || ktap_fail("send of nothing: %s", strerror(errno)));
	ok = ok && ((send(fd, (void *)8, 100, 0) < 0 && errno == EFAULT) ||
		    ktap_fail("send of a bad pointer: %s", strerror(errno)));
	ok = ok && (mesh_count("decided") == decided || ktap_fail("it was decided"));
	ok = ok && mesh_say(fd, HEAD) && mesh_hear(fd, "server") &&
	     (!strcmp(server.got, HEAD) || ktap_fail("got %s", server.got));
	close(fd);
	return ok;
}

static bool a_head_in_pieces(void)
{
	int fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = fd >= 0;

	for (const char *p = HEAD; ok && *p; p++)
		ok = send(fd, p, 1, MSG_NOSIGNAL) == 1 || ktap_fail("send: %s", strerror(errno));
	ok = ok && mesh_hear(fd, "server") &&
	     (!strcmp(server.got, HEAD) || ktap_fail("got %s", server.got));
	close(fd);
	return ok;
}

/* A head and 300 kB: what comes is what went. */
static bool a_large_body(void)
{
	static char body[300000];
	char head[] = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n";
	struct iovec iov[3] = {
		{ .iov_base = head, .iov_len = 10 },
		{ .iov_base = head + 10, .iov_len = strlen(head) - 10 },
		{ .iov_base = body, .iov_len = sizeof(body) },
	};
	int fd = mesh_connect(MESH_CLOSED, 0);
	ssize_t n = -1;
	bool ok;

	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = 'a' + i % 23;
	if (fd >= 0)
		n = writev(fd, iov, 3);
	ok = n == (ssize_t)(strlen(head) + sizeof(body)) || ktap_fail("writev: %zd", n);
	ok = ok && mesh_hear(fd, "server");
	/* the server keeps what fits into 64 kB */
	for (int i = 0; ok && i < 200 && server.got_len < 60000; i++)
		usleep(10000);
	ok = ok && ((server.got_len >= 60000 && !memcmp(server.got, head, strlen(head)) &&
		     !memcmp(server.got + strlen(head), body, server.got_len - strlen(head))) ||
		    ktap_fail("%zu bytes came, and others", server.got_len));
	close(fd);
	return ok;
}

static bool by_sendfile(void)
{
	int file = memfd_create("head", MFD_CLOEXEC);
	int fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = file >= 0 && fd >= 0 && write(file, HEAD, strlen(HEAD)) > 0 && !lseek(file, 0, SEEK_SET);

	ok = ok && (sendfile(fd, file, NULL, strlen(HEAD)) == (ssize_t)strlen(HEAD) ||
		    ktap_fail("sendfile: %s", strerror(errno)));
	ok = ok && mesh_hear(fd, "server") && (!strcmp(server.got, HEAD) || ktap_fail("got %s", server.got));
	close(file);
	close(fd);
	return ok;
}

static bool by_splice(void)
{
	int p[2];
	int fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = fd >= 0 && !pipe2(p, O_CLOEXEC) && write(p[1], HEAD, strlen(HEAD)) > 0;

	ok = ok && (splice(p[0], NULL, fd, NULL, strlen(HEAD), 0) == (ssize_t)strlen(HEAD) ||
		    ktap_fail("splice: %s", strerror(errno)));
	ok = ok && mesh_hear(fd, "server") && (!strcmp(server.got, HEAD) || ktap_fail("got %s", server.got));
	close(p[0]);
	close(p[1]);
	close(fd);
	return ok;
}

static bool forked(void)
{
	int fd = mesh_connect(MESH_CLOSED, 0);
	int status = -1;
	pid_t pid = fd < 0 ? -1 : fork();

	if (pid == 0)
		_exit(send(fd, HEAD, strlen(HEAD), 0) == (ssize_t)strlen(HEAD) ? 0 : 1);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		return ktap_fail("the child's send: %d", status);
	bool ok = mesh_hear(fd, "server");

	close(fd);
	return ok;
}

static bool connected_again(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in to = mesh_vip(MESH_CLOSED);
	int fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = fd >= 0;

	ok = ok && (!connect(fd, &none, sizeof(none)) || ktap_fail("AF_UNSPEC: %s", strerror(errno)));
	int err;
	socklen_t len = sizeof(err);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	ok = ok && (!connect(fd, (struct sockaddr *)&to, sizeof(to)) || ktap_fail("again: %s", strerror(errno)));
	ok = ok && mesh_say(fd, HEAD) && mesh_hear(fd, "server");
	close(fd);
	return ok;
}

/* A port that was bound before connect stays the connection's. */
static bool bound_before(void)
{
	struct sockaddr_in from = mesh_vip(0), to = mesh_vip(MESH_CLOSED), name;
	int fd = mesh_socket(AF_INET, 0);
	socklen_t len = sizeof(from);
	bool ok = !bind(fd, (struct sockaddr *)&from, len) &&
		  !getsockname(fd, (struct sockaddr *)&from, &len);

	ok = ok && (!connect(fd, (struct sockaddr *)&to, sizeof(to)) || ktap_fail("connect: %s", strerror(errno)));
	ok = ok && mesh_say(fd, HEAD) && mesh_hear(fd, "server");
	ok = ok && !getsockname(fd, (struct sockaddr *)&name, &len) &&
	     (name.sin_port == from.sin_port ||
	      ktap_fail("port %u became %u", ntohs(from.sin_port), ntohs(name.sin_port)));
	close(fd);
	return ok;
}

struct reader {
	int fd;
	bool ok;
};

static void *read_first(void *arg)
{
	struct reader *r = arg;

	r->ok = mesh_hear(r->fd, "server");
	return NULL;
}

static bool a_reader_waits(void)
{
	struct reader r = { .fd = mesh_connect(MESH_CLOSED, 0) };
	pthread_t thread;
	bool ok = r.fd >= 0 && mesh_serve(MESH_CLOSED, 0, 0) &&
		  !pthread_create(&thread, NULL, read_first, &r);

	if (!ok)
		return false;
	usleep(50000);
	ok = mesh_say(r.fd, HEAD);
	pthread_join(thread, NULL);
	close(r.fd);
	return ok && r.ok;
}

/* The server speaks first: the end of the grace time connects. */
static bool server_first(void)
{
	int fd = mesh_connect(banner.port, 0);
	bool ok = fd >= 0 && mesh_hear(fd, "hello\n");

	close(fd);
	return ok;
}

static bool held_at_the_end_of_grace(void)
{
	int fd = mesh_connect(banner.port, 0);
	bool ok = fd >= 0 && mesh_say(fd, "GET /a HT") && mesh_hear(fd, "hello\n") &&
		  mesh_say(fd, "TP/1.1\r\n\r\n") && mesh_hear(fd, "banner") &&
		  (!strcmp(banner.got, "GET /a HTTP/1.1\r\n\r\n") || ktap_fail("got %s", banner.got));

	close(fd);
	return ok;
}

static bool own_errors(void)
{
	struct kmesh_verdict nobody = {
		.action = KMESH_ACTION_REDIRECT,
		.family = AF_INET,
		.port = htons(9),
		.addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd;
	bool ok = mesh_route("/nobody", nobody);

	fd = mesh_connect(MESH_CLOSED, 0);
	ok = ok && fd >= 0 && mesh_refused(fd, "GET /nobody HTTP/1.1\r\nHost: x\r\n\r\n", ECONNREFUSED);
	close(fd);
	/* policy on the final address */
	mesh->bss->refused_port = 9;
	fd = mesh_connect(MESH_CLOSED, 0);
	ok = ok && fd >= 0 && mesh_refused(fd, "GET /nobody HTTP/1.1\r\nHost: x\r\n\r\n", EPERM);
	close(fd);
	mesh->bss->refused_port = 0;
	return ok;
}

/* The verdict holds for the bytes that were shown with it. */
static bool other_bytes_are_judged_anew(void)
{
	int fd = mesh_connect(MESH_CLOSED, SOCK_NONBLOCK);
	const char *other = "GET /b HTTP/1.1\r\nHost: x\r\n\r\n";
	struct mesh_server b;
	bool ok = fd >= 0 && mesh_listen(&b, "other", MESH_HTTP) && mesh_route("/b", mesh_to(&b));

	ok = ok && mesh_refused(fd, HEAD, EAGAIN) && mesh_say_patiently(fd, other, strlen(other));
	fcntl(fd, F_SETFL, 0);
	ok = ok && mesh_hear(fd, "other") && (!strcmp(b.got, other) || ktap_fail("got %s", b.got));
	close(fd);
	return ok;
}

static bool not_unloaded_while_armed(void)
{
	int fd = mesh_connect(MESH_CLOSED, 0);
	int err;

	if (fd < 0)
		return false;
	err = syscall(SYS_delete_module, "kmesh", O_NONBLOCK) ? errno : 0;
	close(fd);
	return err == EAGAIN || err == EWOULDBLOCK || err == EBUSY ||
	       ktap_fail("delete_module: %s", strerror(err));
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "the mesh is up", set_up },
		{ "no SYN before the first byte, then one", one_syn_with_the_first_byte },
		{ "closed unsent: no SYN at all", closed_unsent },
		{ "non-blocking, level-triggered", nonblocking_level },
		{ "non-blocking, edge-triggered", nonblocking_edge },
		{ "it looks connected", it_looks_connected },
		{ "nothing and faults decide nothing", nothing_and_faults_decide_nothing },
		{ "a head byte by byte", a_head_in_pieces },
		{ "writev with a large body", a_large_body },
		{ "sendfile", by_sendfile },
		{ "splice", by_splice },
		{ "a child sends", forked },
		{ "AF_UNSPEC, and connect again", connected_again },
		{ "a bound port is kept", bound_before },
		{ "a reader waits for the writer", a_reader_waits },
		{ "the server speaks first", server_first },
		{ "held bytes go out after the grace time", held_at_the_end_of_grace },
		{ "errors are those of the real connect", own_errors },
		{ "other bytes are judged anew", other_bytes_are_judged_anew },
		{ "the module stays while a socket is armed", not_unloaded_while_armed },
		{ "the counters add up", mesh_counters_add_up },
	};

	if (!mesh_present())
		return ktap_skip_all("kmesh.ko is not loaded");
	return ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
}
