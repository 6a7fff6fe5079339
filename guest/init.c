// SPDX-License-Identifier: Apache-2.0
/*
 * PID 1 of the proof: sets the machine up, loads kmesh.ko, runs every probe in
 * /probes with a time limit and writes one KTAP document to a serial port of
 * its own, where kernel messages cannot mix in. Then it powers off. It never
 * returns and gives up on nothing: what fails is said in the document.
 *
 * Kernel command line: kmesh.results=ttyS1 names the port, kmesh.test=panic,
 * hang and complain are for the tests of the watchdog outside, and
 * kmesh.probe_seconds=10 is the time a probe may take. With kmesh.control=module
 * the probes are run once before the module is loaded, and only how each ended
 * is told: what needs the module must not pass without it. kmesh.share=1: QEMU
 * gives a folder of the host, to be found at /share.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "clock.h"
#include "module.h"

#define PROBES_DIR "/probes"
#define REAP_MS 2000
#define PROBE_OUTPUT_MAX (256 * 1024)
#define PROBES_MAX 256

enum { EXIT_PASS = 0, EXIT_FAIL = 1, EXIT_SKIP = 4 };

static int results = STDOUT_FILENO;
static int probe_seconds = 10;

static void write_all(const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(results, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		buf += n;
		len -= n;
	}
}

__attribute__((format(printf, 1, 2))) static void say(const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n > 0)
		write_all(line, n < (int)sizeof(line) ? n : (int)sizeof(line) - 1);
}

/* ---- the machine ---- */

static bool try_mount(const char *type, const char *where)
{
	mkdir(where, 0755);
	return !mount(type, where, type, 0, NULL) || errno == EBUSY;
}

static void mount_all(void)
{
	const char *cgroup = "/sys/fs/cgroup";

	try_mount("proc", "/proc");
	try_mount("sysfs", "/sys");
	try_mount("devtmpfs", "/dev");
	try_mount("tmpfs", "/run");
	try_mount("tmpfs", "/tmp");
	try_mount("tracefs", "/sys/kernel/tracing");
	try_mount("debugfs", "/sys/kernel/debug");
	try_mount("bpf", "/sys/fs/bpf");
	if (!try_mount("cgroup2", cgroup)) {
		cgroup = "/run/cgroup2";
		if (!try_mount("cgroup2", cgroup))
			cgroup = "";
	}
	setenv("CGROUP2", cgroup, 1);
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
}

/* The value of KEY= on the kernel command line, or NULL. */
static const char *cmdline_value(const char *key)
{
	static char line[4096];
	char copy[4096], *word, *save = NULL;
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, copy, sizeof(copy) - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return NULL;
	copy[n] = '\0';
	for (word = strtok_r(copy, " \n", &save); word;
	     word = strtok_r(NULL, " \n", &save)) {
		size_t k = strlen(key);

		if (!strncmp(word, key, k) && word[k] == '=')
			return strcpy(line, word + k + 1);
	}
	return NULL;
}

/*
 * Raw, so that nothing is translated on the way. Without the port, or with no
 * UART behind it (then it opens, and termios gives EIO): the console.
 */
static void open_results(void)
{
	const char *port = cmdline_value("kmesh.results");
	char path[64];
	struct termios tio;
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", port ? port : "ttyS1");
	fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &tio)) {
		int err = errno;

		if (fd >= 0)
			close(fd);
		say("KTAP version 1\n# results: %s: %s, written to the console\n",
		    path, strerror(err));
		return;
	}
	cfmakeraw(&tio);
	cfsetspeed(&tio, B115200);
	tcsetattr(fd, TCSANOW, &tio);
	results = fd;
	say("KTAP version 1\n");
}

/*
 * A folder of the host, which QEMU gives read-only. What is there does not
 * change meanwhile, so that pages are kept; large messages make programs start
 * fast.
 */
static void mount_share(void)
{
	const char *share = cmdline_value("kmesh.share");

	if (!share || strcmp(share, "1"))
		return;
	mkdir("/share", 0755);
	if (mount("share", "/share", "9p", MS_RDONLY,
		  "trans=virtio,version=9p2000.L,cache=loose,msize=262144"))
		say("# /share: %s\n", strerror(errno));
}

static void bring_up_lo(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &ifr) < 0) {
		say("# lo: %s\n", strerror(errno));
	} else {
		ifr.ifr_flags |= IFF_UP | IFF_RUNNING;
		if (ioctl(fd, SIOCSIFFLAGS, &ifr) < 0)
			say("# lo: %s\n", strerror(errno));
	}
	if (fd >= 0)
		close(fd);
}

static void load_module(void)
{
	struct utsname uts;
	int err;

	uname(&uts);
	say("# kernel: %s\n", uts.release);
	err = insert_module();
	say("# kmesh.ko: %s\n", err ? strerror(err) : "loaded");
}

/* ---- the probes ---- */

/* What a probe printed, cut into lines and indented as a nested document. */
struct nested {
	char line[512];
	size_t len, total;
	bool silent;
};

static void nested_end_line(struct nested *n)
{
	char out[sizeof(n->line) + 8];
	int len = snprintf(out, sizeof(out), "    %.*s\n", (int)n->len, n->line);

	if (!n->silent)
		write_all(out, len);
	n->len = 0;
}

static void nested_add(struct nested *n, const char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = buf[i];

		if (n->total == PROBE_OUTPUT_MAX) {
			n->total++;
			n->len = 0;
			if (!n->silent)
				say("    # output cut after %d bytes\n", PROBE_OUTPUT_MAX);
		}
		if (n->total > PROBE_OUTPUT_MAX)
			return;
		n->total++;
		if (c == '\n') {
			nested_end_line(n);
			continue;
		}
		if ((unsigned char)c < ' ' || c == 0x7f)
			c = c == '\t' ? ' ' : '?';
		if (n->len == sizeof(n->line))
			nested_end_line(n);
		n->line[n->len++] = c;
	}
}

/* Reads what is there. False at the end of the pipe. */
static bool drain(int fd, struct nested *n)
{
	char buf[4096];

	/* bounded: a probe that never stops writing must not keep us here */
	for (int i = 0; i < 64; i++) {
		ssize_t got = read(fd, buf, sizeof(buf));

		if (got > 0)
			nested_add(n, buf, got);
		else
			return got < 0 && (errno == EAGAIN || errno == EINTR);
	}
	return true;
}

/* Kills whatever is left of a probe, also what left its process group. */
static void kill_all_and_reap(void)
{
	long end = now_ms() + REAP_MS;

	kill(-1, SIGKILL);
	while (now_ms() < end) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0 && errno == ECHILD)
			return;
		if (pid == 0)
			poll(NULL, 0, 10);
	}
	say("    # some processes did not die\n");
}

static pid_t start_probe(const char *path, int out)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	int null = open("/dev/null", O_RDONLY);

	dup2(null < 0 ? out : null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	execl(path, path, (char *)NULL);
	dprintf(STDOUT_FILENO, "# exec: %s\n", strerror(errno));
	_exit(127);
}

/* Gives the wait status; timed_out says that the probe was killed by us. */
static int run_probe(const char *path, bool silent, bool *timed_out)
{
	struct nested n = { .silent = silent };
	long end = now_ms() + probe_seconds * 1000L;
	int status = -1, p[2];
	bool open_end = true;
	pid_t pid, got = 0;

	*timed_out = false;
	if (pipe2(p, O_CLOEXEC | O_NONBLOCK))
		return -1;
	/* the writing end is the probe's and blocks as a file does */
	fcntl(p[1], F_SETFL, 0);
	pid = start_probe(path, p[1]);
	close(p[1]);
	if (pid < 0) {
		close(p[0]);
		return -1;
	}
	setpgid(pid, pid);

	while (got == 0 && !*timed_out) {
		struct pollfd pfd = { .fd = p[0], .events = POLLIN };

		poll(&pfd, open_end ? 1 : 0, 20);
		if (open_end)
			open_end = drain(p[0], &n);
		got = waitpid(pid, &status, WNOHANG);
		*timed_out = got == 0 && now_ms() > end;
	}
	if (*timed_out)
		kill(-pid, SIGKILL);
	if (open_end)
		drain(p[0], &n);
	if (n.len)
		nested_end_line(&n);
	close(p[0]);
	kill_all_and_reap();
	return got == pid ? status : -1;
}

/* One line, the outcome; and, unless it is the control, what the probe said. */
static void report_probe(int i, const char *name, bool control)
{
	char path[sizeof(PROBES_DIR) + NAME_MAX + 2];
	long start = now_ms();
	bool timed_out;
	int status;

	snprintf(path, sizeof(path), "%s/%s", PROBES_DIR, name);
	status = run_probe(path, control, &timed_out);
	if (control)
		say("# without kmesh.ko: ");
	else
		say("# %s: %ld ms\n", name, now_ms() - start);
	if (timed_out)
		say("not ok %d %s # killed after %d s\n", i, name, probe_seconds);
	else if (status < 0)
		say("not ok %d %s # could not be run\n", i, name);
	else if (WIFSIGNALED(status))
		say("not ok %d %s # killed by signal %d\n", i, name, WTERMSIG(status));
	else if (WEXITSTATUS(status) == EXIT_PASS)
		say("ok %d %s\n", i, name);
	else if (WEXITSTATUS(status) == EXIT_SKIP)
		say("ok %d %s # SKIP carrier is missing\n", i, name);
	else if (WEXITSTATUS(status) == EXIT_FAIL)
		say("not ok %d %s\n", i, name);
	else
		say("not ok %d %s # exit code %d\n", i, name, WEXITSTATUS(status));
}

static int is_probe(const struct dirent *d)
{
	char path[sizeof(PROBES_DIR) + NAME_MAX + 2];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", PROBES_DIR, d->d_name);
	return !stat(path, &st) && S_ISREG(st.st_mode) && (st.st_mode & 0111);
}

static void run_probes(bool control)
{
	struct dirent **names = NULL;
	int n = scandir(PROBES_DIR, &names, is_probe, alphasort);

	if (n < 0)
		say("# %s: %s\n", PROBES_DIR, strerror(errno));
	if (n > PROBES_MAX) {
		say("# only the first %d probes are run\n", PROBES_MAX);
		n = PROBES_MAX;
	}
	if (!control)
		say("1..%d\n", n < 0 ? 0 : n);
	for (int i = 0; i < n; i++)
		report_probe(i + 1, names[i]->d_name, control);
}

/* ---- the end ---- */

/* Probes are told, too, for those that take the time they are given. */
static void set_probe_seconds(void)
{
	const char *seconds = cmdline_value("kmesh.probe_seconds");
	char text[16];

	if (seconds && atoi(seconds) > 0)
		probe_seconds = atoi(seconds);
	snprintf(text, sizeof(text), "%d", probe_seconds);
	setenv("PROBE_SECONDS", text, 1);
}

static void obey_test(const char *test)
{
	if (!strcmp(test, "panic")) {
		tcdrain(results);
		_exit(1); /* the kernel panics when PID 1 leaves */
	}
	if (!strcmp(test, "hang"))
		for (;;)
			pause();
	if (!strcmp(test, "complain")) {
		static const char line[] = "WARNING: this is a test\n";
		int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

		if (fd < 0 || write(fd, line, sizeof(line) - 1) < 0)
			say("# /dev/kmsg: %s\n", strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	say("# kmesh.test=%s is not known\n", test);
}

int main(void)
{
	const char *test, *control;
	int null;

	signal(SIGPIPE, SIG_IGN);
	mount_all();
	/* a kernel without a console leaves 0 to 2 closed */
	while ((null = open("/dev/null", O_RDWR)) >= 0 && null <= STDERR_FILENO)
		;
	close(null);
	open_results();
	/* how fast this machine is: what the rest took is held against it */
	say("# in user space after %ld ms\n", now_ms());
	bring_up_lo();
	mount_share();
	set_probe_seconds();
	control = cmdline_value("kmesh.control");
	if (control && !strcmp(control, "module"))
		run_probes(true);
	load_module();
	test = cmdline_value("kmesh.test");
	if (test)
		obey_test(test);
	run_probes(false);
	say("# done\n");
	tcdrain(results);
	sync();
	/* without ACPI nothing switches the power off: it would halt */
	if (!access("/sys/firmware/acpi", F_OK))
		reboot(RB_POWER_OFF);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}
