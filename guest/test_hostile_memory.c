// SPDX-License-Identifier: Apache-2.0
/*
 * What a process without rights can use up: memory of its own cgroup, and
 * descriptors of its own. Not the memory of others, and not their time.
 */
#define _GNU_SOURCE
#include <linux/falloc.h>
#include <signal.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "hostile.h"
#include "mesh.h"

#define MEASURED 2000
#define SOCKET_MAX 512 /* bytes of an armed socket, besides the socket and the held head */
#define HELD_MAX (KMESH_HEAD_MAX + 1024 + SOCKET_MAX) /* with the head, and what is known of it */
#define STALLED 320 /* more than a workqueue has workers */

static struct mesh_server server, banner;
static unsigned int patient; /* a port, with a grace time of 300 ms */

static bool set_up(void)
{
	struct rlimit files = { MEASURED + 100, MEASURED + 100 };

	if (setrlimit(RLIMIT_NOFILE, &files))
		return ktap_fail("RLIMIT_NOFILE: %s", strerror(errno));
	if (!mesh_up() || !mesh_listen(&server, "server", MESH_HTTP) || !mesh_listen(&banner, "banner", MESH_BANNER))
		return false;
	patient = server.port;
	return cgroup_make("tenant") && mesh_serve(MESH_CLOSED, 0, 0) && mesh_serve(banner.port, KMESH_ARM_F_OPEN, 50) &&
	       mesh_serve(patient, KMESH_ARM_F_OPEN, 300) && mesh_route("/a", mesh_to(&server));
}

static long memory_of_tenant(void)
{
	return read_number(cgroup_path("tenant", "memory.current"));
}

/* ---- measured ---- */

static bool measure(void)
{
	static int fds[MEASURED];
	struct sockaddr_in to = mesh_vip(MESH_CLOSED);
	long memory[4];
	bool ok = true;

	for (int i = 0; i < MEASURED; i++)
		ok = (fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0 && ok;
	memory[0] = memory_of_tenant();
	for (int i = 0; i < MEASURED; i++)
		ok = !connect(fds[i], (struct sockaddr *)&to, sizeof(to)) && ok;
	memory[1] = memory_of_tenant();
	for (int i = 0; i < MEASURED; i++)
		ok = send(fds[i], "GET", 3, MSG_NOSIGNAL) == 3 && ok;
	memory[2] = memory_of_tenant();
	for (int i = 0; i < MEASURED; i++)
		ok = send(fds[i], " /", 2, MSG_NOSIGNAL) == 2 && ok;
	memory[3] = memory_of_tenant();
	if (!ok)
		return ktap_fail("%d armed sockets: %s", MEASURED, strerror(errno));
	for (int i = 3; i; i--)
		memory[i] = (memory[i] - memory[0]) / MEASURED;
	printf("# bytes a socket: armed %ld, with a first piece held %ld, with room for a whole head %ld\n", memory[1],
	       memory[2], memory[3]);
	if (memory[1] < 64 || memory[2] <= memory[1] || memory[3] < KMESH_HEAD_MAX)
		return ktap_fail("that is not charged to the cgroup");
	return (memory[1] <= SOCKET_MAX && memory[3] <= HELD_MAX) || ktap_fail("that is too much");
}

static bool each_is_small_and_charged(void)
{
	long armed, unsent;

	if (!run_as(WHO_NOBODY, measure))
		return false;
	/* all of it is given back */
	armed = mesh_count("armed") - mesh_count("altered");
	unsent = mesh_count("unsent");
	return (armed >= MEASURED && unsent >= MEASURED) || ktap_fail("%ld armed, %ld unsent", armed, unsent);
}

/* ---- bounded ---- */

static int told = -1; /* a pipe to the parent */

static bool take_descriptors(void)
{
	struct rlimit few = { 64, 64 };
	long deferred = mesh_count("deferred");
	int fd, count = 0, spare = dup(STDOUT_FILENO);

	if (setrlimit(RLIMIT_NOFILE, &few))
		return ktap_fail("RLIMIT_NOFILE: %s", strerror(errno));
	while ((fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0) {
		struct sockaddr_in to = mesh_vip(MESH_CLOSED);

		connect(fd, (struct sockaddr *)&to, sizeof(to));
		send(fd, "GET /", 5, MSG_NOSIGNAL);
		count++;
	}
	close(spare); /* for the file of counters */
	deferred = mesh_count("deferred") - deferred;
	return (count > 10 && count < 64 && deferred == count) || ktap_fail("%d sockets, %ld deferred", count, deferred);
}

static bool descriptors_bound(void)
{
	return run_as(WHO_NOBODY, take_descriptors);
}

static bool take_all_memory(void)
{
	for (int i = 0;; i++) {
		struct sockaddr_in to = mesh_vip(MESH_CLOSED);
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) || send(fd, "GET", 3, MSG_NOSIGNAL) != 3 ||
		    send(fd, " /", 2, MSG_NOSIGNAL) != 2)
			return ktap_fail("after %d sockets: %s", i, strerror(errno));
		if (write(told, "", 1) != 1)
			return false;
	}
}

/* What the kernel says when it kills in a cgroup is no complaint about us. */
static void quiet(bool on)
{
	klogctl(on ? 6 /* SYSLOG_ACTION_CONSOLE_OFF */ : 7, NULL, 0);
}

static long event_of_tenant(const char *name)
{
	char text[512] = "", *at;
	int fd = open(cgroup_path("tenant", "memory.events"), O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	at = n > 0 ? strstr(text, name) : NULL;
	return at ? atol(at + strlen(name)) : -1;
}

static bool memory_bound(void)
{
	long before = memory_of_tenant(), after = -1, asked = 0, most = 0, unsent = mesh_count("unsent");
	long killed = event_of_tenant("oom_kill ");
	int p[2], status = -1, taken = 0, flags;
	char buf[256];
	bool ok = !pipe2(p, O_CLOEXEC);
	pid_t pid;

	ok = ok && cgroup_set("tenant", "memory.max", "12M");
	flags = fcntl(p[0], F_GETFL);
	fcntl(p[0], F_SETFL, flags | O_NONBLOCK);
	told = p[1];
	quiet(true);
	fflush(stdout);
	pid = ok ? fork() : -1;
	if (!pid) {
		cgroup_set("tenant", "cgroup.procs", "0");
		become(WHO_NOBODY);
		take_all_memory();
		fflush(stdout);
		_exit(1);
	}
	/* others go on asking meanwhile */
	while (ok && pid > 0 && waitpid(pid, &status, WNOHANG) == 0) {
		ssize_t n;
		long now = memory_of_tenant();

		while ((n = read(p[0], buf, sizeof(buf))) > 0)
			taken += n;
		most = now > most ? now : most;
		ok = mesh_ask(MESH_CLOSED, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "server");
		asked += ok;
	}
	if (pid > 0 && !ok)
		kill(pid, SIGKILL);
	quiet(false);
	close(p[0]);
	close(p[1]);
	printf("# %d sockets in 12 MiB, at most %ld bytes seen; others asked %ld times\n", taken, most, asked);
	killed = event_of_tenant("oom_kill ") - killed;
	ok = ok && ((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && killed == 1) ||
		    ktap_fail("it ended with %x, killed %ld", status, killed));
	ok = ok && ((taken > 100 && taken < (12 << 20) / KMESH_HEAD_MAX && asked > 0) || ktap_fail("it was not the heads"));
	/* and all of it comes back */
	for (int ms = 0; ms < 5000 && (after < 0 || after > before + (1 << 20)); ms += 10) {
		usleep(10000);
		after = memory_of_tenant();
	}
	ok = ok && (after <= before + (1 << 20) || ktap_fail("%ld bytes stay", after - before));
	ok = ok && (mesh_count("unsent") >= unsent + taken || ktap_fail("%ld are left", mesh_count("unsent") - unsent));
	return cgroup_set("tenant", "memory.max", "max") && ok;
}

/* ---- the time of others ---- */

static const size_t hole = 96 << 20;
static int hole_file = -1;
static char *hole_bytes;
static volatile bool punching, punched, go, stop;
static volatile int sending, sent;
static pid_t puncher;

static void *punch(void *arg)
{
	(void)arg;
	puncher = syscall(SYS_gettid);
	punching = true;
	if (fallocate(hole_file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, hole))
		ktap_fail("fallocate: %s", strerror(errno));
	punched = true;
	return NULL;
}

static void *spin(void *arg)
{
	(void)arg;
	while (!stop)
		;
	return NULL;
}

/* A send whose bytes do not come as long as the hole is punched. */
static void *send_from_hole(void *arg)
{
	struct sockaddr_in to = mesh_vip(patient);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)arg;
	while (!go && !stop)
		usleep(1000);
	if (stop || connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		close(fd);
		return NULL;
	}
	__sync_fetch_and_add(&sending, 1);
	send(fd, hole_bytes + hole - 100, 100, MSG_NOSIGNAL);
	__sync_fetch_and_add(&sent, 1);
	close(fd);
	return NULL;
}

static bool thread(pthread_t *t, void *(*run)(void *))
{
	pthread_attr_t small;
	int err;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 * 1024);
	err = pthread_create(t, &small, run, NULL);
	pthread_attr_destroy(&small);
	return !err || ktap_fail("thread: %s", strerror(err));
}

/* As slow as can be: whoever has anything to do goes first. */
static bool slow_down(void)
{
	struct sched_param none = {};

	while (!punching)
		usleep(100);
	return !sched_setscheduler(puncher, SCHED_IDLE, &none) || ktap_fail("SCHED_IDLE: %s", strerror(errno));
}

/*
 * Tells the parent once all threads hang in a send, with the lock of their
 * socket; until it has seen enough, or the hole is punched.
 */
static bool stall(void)
{
	static pthread_t senders[STALLED], p, spinners[2];
	bool ok = true;
	char byte;

	hole_file = memfd_create("hole", MFD_CLOEXEC);
	if (hole_file < 0 || ftruncate(hole_file, hole) || fallocate(hole_file, 0, 0, hole))
		return ktap_fail("memfd: %s", strerror(errno));
	hole_bytes = mmap(NULL, hole, PROT_READ | PROT_WRITE, MAP_SHARED, hole_file, 0);
	if (hole_bytes == MAP_FAILED)
		return ktap_fail("mmap: %s", strerror(errno));
	for (int i = 0; i < STALLED; i++)
		ok = thread(&senders[i], send_from_hole) && ok;
	ok = ok && thread(&p, punch) && slow_down() && thread(&spinners[0], spin) && thread(&spinners[1], spin);
	go = true;
	for (int ms = 0; ok && ms < 10000 && sending < STALLED; ms += 10)
		usleep(10000);
	/* and their grace times end */
	usleep(500000);
	if (punched || sending < STALLED || sent)
		ok = ktap_fail("%d are sending, %d have, the hole is %s", sending, sent, punched ? "punched" : "not");
	if (ok && write(told, "", 1) == 1)
		ok = recv(told, &byte, 1, 0) == 1;
	printf("# when it was over %d of %d were still sending\n", sending - sent, STALLED);
	stop = true;
	for (int i = 0; i < STALLED; i++)
		pthread_join(senders[i], NULL);
	return ok;
}

static void *run_stall(void *arg)
{
	*(bool *)arg = run_as(WHO_NOBODY, stall);
	close(told);
	return NULL;
}

static bool others_do_not_wait(void)
{
	int pair[2], fd = -1;
	pthread_t thread_of_it;
	bool stalled = false, ok;
	char byte;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return ktap_fail("socketpair: %s", strerror(errno));
	told = pair[1];
	if (pthread_create(&thread_of_it, NULL, run_stall, &stalled))
		return ktap_fail("no thread");
	ok = read(pair[0], &byte, 1) == 1;
	if (ok) {
		fd = mesh_connect(banner.port, 0);
		ok = fd >= 0 && mesh_hear(fd, "hello\n");
	}
	if (write(pair[0], "", 1) != 1)
		ok = false;
	close(fd);
	pthread_join(thread_of_it, NULL);
	close(pair[0]);
	return ok && stalled;
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "the mesh is up", set_up },
		{ "an armed socket is small, and charged to its cgroup", each_is_small_and_charged },
		{ "RLIMIT_NOFILE bounds them", descriptors_bound },
		{ "memory.max bounds them, and others go on", memory_bound },
		{ "sends that hang do not hold up the grace time of others", others_do_not_wait },
		{ "the counters add up", mesh_counters_add_up },
	};

	return ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
}
