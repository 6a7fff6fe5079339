// SPDX-License-Identifier: Apache-2.0
/*
 * Processes without rights try to arm, to leave, and to see what is others'.
 * Behind the closed service that they leave from a listener stands ready, and
 * nobody ever comes to it.
 */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include "hostile.h"
#include "mesh.h"

#define HEAD "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define PIN "/sys/fs/bpf/hostile"

static struct mesh_server a, b;
static int secret = -1; /* listens */
static unsigned int secret_port;
static __u32 prog_id, map_id;

static bool listen_in_secret(void)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_port = htons(secret_port) };
	socklen_t len = sizeof(at);

	secret = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (bind(secret, (struct sockaddr *)&at, len) || listen(secret, 64) ||
	    getsockname(secret, (struct sockaddr *)&at, &len))
		return ktap_fail("listen: %s", strerror(errno));
	secret_port = ntohs(at.sin6_port);
	return true;
}

/* Did anybody come? A connection is there as soon as connect() is done. */
static bool nobody_came(void)
{
	int fd = accept4(secret, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return true;
	close(fd);
	return false;
}

static bool set_up(void)
{
	struct bpf_prog_info prog = {};
	struct bpf_map_info map = {};
	__u32 prog_len = sizeof(prog), map_len = sizeof(map);

	if (!mesh_up() || !mesh_listen(&a, "server-a", MESH_HTTP) || !mesh_listen(&b, "server-b", MESH_HTTP) ||
	    !listen_in_secret() || !cgroup_make("tenant"))
		return false;
	unlink(PIN);
	if (bpf_obj_get_info_by_fd(bpf_program__fd(mesh->progs.route), &prog, &prog_len) ||
	    bpf_obj_get_info_by_fd(bpf_map__fd(mesh->maps.routes), &map, &map_len) ||
	    bpf_obj_pin(bpf_map__fd(mesh->maps.routes), PIN))
		return ktap_fail("what is to be stolen: %s", strerror(errno));
	prog_id = prog.id;
	map_id = map.id;
	return mesh_serve(MESH_CLOSED, 0, 0) && mesh_serve(secret_port, 0, 0) && mesh_route("/a", mesh_to(&a)) &&
	       mesh_route("/b", mesh_to(&b));
}

/* ---- arming ---- */

static bool try_to_arm(void)
{
	struct sockaddr_in to = mesh_vip(a.port);
	long armed = mesh_count("armed");
	bool by_call = mesh_has_call();

	for (int i = 0; i < 4; i++) {
		const char *name = i % 2 ? KMESH_ULP_OPEN : KMESH_ULP_CLOSED;
		int fd = mesh_socket(AF_INET, 0), err;

		/* unconnected, and on its way */
		if (i >= 2)
			connect(fd, (struct sockaddr *)&to, sizeof(to));
		err = setsockopt(fd, SOL_TCP, TCP_ULP, name, strlen(name)) ? errno : 0;
		close(fd);
		if (err != (by_call ? ENOENT : EPERM))
			return ktap_fail("%s: %s", name, strerror(err));
	}
	return mesh_count("armed") == armed || ktap_fail("a socket was armed");
}

static bool nobody_arms(void)
{
	return run_as_each(try_to_arm);
}

/* ---- leaving ---- */

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static socklen_t address_of(union address *to, int family, unsigned int port)
{
	memset(to, 0, sizeof(*to));
	if (family == AF_INET) {
		to->in = mesh_vip(port);
		return sizeof(to->in);
	}
	to->in6 = (struct sockaddr_in6){
		.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	return sizeof(to->in6);
}

static int family_of(int fd)
{
	int family = 0;
	socklen_t len = sizeof(family);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len);
	return family;
}

static void disconnect(int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	connect(fd, &none, sizeof(none));
}

static void set(int fd, int level, int name, int value)
{
	setsockopt(fd, level, name, &value, sizeof(value));
}

static void set_protocols(int fd)
{
	static const char *const names[] = { "kmesh-open", "kmesh", "tls", "mptcp", "espintcp", "smc", "" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		setsockopt(fd, SOL_TCP, TCP_ULP, names[i], strlen(names[i]));
}

static void set_options(int fd)
{
	set(fd, SOL_TCP, TCP_REPAIR, 1);
	set(fd, SOL_TCP, TCP_FASTOPEN_CONNECT, 1);
	set(fd, SOL_TCP, TCP_DEFER_ACCEPT, 1);
	set(fd, SOL_TCP, TCP_NODELAY, 1);
	set(fd, SOL_SOCKET, SO_MARK, 1);
	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	set(fd, SOL_IP, IP_TRANSPARENT, 1);
	set(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	set(fd, SOL_IPV6, IPV6_ADDRFORM, AF_INET);
	set(fd, SOL_IPV6, IPV6_V6ONLY, 1);
	setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2);
}

static void repair_and_back(int fd)
{
	set(fd, SOL_TCP, TCP_REPAIR, 1);
	send(fd, HEAD, strlen(HEAD), MSG_NOSIGNAL | MSG_DONTWAIT);
	set(fd, SOL_TCP, TCP_REPAIR_QUEUE, TCP_SEND_QUEUE);
	send(fd, HEAD, strlen(HEAD), MSG_NOSIGNAL | MSG_DONTWAIT);
	set(fd, SOL_TCP, TCP_REPAIR, 0);
}

static void attach_filter(int fd)
{
	struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, ~0u);
	struct sock_fprog prog = { .len = 1, .filter = &all };

	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
	set(fd, SOL_SOCKET, SO_LOCK_FILTER, 1);
}

static void listen_and_bind(int fd)
{
	union address at;
	socklen_t len = address_of(&at, family_of(fd), 0);

	listen(fd, 1);
	bind(fd, &at.sa, len);
	listen(fd, 1);
}

static void disconnect_oddly(int fd)
{
	union address none = { .sa.sa_family = AF_UNSPEC };

	for (socklen_t len = 0; len <= sizeof(none); len++)
		connect(fd, &none.sa, len);
}

/* sendto() with another address, or with the service's as a connect. */
static void send_to(int fd)
{
	const unsigned int ports[] = { secret_port, a.port };
	const int flags[] = { 0, MSG_FASTOPEN };

	for (int i = 0; i < 4; i++) {
		union address to;
		socklen_t len = address_of(&to, family_of(fd), ports[i / 2]);

		sendto(fd, HEAD, strlen(HEAD), flags[i % 2] | MSG_NOSIGNAL | MSG_DONTWAIT, &to.sa, len);
	}
}

static void shut_down(int fd)
{
	for (int how = SHUT_RD; how <= SHUT_RDWR; how++)
		shutdown(fd, how);
}

/* Addresses that mean something else than they say, here or in other meshes. */
static void connect_to_magic(int fd)
{
	static const char *const addresses[] = {
		"::", "::1", "::ffff:0.0.0.0", "::ffff:127.0.0.1", "::ffff:127.0.0.2", "::ffff:127.255.255.255", "::127.0.0.1",
		"::ffff:255.255.255.255", "::ffff:169.254.169.254", "::ffff:224.0.0.1", "ff02::1", "fe80::1",
	};

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(secret_port) };
		struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(secret_port) };
		int flags = fcntl(fd, F_GETFL);

		inet_pton(AF_INET6, addresses[i], &to.sin6_addr);
		memcpy(&four.sin_addr, &to.sin6_addr.s6_addr[12], 4);
		disconnect(fd);
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
		if (family_of(fd) == AF_INET6)
			connect(fd, (struct sockaddr *)&to, sizeof(to));
		else
			connect(fd, (struct sockaddr *)&four, sizeof(four));
		fcntl(fd, F_SETFL, flags);
		send(fd, HEAD, strlen(HEAD), MSG_NOSIGNAL | MSG_DONTWAIT);
	}
	disconnect(fd);
}

static void send_in_many_ways(int fd)
{
	static const int flags[] = { MSG_MORE, MSG_OOB, MSG_EOR, MSG_CONFIRM, MSG_DONTROUTE, MSG_ZEROCOPY, MSG_FASTOPEN,
				     0x8000000 /* MSG_SPLICE_PAGES, a kernel's own */ };

	set(fd, SOL_SOCKET, SO_ZEROCOPY, 1);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		send(fd, HEAD, strlen(HEAD), flags[i] | MSG_NOSIGNAL | MSG_DONTWAIT);
}

static const struct {
	const char *what;
	void (*attempt)(int fd);
} attempts[] = {
	{ "TCP_ULP", set_protocols },
	{ "options", set_options },
	{ "TCP_REPAIR", repair_and_back },
	{ "a filter", attach_filter },
	{ "listen and bind", listen_and_bind },
	{ "AF_UNSPEC", disconnect_oddly },
	{ "sendto", send_to },
	{ "shutdown", shut_down },
	{ "magic addresses", connect_to_magic },
	{ "flags", send_in_many_ways },
};

/* Connects to the closed service, attempts, sends, connects again and sends again. */
static bool leaves(int family, int which, bool before)
{
	union address to;
	socklen_t len = address_of(&to, family, secret_port);
	int fd = mesh_socket(family, 0);

	if (before)
		attempts[which].attempt(fd);
	connect(fd, &to.sa, len);
	if (!before)
		attempts[which].attempt(fd);
	send(fd, HEAD, strlen(HEAD), MSG_NOSIGNAL | MSG_DONTWAIT);
	disconnect(fd);
	connect(fd, &to.sa, len);
	send(fd, HEAD, strlen(HEAD), MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
	return !nobody_came();
}

static bool try_to_leave(void)
{
	bool ok = true;

	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		for (int j = 0; j < 4; j++) {
			if (leaves(j / 2 ? AF_INET6 : AF_INET, i, j % 2))
				ok = ktap_fail("%s, %s connect, IPv%d", attempts[i].what, j % 2 ? "before" : "after",
					       j / 2 ? 6 : 4);
		}
	}
	return ok;
}

static bool nobody_leaves(void)
{
	bool ok = true;

	for (int who = WHO_NOBODY; who <= WHO_NAMESPACE; who++)
		ok = run_as(who, try_to_leave) && ok;
	return ok;
}

/* In a network of its own it may repair connections, and still not leave. */
static bool leave_network(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };

	close(secret);
	return listen_in_secret() && (!ioctl(secret, SIOCSIFFLAGS, &lo) || ktap_fail("lo: %s", strerror(errno))) &&
	       try_to_leave();
}

static bool nobody_leaves_in_network(void)
{
	return run_as(WHO_NETWORK, leave_network);
}

/* The listener can be reached: what was tried above was worth it. */
static bool who_is_no_service_comes(void)
{
	struct sockaddr_in to = mesh_vip(secret_port);
	int fd = mesh_socket(AF_INET, 0);
	__u32 key = secret_port;
	bool ok = !bpf_map_delete_elem(bpf_map__fd(mesh->maps.services), &key) &&
		  !connect(fd, (struct sockaddr *)&to, sizeof(to)) && (!nobody_came() || ktap_fail("it did not come"));

	close(fd);
	return mesh_serve(secret_port, 0, 0) && ok;
}

/* ---- hands and minds of others ---- */

/* A descriptor to another process in another cgroup: it stays as it was made. */
static bool handed_on(void)
{
	char space[CMSG_SPACE(sizeof(int))] = {}, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int pair[2], fd = mesh_connect(secret_port, 0), status = -1;
	pid_t pid;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (fd < 0 || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) || sendmsg(pair[0], &msg, 0) != 1)
		return ktap_fail("SCM_RIGHTS: %s", strerror(errno));
	close(fd);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		bool ok = cgroup_set("tenant", "cgroup.procs", "0") && become(WHO_NOBODY) && recvmsg(pair[1], &msg, 0) == 1;

		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
		ok = ok && mesh_refused(fd, HEAD, EACCES);
		disconnect(fd);
		fflush(stdout);
		_exit(!ok);
	}
	close(pair[0]);
	close(pair[1]);
	return waitpid(pid, &status, 0) == pid && !status && (nobody_came() || ktap_fail("it came"));
}

struct flipper {
	char *byte;
	volatile bool stop;
};

static void *flip(void *arg)
{
	struct flipper *f = arg;

	while (!f->stop)
		*(volatile char *)f->byte ^= 'a' ^ 'b';
	return NULL;
}

/* The bytes change while they are sent: what was judged is what comes. */
static bool changed_while_sent(void)
{
	static char head[] = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
	struct flipper f = { .byte = head + 5 };
	struct mesh_server *servers[] = { &a, &b };
	pthread_t thread;
	bool ok = true;
	int seen[2] = {};

	if (pthread_create(&thread, NULL, flip, &f))
		return ktap_fail("no thread");
	for (int i = 0; ok && i < 100; i++) {
		int before[2] = { a.accepted, b.accepted }, fd = mesh_connect(MESH_CLOSED, 0), which;

		ok = fd >= 0 && mesh_say(fd, head) && mesh_hear(fd, "server-");
		close(fd);
		which = b.accepted > before[1];
		ok = ok && ((a.accepted - before[0]) + (b.accepted - before[1]) == 1 || ktap_fail("it came twice"));
		ok = ok && (servers[which]->got[5] == (which ? 'b' : 'a') || ktap_fail("got %s", servers[which]->got));
		seen[which]++;
	}
	f.stop = true;
	pthread_join(thread, NULL);
	return ok && ((seen[0] && seen[1]) || ktap_fail("%d and %d: it never changed", seen[0], seen[1]));
}

/* ---- what is others' ---- */

static bool is_refused(const char *what, int result, int err)
{
	if (result < 0 && (errno == EPERM || errno == EACCES || errno == err))
		return true;
	return ktap_fail("%s: %s", what, result < 0 ? strerror(errno) : "done");
}

static bool files_are_shut(void)
{
	return is_refused("recent", open("/proc/kmesh/recent", O_RDONLY | O_CLOEXEC), 0) &&
	       is_refused("probe", open("/proc/kmesh/probe", O_RDWR | O_CLOEXEC), 0) &&
	       (mesh_count("armed") >= 0 || ktap_fail("counters: %s", strerror(errno))) &&
	       is_refused("counters", open("/proc/kmesh/counters", O_RDWR | O_CLOEXEC), 0);
}

static bool look_at_others(void)
{
	int router = syscall(SYS_pidfd_open, getppid(), 0);

	return files_are_shut() && is_refused("a program by its id", bpf_prog_get_fd_by_id(prog_id), 0) &&
	       is_refused("a map by its id", bpf_map_get_fd_by_id(map_id), 0) &&
	       is_refused("the next program", bpf_prog_get_next_id(0, &prog_id), 0) &&
	       is_refused("a descriptor of the router",
			  syscall(SYS_pidfd_getfd, router, bpf_map__fd(mesh->maps.routes), 0), 0) &&
	       is_refused("delete_module", syscall(SYS_delete_module, "kmesh", O_NONBLOCK), 0) &&
	       is_refused("init_module", syscall(SYS_init_module, "", 0, ""), 0);
}

static bool nobody_looks_at_others(void)
{
	return run_as_each(look_at_others);
}

/* Root of a container is the owner of the files, which may see what is mounted. */
static bool change_what_is_the_owners(void)
{
	return is_refused("a pinned map", bpf_obj_get(PIN), 0) &&
	       is_refused("grace_ms", open("/sys/module/kmesh/parameters/grace_ms", O_WRONLY | O_CLOEXEC), 0) &&
	       is_refused("treat_refused", open("/sys/module/kmesh/parameters/treat_refused", O_RDONLY | O_CLOEXEC), 0) &&
	       is_refused("tracefs", open("/sys/kernel/tracing/kprobe_events", O_WRONLY | O_CLOEXEC), 0);
}

static bool only_the_owner_changes(void)
{
	return run_as(WHO_NOBODY, change_what_is_the_owners) && run_as(WHO_NAMESPACE, change_what_is_the_owners);
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "the mesh is up", set_up },
		{ "nobody arms", nobody_arms },
		{ "nobody leaves", nobody_leaves },
		{ "nobody leaves in a network of its own", nobody_leaves_in_network },
		{ "without the service there is a way", who_is_no_service_comes },
		{ "a socket handed on stays armed", handed_on },
		{ "bytes that change while they are sent", changed_while_sent },
		{ "nobody sees decisions, programs, maps", nobody_looks_at_others },
		{ "only the owner changes what is the owner's", only_the_owner_changes },
		{ "the counters add up", mesh_counters_add_up },
	};

	return ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
}
