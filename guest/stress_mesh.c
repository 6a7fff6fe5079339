// SPDX-License-Identifier: Apache-2.0
/*
 * Everything at once on armed sockets, for some seconds: connects, whole,
 * partial and concurrent sends, shutdown, close, AF_UNSPEC, fork, signals,
 * time-outs, attempts to unload, routes and programs that change. Under
 * debug.config allocations fail meanwhile, and at the end nothing may leak.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "mesh.h"
#include "text_file.h"

#define THREADS 8
#define KINDS 14

static struct mesh_server a, b;
static volatile bool stop;
static unsigned long done[KINDS];
static pthread_t workers[THREADS];

static const char *const requests[] = {
	"GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /b HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /deny HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /nobody HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /none HTTP/1.1\r\nHost: x\r\n\r\n",
	"no http at all\r\n\r\n",
};

static void on_signal(int s)
{
	(void)s;
}

#define FAILSLAB "/sys/kernel/debug/failslab/"

static bool has_failslab(void)
{
	return !access(FAILSLAB, F_OK);
}

/*
 * Whether allocations of this thread may fail. Not while a thread is made or
 * gathered in: glibc aborts where it cannot unmap a stack.
 */
static bool let_fail(bool on)
{
	static __thread int fd = -1;

	if (!has_failslab())
		return true;
	if (fd < 0)
		fd = open("/proc/thread-self/make-it-fail", O_WRONLY | O_CLOEXEC);
	if (pwrite(fd, on ? "1" : "0", 1, 0) != 1)
		return ktap_fail("make-it-fail: %s", strerror(errno));
	if (!on) {
		close(fd);
		fd = -1;
	}
	return true;
}

static int quiet_connect(int flags, unsigned int *seed)
{
	struct sockaddr_in to = mesh_vip(rand_r(seed) % 2 ? MESH_CLOSED : (unsigned)b.port);
	struct timeval limit = { .tv_usec = 1 + rand_r(seed) % 300000 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

static void maybe_hear(int fd)
{
	char buf[512];

	recv(fd, buf, sizeof(buf), 0);
}

struct pair {
	int fd;
	const char *text;
};

static void *other_half(void *arg)
{
	struct pair *p = arg;

	if (let_fail(true)) {
		send(p->fd, p->text, strlen(p->text), MSG_NOSIGNAL);
		let_fail(false);
	}
	return NULL;
}

static void *other_reader(void *arg)
{
	struct pair *p = arg;

	if (let_fail(true)) {
		maybe_hear(p->fd);
		let_fail(false);
	}
	return NULL;
}

static bool start_other(pthread_t *t, void *(*run)(void *), struct pair *pair)
{
	bool started;

	let_fail(false);
	started = !pthread_create(t, NULL, run, pair);
	let_fail(true);
	return started;
}

static void gather_other(pthread_t t)
{
	let_fail(false);
	pthread_join(t, NULL);
	let_fail(true);
}

static void one(unsigned int *seed)
{
	const char *r = requests[rand_r(seed) % 6];
	size_t len = strlen(r), cut = 1 + rand_r(seed) % (len - 1);
	unsigned int what = rand_r(seed) % KINDS;
	int fd = quiet_connect(rand_r(seed) % 3 ? 0 : SOCK_NONBLOCK, seed);
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in name, to = mesh_vip(MESH_CLOSED);
	socklen_t nlen = sizeof(name);
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
	struct pair pair = { fd, r };
	pthread_t t;
	pid_t pid;

	if (fd < 0)
		return;
	__sync_fetch_and_add(&done[what], 1);
	switch (what) {
	case 0:
		break;
	case 1:
		send(fd, r, len, MSG_NOSIGNAL);
		maybe_hear(fd);
		break;
	case 2:
		send(fd, r, cut, MSG_NOSIGNAL);
		if (rand_r(seed) % 2)
			usleep(rand_r(seed) % 40000);
		send(fd, r + cut, len - cut, MSG_NOSIGNAL);
		maybe_hear(fd);
		break;
	case 3:
		send(fd, r, cut, MSG_NOSIGNAL);
		shutdown(fd, rand_r(seed) % 3);
		maybe_hear(fd);
		break;
	case 4:
		if (rand_r(seed) % 2)
			send(fd, r, rand_r(seed) % 2 ? cut : len, MSG_NOSIGNAL);
		connect(fd, &none, sizeof(none));
		connect(fd, (struct sockaddr *)&to, sizeof(to));
		send(fd, r, len, MSG_NOSIGNAL);
		break;
	case 5:
		if (!start_other(&t, other_half, &pair))
			break;
		send(fd, requests[rand_r(seed) % 6], cut, MSG_NOSIGNAL);
		gather_other(t);
		maybe_hear(fd);
		break;
	case 6:
		if (!start_other(&t, other_reader, &pair))
			break;
		usleep(rand_r(seed) % 5000);
		if (rand_r(seed) % 2)
			send(fd, r, len, MSG_NOSIGNAL);
		else
			connect(fd, &none, sizeof(none));
		gather_other(t);
		break;
	case 7:
		getpeername(fd, (struct sockaddr *)&name, &nlen);
		getsockname(fd, (struct sockaddr *)&name, &nlen);
		poll(&p, 1, rand_r(seed) % 100);
		break;
	case 8:
		setsockopt(fd, SOL_TCP, TCP_ULP, "tls", 3);
		send(fd, r, len, MSG_NOSIGNAL);
		break;
	case 9:
		pid = fork();
		if (!pid) {
			send(fd, r, cut, MSG_NOSIGNAL);
			_exit(0);
		}
		send(fd, r, len, MSG_NOSIGNAL);
		if (pid > 0)
			waitpid(pid, NULL, 0);
		break;
	case 10:
		/* comes back with other bytes */
		send(fd, r, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		send(fd, requests[0], strlen(requests[0]), MSG_NOSIGNAL | MSG_DONTWAIT);
		poll(&p, 1, 50);
		send(fd, requests[1], strlen(requests[1]), MSG_NOSIGNAL | MSG_DONTWAIT);
		maybe_hear(fd);
		break;
	case 11:
		maybe_hear(fd);
		send(fd, r, len, MSG_NOSIGNAL);
		break;
	case 12:
		listen(fd, 1);
		send(fd, r, len, MSG_NOSIGNAL | MSG_ZEROCOPY);
		break;
	case 13:
		syscall(SYS_delete_module, "kmesh", O_NONBLOCK);
		break;
	}
	close(fd);
}

/* ---- what a debug kernel adds ---- */

#define KMEMLEAK "/sys/kernel/debug/kmemleak"

static bool put(const char *path, const char *text)
{
	return write_text(path, text) || ktap_fail("%s: %s", path, strerror(errno));
}

/* One in fifty of the allocations of threads that ask for it, silently. */
static bool failslab_up(void)
{
	static const char *const settings[][2] = {
		{ FAILSLAB "task-filter", "Y" }, { FAILSLAB "ignore-gfp-wait", "N" },
		{ FAILSLAB "verbose", "0" },	 { FAILSLAB "interval", "1" },
		{ FAILSLAB "times", "-1" },	 { FAILSLAB "probability", "2" },
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (!put(settings[i][0], settings[i][1]))
			return false;
	return true;
}

static bool allocations_failed(void)
{
	long denied = mesh_count("by_no_memory");

	return denied > 0 || ktap_fail("no decision was one without memory");
}

/* An object must be five seconds old before it is called a leak. */
static bool nothing_leaks(void)
{
	char text[4096];
	ssize_t n;
	int fd;

	sleep(6);
	if (!put(KMEMLEAK, "scan") || !put(KMEMLEAK, "scan"))
		return false;
	fd = open(KMEMLEAK, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return ktap_fail("kmemleak: %s", strerror(errno));
	text[n] = 0;
	if (n)
		ktap_comment(text);
	return !n;
}

/* ---- the run ---- */

static void *work(void *arg)
{
	unsigned int seed = (unsigned long)arg;

	if (!let_fail(true))
		return NULL;
	while (!stop)
		one(&seed);
	let_fail(false);
	return NULL;
}

static struct bpf_link *attach(void)
{
	return bpf_program__attach_raw_tracepoint(mesh->progs.route, "kmesh_request");
}

static bool everything_at_once(void)
{
	struct kmesh_verdict deny = { .action = KMESH_ACTION_DENY };
	struct kmesh_verdict nobody = {
		.action = KMESH_ACTION_REDIRECT, .family = AF_INET, .port = htons(9), .addr = { htonl(INADDR_LOOPBACK) },
	};
	struct sigaction sa = { .sa_handler = on_signal };
	struct bpf_link *second = NULL;
	unsigned int seed = 7;
	const char *limit = getenv("PROBE_SECONDS");
	time_t end = time(NULL) + (limit ? atoi(limit) : 10) / 2;

	sigaction(SIGUSR1, &sa, NULL);
	if (has_failslab() && !failslab_up())
		return false;
	if (!mesh_up() || !mesh_listen(&a, "server-a", MESH_HTTP) || !mesh_listen(&b, "server-b", MESH_HTTP) ||
	    !mesh_serve(MESH_CLOSED, 0, 0) || !mesh_serve(b.port, KMESH_ARM_F_OPEN, 0) ||
	    !mesh_route("/deny", deny) || !mesh_route("/nobody", nobody))
		return false;
	for (long i = 0; i < THREADS; i++)
		pthread_create(&workers[i], NULL, work, (void *)(i + 1));
	while (time(NULL) < end) {
		mesh_route("/a", mesh_to(rand_r(&seed) % 2 ? &a : &b));
		mesh_route("/b", mesh_to(rand_r(&seed) % 2 ? &a : &b));
		if (second)
			bpf_link__destroy(second);
		second = rand_r(&seed) % 2 ? attach() : NULL;
		pthread_kill(workers[rand_r(&seed) % THREADS], SIGUSR1);
		usleep(2000);
	}
	stop = true;
	for (int i = 0; i < THREADS; i++) {
		pthread_kill(workers[i], SIGUSR1);
		pthread_join(workers[i], NULL);
	}
	if (second)
		bpf_link__destroy(second);
	for (int i = 0; i < KINDS; i++) {
		printf("# kind %d: %lu\n", i, done[i]);
		if (!done[i])
			return ktap_fail("a kind of use was never tried");
	}
	return true;
}

static bool counters_add_up(void)
{
	static const char *const names[] = {
		"armed", "unarmed", "treated", "deferred", "unsent", "decided", "routed", "original", "denied", "failed",
		"altered", "by_verdict", "by_no_verdict", "by_refused", "by_no_memory", "not_http", "grace",
	};

	/* what the last ones left behind comes to its end */
	usleep(500000);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		printf("# %s %ld\n", names[i], mesh_count(names[i]));
	return mesh_counters_add_up();
}

int main(void)
{
	struct ktap_case cases[4] = {
		{ "everything at once", everything_at_once },
		{ "the counters add up", counters_add_up },
	};
	size_t count = 2;

	/* tests/full/debug.sh expects these two, by name */
	if (has_failslab())
		cases[count++] = (struct ktap_case){ "allocations failed", allocations_failed };
	if (!access(KMEMLEAK, F_OK))
		cases[count++] = (struct ktap_case){ "nothing leaks", nothing_leaks };
	return ktap_run_after_first(cases, count);
}
