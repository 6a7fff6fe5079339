// SPDX-License-Identifier: Apache-2.0
/*
 * What a process without rights can use up: memory of its own cgroup, and
 * descriptors of its own. Not the memory of others, and not their time.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/klog.h>
#include <sys/resource.h>

#include "hostile.h"
#include "mesh.h"

#define MEASURED 2000
#define SOCKET_MAX 512 /* bytes of an armed socket, besides the socket and the held head */
#define HELD_MAX (KMESH_HEAD_MAX + 1024 + SOCKET_MAX) /* with the head, and what is known of it */
#define HOLDERS 320 /* more than a workqueue has workers */
#define HOLD "/tmp/hold"
#define MODPROBE "/proc/sys/kernel/modprobe"

static struct mesh_server server, banner, late;
static unsigned int patient; /* a port, with a grace time of 300 ms */

static bool set_up(void)
{
	/* both ends of every connection are in here */
	struct rlimit files = { MEASURED + 2 * HOLDERS + 100, MEASURED + 2 * HOLDERS + 100 };

	if (setrlimit(RLIMIT_NOFILE, &files))
		return ktap_fail("RLIMIT_NOFILE: %s", strerror(errno));
	if (!mesh_up() || !mesh_listen(&server, "server", MESH_HTTP) || !mesh_listen(&banner, "banner", MESH_BANNER) ||
	    !mesh_listen(&late, "late", MESH_BANNER))
		return false;
	patient = server.port;
	return cgroup_make("tenant") && mesh_serve(MESH_CLOSED, 0, 0) && mesh_serve(banner.port, KMESH_ARM_F_OPEN, 50) &&
	       mesh_serve(patient, KMESH_ARM_F_OPEN, 300) && mesh_serve(late.port, KMESH_ARM_F_OPEN, 300) &&
	       mesh_route("/a", mesh_to(&server));
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

/* Takes memory until it is killed for it; the sockets it had. Others ask meanwhile. */
static bool killed_in_cgroup(int *taken, int *asked)
{
	long killed = event_of_tenant("oom_kill ");
	int p[2], status = -1;
	char buf[4096];
	bool ok = true;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC | O_NONBLOCK))
		return ktap_fail("pipe: %s", strerror(errno));
	told = p[1];
	fflush(stdout);
	pid = fork();
	if (!pid) {
		cgroup_set("tenant", "cgroup.procs", "0");
		become(WHO_NOBODY);
		take_all_memory();
		fflush(stdout);
		_exit(1);
	}
	do {
		ok = mesh_ask(MESH_CLOSED, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "server") && ok;
		++*asked;
	} while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0);
	*taken = read(p[0], buf, sizeof(buf));
	close(p[0]);
	close(p[1]);
	killed = event_of_tenant("oom_kill ") - killed;
	return ok && ((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && killed == 1) ||
		      ktap_fail("it ended with %x, killed %ld", status, killed));
}

static bool memory_bound(void)
{
	long before = memory_of_tenant(), after = -1, unsent = mesh_count("unsent");
	int taken[5], asked = 0, all = 0;
	bool ok = cgroup_set("tenant", "memory.max", "12M");

	quiet(true);
	for (int i = 0; ok && i < 5; i++) {
		ok = killed_in_cgroup(&taken[i], &asked);
		all += taken[i];
		ok = ok && ((taken[i] > 100 && taken[i] < (12 << 20) / KMESH_HEAD_MAX) ||
			    ktap_fail("%d sockets: it was not the heads", taken[i]));
	}
	quiet(false);
	printf("# %d sockets in five times 12 MiB; others asked %d times\n", all, asked);
	/* and all of it comes back */
	for (int ms = 0; ms < 5000 && (after < 0 || after > before + (1 << 20)); ms += 10) {
		usleep(10000);
		after = memory_of_tenant();
	}
	ok = ok && (after <= before + (1 << 20) || ktap_fail("%ld bytes stay", after - before));
	ok = ok && (mesh_count("unsent") >= unsent + all || ktap_fail("%ld are left", mesh_count("unsent") - unsent));
	return cgroup_set("tenant", "memory.max", "max") && ok;
}

/* ---- the time of others ---- */

static volatile bool go;
static volatile int holding, held, first = -1; /* the first socket stays open */

/*
 * Holds the lock of an armed socket past its grace time, as a page that does
 * not come would: the kernel asks for a module, and gets it when HOLD is gone.
 */
static void *hold_lock(void *arg)
{
	long number = (long)arg;
	struct sockaddr_in to = mesh_vip(number ? patient : (unsigned int)late.port);
	int fd = mesh_socket(AF_INET, 0);
	char name[16];

	snprintf(name, sizeof(name), "none%ld", number);
	while (!go)
		usleep(1000);
	if (!connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		__sync_fetch_and_add(&holding, 1);
		setsockopt(fd, SOL_TCP, TCP_CONGESTION, name, strlen(name));
		__sync_fetch_and_add(&held, 1);
	}
	if (number)
		close(fd);
	else
		first = fd;
	return NULL;
}

/* In the place of modprobe. There are fifty at a time. */
static int answer_late(void)
{
	for (int ms = 0; ms < 20000 && !access(HOLD, F_OK); ms += 50)
		usleep(50000);
	return 1;
}

static bool start(pthread_t *t, long number)
{
	pthread_attr_t small;
	int err;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 * 1024);
	err = pthread_create(t, &small, hold_lock, (void *)number);
	pthread_attr_destroy(&small);
	return !err || ktap_fail("thread: %s", strerror(err));
}

static bool others_do_not_wait(void)
{
	static pthread_t threads[HOLDERS];
	char self[256] = "", modprobe[256] = "";
	int fd = open(MODPROBE, O_RDONLY | O_CLOEXEC), count = 0;
	long graces = mesh_count("grace");
	bool ok = fd >= 0 && read(fd, modprobe, sizeof(modprobe) - 1) > 0 && readlink("/proc/self/exe", self, sizeof(self) - 1) > 0;

	close(fd);
	close(open(HOLD, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	ok = ok && (write_text(MODPROBE, self) || ktap_fail("%s: %s", MODPROBE, strerror(errno)));
	while (ok && count < HOLDERS && start(&threads[count], count))
		count++;
	go = true;
	for (int ms = 0; ms < 3000 && holding < HOLDERS; ms += 10)
		usleep(10000);
	/* their grace times end */
	usleep(500000);
	ok = ok && ((holding == HOLDERS && !held) || ktap_fail("%d hold their locks, %d did", holding, held));
	fd = ok ? mesh_connect(banner.port, 0) : -1;
	ok = ok && fd >= 0 && mesh_hear(fd, "hello\n");
	close(fd);
	printf("# when it was over %d of %d still held their locks\n", holding - held, HOLDERS);
	unlink(HOLD);
	while (count)
		pthread_join(threads[--count], NULL);
	/*
	 * What the end of the grace time was to do is done by now. It is heard here,
	 * where hundreds of processes no longer ask for the processor.
	 */
	ok = ok && ((first >= 0 && mesh_hear(first, "hello\n")) ||
		    ktap_fail("a grace time that ended meanwhile was forgotten: of %d and %ld before %ld ended, %d heard of it",
			      HOLDERS, graces, mesh_count("grace"), late.accepted));
	close(first);
	return write_text(MODPROBE, strtok(modprobe, "\n")) && ok;
}

int main(int argc, char **argv)
{
	static const struct ktap_case cases[] = {
		{ "the mesh is up", set_up },
		{ "an armed socket is small, and charged to its cgroup", each_is_small_and_charged },
		{ "RLIMIT_NOFILE bounds them", descriptors_bound },
		{ "memory.max bounds them, and others go on", memory_bound },
		{ "locks that are held do not hold up the grace time of others", others_do_not_wait },
		{ "the counters add up", mesh_counters_add_up },
	};

	(void)argv;
	if (argc > 1)
		return answer_late();
	return ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
}
