// SPDX-License-Identifier: Apache-2.0
/*
 * The module goes when nobody needs it, and not before: what holds it refuses
 * the attempt, so that nobody without rights can make it hang.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "mesh.h"
#include "module.h"

#define HEAD "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

static int listener = -1; /* never accepts */
static struct sockaddr_in at;
static pid_t mesh_process; /* programs are attached as long as it lives */

static void be_the_mesh(int told)
{
	struct kmesh_verdict to = {
		.action = KMESH_ACTION_REDIRECT, .family = AF_INET, .port = at.sin_port, .addr = { htonl(INADDR_LOOPBACK) },
	};
	bool ok = mesh_up() && mesh_serve(MESH_CLOSED, 0, 0) && mesh_route("/a", to);

	fflush(stdout);
	if (ok && write(told, "", 1) == 1)
		pause();
	_exit(1);
}

static bool set_up(void)
{
	socklen_t len = sizeof(at);
	char byte;
	int p[2];

	at = mesh_vip(0);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&at, len) || listen(listener, 5) ||
	    getsockname(listener, (struct sockaddr *)&at, &len) || pipe2(p, O_CLOEXEC))
		return ktap_fail("listen: %s", strerror(errno));
	fflush(stdout);
	mesh_process = fork();
	if (!mesh_process)
		be_the_mesh(p[1]);
	close(p[1]);
	return read(p[0], &byte, 1) == 1;
}

struct attempt {
	volatile bool done;
	int err;
};

static void *unload(void *arg)
{
	struct attempt *a = arg;

	a->err = syscall(SYS_delete_module, "kmesh", O_NONBLOCK) ? errno : 0;
	a->done = true;
	return NULL;
}

/* It is refused, and at once: 3 s at most. The thread is left alone where it hangs. */
static bool refused(void)
{
	static struct attempt a;
	pthread_t thread;

	a = (struct attempt){};
	if (pthread_create(&thread, NULL, unload, &a))
		return ktap_fail("no thread");
	for (int ms = 0; ms < 3000 && !a.done; ms += 10)
		usleep(10000);
	if (!a.done)
		return ktap_fail("it hangs");
	pthread_join(thread, NULL);
	return a.err == EAGAIN || a.err == EBUSY || ktap_fail("delete_module: %s", strerror(a.err));
}

static bool refused_while_armed(void)
{
	int fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = fd >= 0 && refused();

	close(fd);
	return ok;
}

struct reader {
	int fd;
	ssize_t n;
};

static void *read_first(void *arg)
{
	struct reader *r = arg;
	char byte;

	r->n = recv(r->fd, &byte, 1, 0);
	return NULL;
}

/* Its recv() began on an armed socket; the socket is plain since, and no program is there. */
static bool refused_while_read(void)
{
	struct reader r = { .fd = mesh_connect(MESH_CLOSED, 0) };
	struct timeval forever = {};
	pthread_t thread;
	bool ok;

	if (r.fd < 0 || setsockopt(r.fd, SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof(forever)) ||
	    pthread_create(&thread, NULL, read_first, &r))
		return false;
	usleep(100000);
	ok = mesh_say(r.fd, HEAD);
	kill(mesh_process, SIGKILL);
	waitpid(mesh_process, NULL, 0);
	ok = ok && refused();
	/* the peer goes, and the reader */
	close(listener);
	pthread_join(thread, NULL);
	close(r.fd);
	return ok;
}

static bool unloaded(void)
{
	int err = EAGAIN;

	for (int ms = 0; ms < 3000 && err == EAGAIN; ms += 10) {
		usleep(10000);
		err = syscall(SYS_delete_module, "kmesh", O_NONBLOCK) ? errno : 0;
	}
	return (!err && !mesh_present()) || ktap_fail("delete_module: %s", strerror(err));
}

static bool loaded_again(void)
{
	int err = insert_module();

	return (!err && mesh_present()) || ktap_fail("kmesh.ko: %s", strerror(err));
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "the mesh is up", set_up },
		{ "refused under attached programs", refused },
		{ "refused while a socket is armed", refused_while_armed },
		{ "refused while a thread reads what was armed", refused_while_read },
		{ "unloaded", unloaded },
		{ "loaded again", loaded_again },
	};

	return ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
}
