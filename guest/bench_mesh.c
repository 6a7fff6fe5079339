// SPDX-License-Identifier: Apache-2.0
/*
 * What a connection costs: direct, routed in the kernel, over one proxy and
 * over two, in one machine and in turn; what a verdict costs with few routes
 * and with many; what a socket pays that is not armed; and the memory of an
 * armed one. Prints "# bench NAME NUMBER" lines, which bench/mesh.sh judges.
 *
 * Times are of CLOCK_MONOTONIC: nanoseconds, or, where QEMU counts
 * instructions as its clock, instructions. haproxy is the host's, at /share.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "clock.h"
#include "mesh_net.h"
#include "module.h"
#include "router.h"
#include "text_file.h"

#define TOOL "/bin/kmesh-route"
#define ROUTES "/tmp/routes.toml"
#define VIP 7100
#define HOP_1 7201
#define HOP_2 7202
#define ROUNDS 11
#define SOCKETS 4000
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static int server_port;
static pid_t proxies[2];

/* ---- a server: one thread, as little work as possible ---- */

static void answer(int epoll, int fd)
{
	char buf[4096];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	if (n > 0 && n > 4 && !memcmp(buf + n - 4, "\r\n\r\n", 4)) {
		send(fd, ANSWER, sizeof(ANSWER) - 1, MSG_NOSIGNAL);
	} else if (n <= 0) {
		epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
		close(fd);
	}
}

static void *serve(void *arg)
{
	int listener = (long)arg, epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event e = { .events = EPOLLIN, .data.fd = listener };

	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
	while (epoll_wait(epoll, &e, 1, -1) == 1) {
		int fd = e.data.fd;

		if (fd != listener) {
			answer(epoll, fd);
			continue;
		}
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		e = (struct epoll_event){ .events = EPOLLIN, .data.fd = fd };
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
	}
	return NULL;
}

static bool server_up(void)
{
	int listener = mesh_socket(AF_INET, 0);
	struct sockaddr_in any = { .sin_family = AF_INET };
	socklen_t len = sizeof(any);
	struct timeval never = {};
	pthread_t thread;

	setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &never, sizeof(never));
	if (bind(listener, (struct sockaddr *)&any, sizeof(any)) || listen(listener, 512) ||
	    getsockname(listener, (struct sockaddr *)&any, &len))
		return ktap_fail("listen: %s", strerror(errno));
	server_port = ntohs(any.sin_port);
	return !pthread_create(&thread, NULL, serve, (void *)(long)listener);
}

/* ---- the peers: haproxy, one hop and two ---- */

static bool listens(unsigned int port)
{
	struct sockaddr_in to = mesh_vip(port);

	for (int i = 0; i < 12000; i++) {
		int fd = mesh_socket(AF_INET, 0), err = connect(fd, (struct sockaddr *)&to, sizeof(to));

		close(fd);
		if (!err)
			return true;
		usleep(10000);
	}
	return ktap_fail("nobody listens at port %u", port);
}

static bool proxy_up(pid_t *pid, unsigned int from, unsigned int to)
{
	char name[64], path[96];
	FILE *f;

	snprintf(name, sizeof(name), "/tmp/haproxy-%u.cfg", from);
	snprintf(path, sizeof(path), "/share%s", name);
	f = fopen(path, "w");
	if (!f)
		return ktap_fail("%s: %s", path, strerror(errno));
	fprintf(f,
		"global\n  nbthread 1\n"
		"defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n"
		"frontend f\n  bind 127.0.0.1:%u\n  default_backend b\n"
		"backend b\n  server s 127.0.0.1:%u\n",
		from, to);
	fclose(f);
	*pid = fork();
	if (!*pid) {
		if (!chroot("/share") && !chdir("/"))
			execl("/usr/sbin/haproxy", "haproxy", "-db", "-f", name, (char *)NULL);
		_exit(127);
	}
	return listens(from);
}

static bool proxies_up(void)
{
	if (mount("tmpfs", "/share/tmp", "tmpfs", 0, NULL))
		return ktap_fail("/share/tmp: %s", strerror(errno));
	return proxy_up(&proxies[0], HOP_1, server_port) && proxy_up(&proxies[1], HOP_2, HOP_1);
}

/* ---- one measurement ---- */

static bool request(int fd, const char *text, size_t len)
{
	char buf[1024];
	size_t got = 0;
	ssize_t n;

	if (send(fd, text, len, MSG_NOSIGNAL) != (ssize_t)len)
		return ktap_fail("send: %s", strerror(errno));
	/* a proxy may add header fields */
	do {
		n = recv(fd, buf + got, sizeof(buf) - 1 - got, 0);
		if (n <= 0)
			return ktap_fail("recv: %s", n ? strerror(errno) : "end");
		got += n;
		buf[got] = 0;
	} while (got < 5 || memcmp(buf + got - 5, "hello", 5));
	return true;
}

static const char head[] = "GET /svc/5 HTTP/1.1\r\nHost: x.test\r\nUser-Agent: bench\r\n\r\n";

/* A connection with one request; many; each of them. -1: failed. */
static long new_connection(unsigned int port)
{
	const int count = 50;
	long start = now_ns();

	for (int i = 0; i < count; i++) {
		int fd = mesh_connect(port, 0);
		bool ok = fd >= 0 && request(fd, head, sizeof(head) - 1);

		close(fd);
		if (!ok)
			return -1;
	}
	return (now_ns() - start) / count;
}

/* One more request on a connection that is there. */
static long kept_alive(unsigned int port)
{
	const int count = 200;
	int fd = mesh_connect(port, 0);
	bool ok = fd >= 0 && request(fd, head, sizeof(head) - 1);
	long start = now_ns(), took;

	for (int i = 0; ok && i < count; i++)
		ok = request(fd, head, sizeof(head) - 1);
	took = (now_ns() - start) / count;
	close(fd);
	return ok ? took : -1;
}

struct variant {
	const char *name;
	unsigned int port;
};

static int by_size(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

/* In turn, the median of each. */
static bool measure(const char *what, long (*one)(unsigned int port), const struct variant *v, int count)
{
	long all[8][ROUNDS];

	/* caches fill, ARP and routes are learned, pools of proxies open */
	for (int i = 0; i < count; i++)
		if (one(v[i].port) < 0)
			return ktap_fail("%s %s", what, v[i].name);
	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < count; i++) {
			all[i][r] = one(v[i].port);
			if (all[i][r] < 0)
				return ktap_fail("%s %s", what, v[i].name);
		}
	}
	for (int i = 0; i < count; i++) {
		qsort(all[i], ROUNDS, sizeof(long), by_size);
		printf("# bench %s_%s %ld\n", what, v[i].name, all[i][ROUNDS / 2]);
	}
	return true;
}

/* ---- routes ---- */

static bool load_routes(int count)
{
	FILE *f = fopen(ROUTES, "w");
	int status;
	pid_t pid;

	if (!f)
		return ktap_fail("%s: %s", ROUTES, strerror(errno));
	fprintf(f, "[[service]]\naddress = '127.0.0.1:%d'\nwait = 'ever'\n", VIP);
	for (int i = 0; i < count; i++)
		fprintf(f, "[[service.route]]\npath = '/svc/%d'\nto = '127.0.0.1:%d'\n", i, server_port);
	fclose(f);
	pid = fork();
	if (!pid) {
		execl(TOOL, TOOL, "load", ROUTES, (char *)NULL);
		_exit(127);
	}
	return (pid > 0 && waitpid(pid, &status, 0) == pid && !status) || ktap_fail("kmesh-route load: %x", status);
}

/* The router's program: how long it ran, and how often. */
static bool ran(unsigned long long *ns, unsigned long long *times)
{
	struct bpf_prog_info info;

	if (router_judges(&info) != 1)
		return ktap_fail("the router's program is not there");
	*ns = info.run_time_ns;
	*times = info.run_cnt;
	return true;
}

/* Requests for routes all over the table. */
static bool ask_around(int routes, int count)
{
	unsigned int seed = 5;
	char text[256];

	for (int i = 0; i < count; i++) {
		int fd = mesh_connect(VIP, 0);
		int len = snprintf(text, sizeof(text), "GET /svc/%d/item?id=7 HTTP/1.1\r\nHost: x.test\r\n\r\n",
				   rand_r(&seed) % routes);
		bool ok = fd >= 0 && request(fd, text, len);

		close(fd);
		if (!ok)
			return ktap_fail("with %d routes", routes);
	}
	return true;
}

static bool a_verdict(void)
{
	static const int sizes[] = { 10, 1000, 100000 };
	unsigned long long ns[2], times[2];

	if (!write_text("/proc/sys/kernel/bpf_stats_enabled", "1"))
		return false;
	for (int i = 0; i < 3; i++) {
		if (!load_routes(sizes[i]) || !ask_around(sizes[i], 100) || !ran(&ns[0], &times[0]) ||
		    !ask_around(sizes[i], 400) || !ran(&ns[1], &times[1]))
			return false;
		if (times[1] - times[0] != 400)
			return ktap_fail("asked %llu times", times[1] - times[0]);
		printf("# bench verdict_%d %llu\n", sizes[i], (ns[1] - ns[0]) / 400);
	}
	return write_text("/proc/sys/kernel/bpf_stats_enabled", "0");
}

/* ---- the cases ---- */

static bool set_up(void)
{
	struct rlimit files = { 2 * SOCKETS, 2 * SOCKETS };

	return (!setrlimit(RLIMIT_NOFILE, &files) || ktap_fail("RLIMIT_NOFILE: %s", strerror(errno))) &&
	       server_up() && proxies_up();
}

/* A plain connection, without the module, with it, and with other services' routes. */
static bool unarmed(void)
{
	struct variant plain = { "without_module", server_port };
	int err;

	if (syscall(SYS_delete_module, "kmesh", 0))
		return ktap_fail("rmmod: %s", strerror(errno));
	if (!measure("unarmed", new_connection, &plain, 1))
		return false;
	err = insert_module();
	if (err)
		return ktap_fail("kmesh.ko: %s", strerror(err));
	plain.name = "with_module";
	if (!measure("unarmed", new_connection, &plain, 1) || !load_routes(10))
		return false;
	plain.name = "with_routes";
	return measure("unarmed", new_connection, &plain, 1);
}

static bool connections(void)
{
	const struct variant v[] = {
		{ "direct", server_port }, { "kernel", VIP }, { "one_proxy", HOP_1 }, { "two_proxies", HOP_2 },
	};

	return measure("new", new_connection, v, 4) && measure("kept", kept_alive, v, 4);
}

static long slab_kib(void)
{
	char line[128];
	FILE *f = fopen("/proc/meminfo", "r");
	long kib = -1;

	while (f && fgets(line, sizeof(line), f) && sscanf(line, "Slab: %ld", &kib) != 1)
		;
	if (f)
		fclose(f);
	return kib;
}

static bool memory(void)
{
	static int fds[SOCKETS];
	struct sockaddr_in to = mesh_vip(VIP);
	long before, after;

	for (int i = 0; i < SOCKETS; i++)
		fds[i] = mesh_socket(AF_INET, 0);
	before = slab_kib();
	for (int i = 0; i < SOCKETS; i++)
		if (connect(fds[i], (struct sockaddr *)&to, sizeof(to)))
			return ktap_fail("connect number %d: %s", i, strerror(errno));
	after = slab_kib();
	for (int i = 0; i < SOCKETS; i++)
		close(fds[i]);
	printf("# bench armed_bytes %ld\n", (after - before) * 1024 / SOCKETS);
	return before > 0;
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "a server and two proxies", set_up },
		{ "what is not armed", unarmed },
		{ "connections", connections },
		{ "memory", memory },
		{ "a verdict", a_verdict },
	};
	int code;

	if (!mesh_present())
		return ktap_skip_all("kmesh.ko is not loaded");
	code = ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
	for (int i = 0; i < 2; i++)
		if (proxies[i] > 0)
			kill(proxies[i], SIGKILL);
	return code;
}
