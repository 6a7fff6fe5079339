// SPDX-License-Identifier: Apache-2.0
/*
 * Hostile programs: what reaches out of the request's struct is refused at
 * load or attach, what overwrites it changes nothing, and nothing but a
 * connect program arms. Written in instructions, for no compiler makes these.
 */
#define _GNU_SOURCE
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "hostile.skel.h"
#include "mesh.h"

#define SIZE ((int)sizeof(struct kmesh_request))

#define INSN(c, d, s, o, i) { .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }
#define MOVE(d, s) INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define SET(d, i) INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define ADD(d, s) INSN(BPF_ALU64 | BPF_ADD | BPF_X, d, s, 0, 0)
#define ADD_IMM(d, i) INSN(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, i)
#define AND_IMM(d, i) INSN(BPF_ALU64 | BPF_AND | BPF_K, d, 0, 0, i)
#define LOAD(size, d, s, o) INSN(BPF_LDX | BPF_MEM | (size), d, s, o, 0)
#define STORE(size, d, o, s) INSN(BPF_STX | BPF_MEM | (size), d, s, o, 0)
#define STORE_IMM(size, d, o, i) INSN(BPF_ST | BPF_MEM | (size), d, 0, o, i)
#define MAP(d, fd) INSN(BPF_LD | BPF_DW | BPF_IMM, d, BPF_PSEUDO_MAP_FD, 0, fd), INSN(0, 0, 0, 0, 0)
#define CALL(f) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, f)
#define EXIT INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define DONE SET(0, 0), EXIT
/* the request in r6 */
#define REQUEST LOAD(BPF_DW, 6, 1, 0)

struct program {
	const char *what;
	const struct bpf_insn *insns;
	size_t count;
};

#define PROGRAM(what, ...)                                             \
	{                                                              \
		what, (const struct bpf_insn[]){ __VA_ARGS__ },        \
			sizeof((const struct bpf_insn[]){ __VA_ARGS__ }) / sizeof(struct bpf_insn) \
	}
#define COUNT(of) (sizeof(of) / sizeof((of)[0]))

static struct mesh_server server, open_server;
static int map = -1; /* an array of one value, eight bytes */
static int events = -1;
static int router = -1; /* the mesh's program, attached */

/* Behind those that are attached. */
static bool attach_router(void)
{
	router = bpf_raw_tracepoint_open("kmesh_request", bpf_program__fd(mesh->progs.route));
	return router >= 0 || libbpf_log_fail("kmesh_request", errno);
}

static bool set_up(void)
{
	struct kmesh_verdict told;

	map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "hostile", 4, 8, 1, NULL);
	events = bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, "hostile", 4, 4, 1, NULL);
	if (map < 0 || events < 0)
		return ktap_fail("maps: %s", strerror(errno));
	if (!mesh_arming() || !attach_router() || !mesh_listen(&server, "server", MESH_HTTP) ||
	    !mesh_listen(&open_server, "open", MESH_HTTP))
		return false;
	told = mesh_to(&server);
	told.route = 4712;
	return mesh_serve(MESH_CLOSED, 0, 0) && mesh_serve(open_server.port, KMESH_ARM_F_OPEN, 0) &&
	       mesh_route("/a", mesh_to(&server)) && mesh_route("/told", told);
}

/* ---- load and attach ---- */

static int load_as(enum bpf_prog_type type, enum bpf_attach_type attach, const struct program *p)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach);

	return bpf_prog_load(type, "hostile", "Dual BSD/GPL", p->insns, p->count, &opts);
}

static int load(const struct program *p)
{
	return load_as(BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, p);
}

static bool is(const char *what, int result, int err)
{
	if (result >= 0)
		close(result);
	if (result < 0 && err == -result)
		return true;
	return ktap_fail("%s: %s", what, result < 0 ? strerror(-result) : "done");
}

static bool not_loaded(const struct program *p, size_t count, int err)
{
	bool ok = true;

	for (size_t i = 0; i < count; i++)
		ok = is(p[i].what, load(&p[i]), err) && ok;
	return ok;
}

/* Loads, and then attaching ends so: 0 or an errno. */
static bool attaches(const struct program *p, size_t count, int err)
{
	bool ok = true;

	for (size_t i = 0; i < count; i++) {
		int prog = load(&p[i]), link;

		if (prog < 0) {
			ok = ktap_fail("%s is not loaded: %s", p[i].what, strerror(-prog));
			continue;
		}
		link = bpf_raw_tracepoint_open("kmesh_request", prog);
		if (err)
			ok = is(p[i].what, link, err) && ok;
		else if (link < 0)
			ok = ktap_fail("%s: %s", p[i].what, strerror(-link));
		else
			close(link);
		close(prog);
	}
	return ok;
}

static bool inside(void)
{
	const struct program p[] = {
		PROGRAM("the last byte", REQUEST, STORE_IMM(BPF_B, 6, SIZE - 1, 1), DONE),
		PROGRAM("the last eight", REQUEST, LOAD(BPF_DW, 2, 6, SIZE - 8), DONE),
		PROGRAM("by way of an addition", REQUEST, ADD_IMM(6, SIZE), LOAD(BPF_B, 2, 6, -1), DONE),
	};

	return attaches(p, COUNT(p), 0);
}

static bool past_the_end(void)
{
	const struct program p[] = {
		PROGRAM("a byte written", REQUEST, STORE_IMM(BPF_B, 6, SIZE, 1), DONE),
		PROGRAM("a byte read", REQUEST, LOAD(BPF_B, 2, 6, SIZE), DONE),
		PROGRAM("half of it written", REQUEST, STORE_IMM(BPF_DW, 6, SIZE - 4, 1), DONE),
		PROGRAM("its last byte read", REQUEST, LOAD(BPF_DW, 2, 6, SIZE - 7), DONE),
		PROGRAM("far behind", REQUEST, STORE_IMM(BPF_DW, 6, 0x7ff8, 1), DONE),
		PROGRAM("further", REQUEST, ADD_IMM(6, 1 << 20), STORE_IMM(BPF_W, 6, 0, 1), DONE),
		PROGRAM("added to", REQUEST, SET(2, 1), INSN(BPF_STX | BPF_XADD | BPF_DW, 6, 2, SIZE, 0), DONE),
		PROGRAM("only on one way", REQUEST, LOAD(BPF_W, 2, 6, 0), INSN(BPF_JMP | BPF_JNE | BPF_K, 2, 0, 1, 77),
			STORE_IMM(BPF_B, 6, SIZE, 1), DONE),
		PROGRAM("an argument that there is not", LOAD(BPF_DW, 2, 1, 8), DONE),
	};

	return attaches(p, COUNT(p), EINVAL);
}

static bool before_the_start(void)
{
	const struct program p[] = {
		PROGRAM("a byte read", REQUEST, LOAD(BPF_B, 2, 6, -1), DONE),
		PROGRAM("eight written", REQUEST, STORE_IMM(BPF_DW, 6, -8, 1), DONE),
		PROGRAM("by way of an addition", REQUEST, ADD_IMM(6, -4), STORE_IMM(BPF_W, 6, 0, 1), DONE),
		PROGRAM("there and further back", REQUEST, ADD_IMM(6, 64), LOAD(BPF_DW, 2, 6, -72), DONE),
	};

	return not_loaded(p, COUNT(p), EACCES);
}

static bool at_a_variable_offset(void)
{
	const struct program p[] = {
		PROGRAM("read", REQUEST, LOAD(BPF_W, 2, 6, 0), ADD(6, 2), LOAD(BPF_B, 2, 6, 0), DONE),
		PROGRAM("written", REQUEST, LOAD(BPF_W, 2, 6, 0), ADD(6, 2), STORE_IMM(BPF_B, 6, 0, 1), DONE),
		PROGRAM("read within bounds", REQUEST, LOAD(BPF_W, 2, 6, 0), AND_IMM(2, 15), ADD(6, 2), LOAD(BPF_B, 2, 6, 0),
			DONE),
		PROGRAM("written within bounds", REQUEST, LOAD(BPF_W, 2, 6, 0), AND_IMM(2, 15), ADD(6, 2),
			STORE_IMM(BPF_B, 6, 0, 1), DONE),
	};

	return not_loaded(p, COUNT(p), EACCES);
}

static bool the_context(void)
{
	const struct program p[] = {
		PROGRAM("written", STORE_IMM(BPF_DW, 1, 0, 1), DONE),
		PROGRAM("written from a register", SET(2, 1), STORE(BPF_DW, 1, 0, 2), DONE),
		PROGRAM("half of the pointer", LOAD(BPF_W, 6, 1, 0), STORE_IMM(BPF_B, 6, 0, 1), DONE),
		PROGRAM("the other half, used", LOAD(BPF_W, 6, 1, 4), STORE_IMM(BPF_B, 6, 0, 1), DONE),
		PROGRAM("before it", LOAD(BPF_DW, 6, 1, -8), DONE),
		PROGRAM("far behind it", LOAD(BPF_DW, 6, 1, 96), DONE),
		PROGRAM("a number in its place", SET(6, 4096), STORE_IMM(BPF_B, 6, 0, 1), DONE),
	};

	return not_loaded(p, COUNT(p), EACCES);
}

/* r1 to r5 of a helper, one of them the request. */
static bool handed_to_helpers(void)
{
	const struct program p[] = {
		PROGRAM("a place to copy to", REQUEST, MOVE(1, 6), SET(2, 8), MOVE(3, 6), CALL(BPF_FUNC_probe_read_kernel),
			DONE),
		PROGRAM("a place for a name", REQUEST, MOVE(1, 6), SET(2, 16), CALL(BPF_FUNC_get_current_comm), DONE),
		PROGRAM("a key to look up", REQUEST, MAP(1, map), MOVE(2, 6), CALL(BPF_FUNC_map_lookup_elem), DONE),
		PROGRAM("a value to keep", REQUEST, STORE_IMM(BPF_W, 10, -4, 0), MAP(1, map), MOVE(2, 10), ADD_IMM(2, -4),
			MOVE(3, 6), SET(4, 0), CALL(BPF_FUNC_map_update_elem), DONE),
		PROGRAM("an event's data", MOVE(7, 1), REQUEST, MOVE(1, 7), MAP(2, events), SET(3, 0), MOVE(4, 6), SET(5, SIZE),
			CALL(BPF_FUNC_perf_event_output), DONE),
		PROGRAM("a map", REQUEST, MOVE(1, 6), MOVE(2, 10), ADD_IMM(2, -4), STORE_IMM(BPF_W, 10, -4, 0),
			CALL(BPF_FUNC_map_lookup_elem), DONE),
	};

	return not_loaded(p, COUNT(p), EACCES);
}

static bool helpers_of_others(void)
{
	const struct program p[] = {
		PROGRAM("setsockopt", MOVE(6, 1), STORE_IMM(BPF_DW, 10, -8, 0), MOVE(1, 6), SET(2, 6), SET(3, 31), MOVE(4, 10),
			ADD_IMM(4, -8), SET(5, 8), CALL(BPF_FUNC_setsockopt), DONE),
		PROGRAM("override_return", SET(2, 0), CALL(BPF_FUNC_override_return), DONE),
		PROGRAM("skb_store_bytes", SET(2, 0), STORE_IMM(BPF_DW, 10, -8, 0), MOVE(3, 10), ADD_IMM(3, -8), SET(4, 8),
			SET(5, 0), CALL(BPF_FUNC_skb_store_bytes), DONE),
		PROGRAM("one that there is not", CALL(100000), DONE),
	};

	return not_loaded(p, COUNT(p), EINVAL);
}

/* ---- connect programs ---- */

static int load_connect(const struct program *p)
{
	return load_as(BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, p);
}

/* bpf_setsockopt(R1, SOL_TCP, TCP_ULP, "kmesh", 6), with the context in r7. */
#define ARM(...)                                                                                          \
	MOVE(7, 1), STORE_IMM(BPF_W, 10, -8, 0x73656d6b), STORE_IMM(BPF_W, 10, -4, 0x68), __VA_ARGS__,    \
		SET(2, 6), SET(3, 31), MOVE(4, 10), ADD_IMM(4, -8), SET(5, 6), CALL(BPF_FUNC_setsockopt), \
		SET(0, 1), EXIT

static bool wrong_contexts(void)
{
	const struct program good = PROGRAM("the context", ARM(MOVE(1, 7)));
	const struct program p[] = {
		PROGRAM("the stack", ARM(MOVE(1, 10), ADD_IMM(1, -8))),
		PROGRAM("a map", ARM(MAP(1, map))),
		PROGRAM("a number", ARM(SET(1, 4096))),
		PROGRAM("behind the context", ARM(MOVE(1, 7), ADD_IMM(1, 8))),
		PROGRAM("the socket", ARM(LOAD(BPF_DW, 1, 7, offsetof(struct bpf_sock_addr, sk)))),
	};
	int fd = load_connect(&good);
	bool ok = fd >= 0 || ktap_fail("the right one is not loaded: %s", strerror(-fd));

	close(fd);
	for (size_t i = 0; i < COUNT(p); i++)
		ok = is(p[i].what, load_connect(&p[i]), EACCES) && ok;
	return ok;
}

/* Effective and permitted; what is not named is gone. */
static bool keep_capabilities(unsigned long long caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
		{ .effective = caps >> 32, .permitted = caps >> 32 },
	};

	return !syscall(SYS_capset, &header, data) || ktap_fail("capset: %s", strerror(errno));
}

static bool with_capabilities(unsigned long long caps, bool (*run)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		bool ok = keep_capabilities(caps) && run();

		fflush(stdout);
		_exit(!ok);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

/* Without CAP_PERFMON a connect program may not give an address away. */
static bool leaks(void)
{
	const struct program good = PROGRAM("nothing", SET(0, 1), EXIT);
	const struct program p[] = {
		PROGRAM("into a map", MOVE(6, 1), STORE_IMM(BPF_W, 10, -4, 0), MAP(1, map), MOVE(2, 10), ADD_IMM(2, -4),
			CALL(BPF_FUNC_map_lookup_elem), INSN(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1, 0), STORE(BPF_DW, 0, 0, 6),
			SET(0, 1), EXIT),
		PROGRAM("as the result", MOVE(0, 1), EXIT),
		PROGRAM("into the address", STORE(BPF_W, 1, offsetof(struct bpf_sock_addr, user_ip4), 10), SET(0, 1), EXIT),
		PROGRAM("bit by bit", MOVE(6, 10), SET(0, 1), INSN(BPF_JMP | BPF_JGT | BPF_K, 6, 0, 1, 4096), SET(0, 0), EXIT),
	};
	const struct program writable = PROGRAM("writable", REQUEST, STORE_IMM(BPF_W, 6, 0, 1), DONE);
	int fd = load_connect(&good);
	bool ok = fd >= 0 || ktap_fail("the right one is not loaded: %s", strerror(-fd));

	close(fd);
	for (size_t i = 0; i < COUNT(p); i++)
		ok = is(p[i].what, load_connect(&p[i]), EACCES) && ok;
	return is("a program on the tracepoint", load(&writable), EPERM) && ok;
}

static bool addresses_are_not_leaked(void)
{
	return with_capabilities(1ull << CAP_BPF | 1ull << CAP_NET_ADMIN, leaks);
}

/* With both, tracing programs load; they may read, and still not write. */
static bool writes_elsewhere(void)
{
	const struct program good = PROGRAM("nothing", DONE);
	const struct program p =
		PROGRAM("probe_write_user", STORE_IMM(BPF_DW, 10, -8, 0), SET(1, 4096), MOVE(2, 10), ADD_IMM(2, -8), SET(3, 8),
			CALL(BPF_FUNC_probe_write_user), DONE);
	int fd = load(&good);
	bool ok = fd >= 0 || ktap_fail("the right one is not loaded: %s", strerror(-fd));

	close(fd);
	return is(p.what, load(&p), EINVAL) && ok;
}

static bool memory_is_not_written(void)
{
	return with_capabilities(1ull << CAP_BPF | 1ull << CAP_PERFMON, writes_elsewhere);
}

static bool nothing_loads(void)
{
	const struct program p = PROGRAM("nothing", SET(0, 1), EXIT);

	return is("raw_tp.w", load(&p), EPERM) && is("connect4", load_connect(&p), EPERM) &&
	       is("raw_tp", load_as(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &p), EPERM) &&
	       is("sockops", load_as(BPF_PROG_TYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS, &p), EPERM) &&
	       is("setsockopt", load_as(BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT, &p), EPERM);
}

static bool nothing_loads_without(void)
{
	return with_capabilities(0, nothing_loads) && with_capabilities(1ull << CAP_NET_ADMIN, nothing_loads);
}

/* ---- arming from elsewhere ---- */

static bool attach(struct bpf_program *prog)
{
	int cgroup = open(getenv("CGROUP2") ?: "/sys/fs/cgroup", O_RDONLY | O_CLOEXEC);
	bool ok = mesh_attach(prog, cgroup, bpf_program__name(prog));

	close(cgroup);
	return ok;
}

static bool only_connect_programs_arm(void)
{
	struct hostile_bpf *h = hostile_bpf__open_and_load();
	struct sockaddr_in plain = mesh_vip(server.port);
	long armed = mesh_count("armed");
	char value[8] = { 1 };
	int fd, err;
	bool ok;

	if (!h)
		return libbpf_log_fail("hostile programs", errno);
	ok = attach(h->progs.arm_by_sockops) && attach(h->progs.arm_by_rewriting) && attach(h->progs.arm_datagrams);
	fd = mesh_socket(AF_INET, 0);
	ok = ok && (!connect(fd, (struct sockaddr *)&plain, sizeof(plain)) || ktap_fail("connect: %s", strerror(errno)));
	ok = ok && (h->data->sockops_error < 0 || ktap_fail("sockops: %d", h->data->sockops_error));
	close(fd);
	fd = mesh_socket(AF_INET, 0);
	err = setsockopt(fd, SOL_TCP, TCP_NODELAY, value, sizeof(value)) ? errno : 0;
	ok = ok && ((err == (mesh_has_call() ? ENOENT : EPERM) && h->bss->rewritten == 1) ||
		    ktap_fail("setsockopt that was rewritten (%u): %s", h->bss->rewritten, strerror(err)));
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ok = ok && (!connect(fd, (struct sockaddr *)&plain, sizeof(plain)) || ktap_fail("connect: %s", strerror(errno)));
	ok = ok && (h->data->datagram_error < 0 || ktap_fail("a datagram socket: %d", h->data->datagram_error));
	close(fd);
	ok = ok && (mesh_count("armed") == armed || ktap_fail("a socket was armed"));
	/* and where the kernel asks how to treat a connection */
	h->data->sockops_error = 1;
	fd = mesh_connect(MESH_CLOSED, 0);
	ok = ok && fd >= 0 && (h->data->sockops_error < 0 || ktap_fail("treatment: %d", h->data->sockops_error)) &&
	     mesh_say(fd, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n") && mesh_hear(fd, "server");
	close(fd);
	hostile_bpf__destroy(h);
	return ok;
}

/* ---- programs that overwrite ---- */

#define TOLD "GET /told HTTP/1.1\r\nHost: x\r\n\r\n"

/* All bytes from there to the end, set; attached behind those that are. Gives the link. */
static int overwrite_from(int start)
{
	static struct bpf_insn insns[SIZE / 8 + 8];
	struct program p = { "overwrites", insns, 0 };
	int prog, link;

	insns[p.count++] = (struct bpf_insn)REQUEST;
	for (int at = start; at < SIZE; at += 8)
		insns[p.count++] = (struct bpf_insn)STORE_IMM(BPF_DW, 6, at, -1);
	insns[p.count++] = (struct bpf_insn)SET(0, 0);
	insns[p.count++] = (struct bpf_insn)EXIT;
	prog = load(&p);
	link = prog < 0 ? prog : bpf_raw_tracepoint_open("kmesh_request", prog);
	if (link < 0)
		ktap_fail("a program that overwrites: %s", strerror(-link));
	close(prog);
	return link;
}

static bool is_told(void)
{
	static char text[65536];
	int fd = open("/proc/kmesh/recent", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	const char *last = NULL;

	close(fd);
	for (char *p = text; n > 0 && (p = strstr(p, "redirect by=verdict head=http asked=127.0.0.1:7000")); p++)
		last = p;
	return (last && strstr(last, " route=4712 ") && !strstr(last, "cgroup=18446744073709551615")) ||
	       ktap_fail("recent: %s", last ? last : "nothing of it");
}

static bool inputs_overwritten(void)
{
	long http = mesh_count("not_http"), denied = mesh_count("denied"), routed = mesh_count("routed");
	int link = overwrite_from(offsetof(struct kmesh_request, in));
	const struct mesh_seen *seen = &mesh->bss->seen;
	bool ok = link >= 0;

	for (int i = 0; ok && i < 3; i++) {
		ok = mesh_ask(MESH_CLOSED, TOLD, "server") &&
		     (!strcmp(server.got, TOLD) || ktap_fail("sent was %s", server.got)) && is_told();
		/* shown first, and before it overwritten in the request of the one before */
		ok = ok && ((!strcmp(seen->path, "/told") && !strcmp(seen->host, "x") && !strcmp(seen->method, "GET") &&
			     seen->bytes_len == strlen(TOLD) && seen->port == MESH_CLOSED && seen->family == AF_INET &&
			     seen->state == KMESH_HEAD_HTTP && seen->count == 1 && seen->head_len == strlen(TOLD)) ||
			    ktap_fail("the next one saw %s", seen->path));
	}
	if (link >= 0)
		close(link);
	return ok && ((mesh_count("not_http") == http && mesh_count("denied") == denied &&
		       mesh_count("routed") == routed + 3) ||
		      ktap_fail("counted otherwise"));
}

static bool all_overwritten(void)
{
	long refused = mesh_count("by_refused");
	int link = overwrite_from(0), fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = link >= 0 && fd >= 0 && mesh_refused(fd, TOLD, EACCES) &&
		  mesh_ask(open_server.port, TOLD, "open") &&
		  (!strcmp(open_server.got, TOLD) || ktap_fail("sent was %s", open_server.got));

	close(fd);
	if (link >= 0)
		close(link);
	return ok && (mesh_count("by_refused") == refused + 2 || ktap_fail("it was not refused"));
}

/* One that runs before the router spoils what that sees: the policy decides. */
static bool overwritten_before_the_router(void)
{
	int first, fd = mesh_connect(MESH_CLOSED, 0);
	bool ok;

	close(router);
	first = overwrite_from(offsetof(struct kmesh_request, in));
	ok = attach_router() && first >= 0 && fd >= 0 && mesh_refused(fd, TOLD, EACCES);
	close(fd);
	ok = ok && (mesh->bss->seen.state != KMESH_HEAD_HTTP || ktap_fail("it saw the request as it was"));
	if (first >= 0)
		close(first);
	return ok && mesh_ask(MESH_CLOSED, TOLD, "server");
}

/* Attached programs hold the module: it does not go under them. */
static bool not_unloaded_under_a_program(void)
{
	int err = syscall(SYS_delete_module, "kmesh", O_NONBLOCK) ? errno : 0;

	return err == EAGAIN || err == EBUSY || ktap_fail("delete_module: %s", strerror(err));
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "the mesh is up", set_up },
		{ "inside of the struct: attaches", inside },
		{ "past its end: refused at attach", past_the_end },
		{ "before its start: refused at load", before_the_start },
		{ "at a variable offset: refused at load", at_a_variable_offset },
		{ "the context is not written, nor read in part", the_context },
		{ "the struct is not handed to helpers", handed_to_helpers },
		{ "helpers of other programs are not there", helpers_of_others },
		{ "arming takes the context and nothing else", wrong_contexts },
		{ "connect programs do not leak addresses", addresses_are_not_leaked },
		{ "CAP_BPF and CAP_PERFMON do not write memory", memory_is_not_written },
		{ "without CAP_BPF nothing loads", nothing_loads_without },
		{ "only connect programs arm, and streams only", only_connect_programs_arm },
		{ "all inputs overwritten: without effect", inputs_overwritten },
		{ "all of it overwritten: refused, policy decides", all_overwritten },
		{ "overwritten before the router: policy decides", overwritten_before_the_router },
		{ "the module stays under an attached program", not_unloaded_under_a_program },
		{ "the counters add up", mesh_counters_add_up },
	};

	return ktap_run_after_first(cases, COUNT(cases));
}
