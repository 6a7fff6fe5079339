// SPDX-License-Identifier: Apache-2.0
/*
 * Proof of bare-tracepoint-writable: a BPF program on the bare tracepoint
 * kmesh_request carries a verdict back to kmesh.ko. The first cases hold on
 * every kernel with the module, the later ones are the feature.
 */
#include <linux/types.h>

#include "diagnostic.h"
#include "kmesh_abi.h"
#include "libbpf_log.h"
#include "probe_bare_tracepoint_writable.skel.h"

#define TRACEPOINT "kmesh_request"

/* One connected socket for all cases; to is the address it asked for. */
static int sock = -1;
static struct sockaddr_in to;

/* ---- a program on the tracepoint ---- */

struct attached {
	struct probe_bare_tracepoint_writable_bpf *skel;
	struct bpf_link *link;
};

static void detach(struct attached *a)
{
	bpf_link__destroy(a->link);
	probe_bare_tracepoint_writable_bpf__destroy(a->skel);
}

static bool load(struct attached *a, const char *name)
{
	struct bpf_program *prog;
	int err;

	libbpf_log_keep();
	a->link = NULL;
	a->skel = probe_bare_tracepoint_writable_bpf__open();
	if (!a->skel)
		return libbpf_log_fail("open", errno);
	bpf_object__for_each_program(prog, a->skel->obj)
		bpf_program__set_autoload(prog, !strcmp(bpf_program__name(prog), name));
	err = probe_bare_tracepoint_writable_bpf__load(a->skel);
	if (!err)
		return true;
	detach(a);
	errno = -err;
	return libbpf_log_fail(name, errno);
}

/* errno tells why it could not be attached. */
static bool try_attach(struct attached *a, const char *name)
{
	struct bpf_program *prog;

	prog = bpf_object__find_program_by_name(a->skel->obj, name);
	a->link = bpf_program__attach_raw_tracepoint(prog, TRACEPOINT);
	return a->link != NULL;
}

static bool load_and_attach(struct attached *a, const char *name)
{
	if (!load(a, name))
		return false;
	if (try_attach(a, name))
		return true;
	libbpf_log_fail("attach to " TRACEPOINT, errno);
	detach(a);
	return false;
}

/* The inputs as they are, whatever a program does. */
static bool inputs_hold(const struct diag_answer *a)
{
	unsigned long long cookie = 0;
	socklen_t len = sizeof(cookie);

	getsockopt(sock, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	return diag_is_u64(a, "request.cookie", cookie) &&
	       diag_is_u64(a, "request.family", AF_INET) &&
	       diag_is_u64(a, "request.port", ntohs(to.sin_port));
}

/* ---- cases that hold on every kernel ---- */

static bool make_socket(void)
{
	unsigned long long cookie = 0;
	socklen_t len = sizeof(cookie);

	sock = diag_connected_socket(&to);
	/* the first to ask for a cookie makes it */
	return sock >= 0 &&
	       (!getsockopt(sock, SOL_SOCKET, SO_COOKIE, &cookie, &len) ||
		ktap_fail("SO_COOKIE: %s", strerror(errno)));
}

static bool no_verdict(void)
{
	struct diag_answer a;

	return diag_ask(sock, &a) && diag_is(&a, "request.fired", "1") &&
	       diag_is(&a, "request.altered", "0") &&
	       diag_is_u64(&a, "verdict.action", KMESH_ACTION_NONE) &&
	       diag_is(&a, "verdict.refused", "0") && inputs_hold(&a);
}

static bool writable_loads(void)
{
	struct attached at;

	if (!load(&at, "verdict"))
		return false;
	detach(&at);
	return true;
}

/* ---- the feature ---- */

static bool writable_attaches(void)
{
	struct attached at;

	if (!load_and_attach(&at, "verdict"))
		return false;
	detach(&at);
	return true;
}

static bool verdict_comes_back(void)
{
	struct attached at;
	struct kmesh_verdict *say;
	struct diag_answer a;
	bool ok;

	if (!load_and_attach(&at, "verdict"))
		return false;
	say = &at.skel->data->say;
	say->action = KMESH_ACTION_REDIRECT;
	say->family = AF_INET;
	say->port = htons(8080);
	say->addr[0] = htonl(0xc0000207);
	ok = diag_ask(sock, &a) && diag_is(&a, "request.fired", "1") &&
	     diag_is(&a, "request.altered", "0") &&
	     diag_is_u64(&a, "verdict.action", KMESH_ACTION_REDIRECT) &&
	     diag_is_u64(&a, "verdict.family", AF_INET) &&
	     diag_is(&a, "verdict.port", "8080") &&
	     diag_is(&a, "verdict.addr", "192.0.2.7");

	memset(say, 0, sizeof(*say));
	say->action = KMESH_ACTION_REDIRECT;
	say->family = AF_INET6;
	say->port = htons(443);
	say->addr[0] = htonl(0x20010db8);
	say->addr[3] = htonl(7);
	ok = ok && diag_ask(sock, &a) &&
	     diag_is_u64(&a, "verdict.family", AF_INET6) &&
	     diag_is(&a, "verdict.port", "443") &&
	     diag_is(&a, "verdict.addr", "2001:db8::7");
	detach(&at);
	return ok;
}

static bool inputs_are_seen(void)
{
	struct probe_bare_tracepoint_writable_bpf__bss *seen;
	struct attached at;
	struct diag_answer a;
	bool ok;

	if (!load_and_attach(&at, "verdict"))
		return false;
	seen = at.skel->bss;
	ok = diag_ask(sock, &a) && inputs_hold(&a) &&
	     diag_is_u64(&a, "request.cookie", seen->seen_cookie) &&
	     diag_is_u64(&a, "request.cgroup_id", seen->seen_cgroup_id) &&
	     diag_is_u64(&a, "request.bytes_len", seen->seen_bytes_len);
	if (ok && (seen->runs != 1 || !seen->seen_cgroup_id || !seen->seen_cookie ||
		   seen->seen_family != AF_INET || seen->seen_port != to.sin_port ||
		   seen->seen_addr != to.sin_addr.s_addr ||
		   memcmp(seen->seen_bytes, "GET /probe HTTP/1.1\r\n", 21)))
		ok = ktap_fail("the program saw other inputs (%u runs)", seen->runs);
	detach(&at);
	return ok;
}

static bool forged_inputs_do_nothing(void)
{
	struct attached at;
	struct diag_answer a;
	bool ok;

	if (!load_and_attach(&at, "forge"))
		return false;
	/* told, not taken; and the verdict beside it still counts */
	ok = diag_ask(sock, &a) && diag_is(&a, "request.altered", "1") &&
	     inputs_hold(&a) &&
	     diag_is_u64(&a, "verdict.action", KMESH_ACTION_ORIGINAL);
	detach(&at);
	return ok;
}

static bool beyond_is_refused(void)
{
	struct attached at;
	bool attached;
	int err;

	if (!load(&at, "beyond"))
		return false;
	attached = try_attach(&at, "beyond");
	err = errno;
	detach(&at);
	if (attached)
		return ktap_fail("it was attached");
	return err == EINVAL || ktap_fail("refused with %s, not EINVAL", strerror(err));
}

static bool nonsense_is_refused(void)
{
	const struct kmesh_verdict nonsense[] = {
		{ .action = KMESH_ACTION_COUNT },
		{ .action = 0xffffffff },
		{ .action = KMESH_ACTION_REDIRECT, .family = AF_INET },
		{ .action = KMESH_ACTION_REDIRECT, .port = htons(80) },
		{ .action = KMESH_ACTION_REDIRECT, .family = AF_UNIX, .port = htons(80) },
		{ .action = KMESH_ACTION_REDIRECT, .family = AF_INET,
		  .port = htons(80), .addr = { 1, 1, 0, 0 } },
	};
	struct attached at;
	struct diag_answer a;
	bool ok = true;

	if (!load_and_attach(&at, "verdict"))
		return false;
	for (size_t i = 0; ok && i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		at.skel->data->say = nonsense[i];
		ok = diag_ask(sock, &a) && diag_is(&a, "verdict.refused", "1") &&
		     diag_is_u64(&a, "verdict.action", KMESH_ACTION_NONE);
		if (!ok)
			ktap_fail("verdict %zu", i);
	}
	detach(&at);
	return ok;
}

static const struct ktap_case cases[] = {
	{ "a connected socket", make_socket },
	{ "the tracepoint fires once and without a program there is no verdict", no_verdict },
	{ "a writable program loads", writable_loads },
	{ "a writable program attaches", writable_attaches },
	{ "its verdict comes back", verdict_comes_back },
	{ "it sees the inputs", inputs_are_seen },
	{ "what it writes into the inputs changes nothing", forged_inputs_do_nothing },
	{ "one that reaches past the end is refused at attach", beyond_is_refused },
	{ "a verdict that makes no sense is refused", nonsense_is_refused },
	{ "detached, there is no verdict again", no_verdict },
};

int main(void)
{
	if (!diag_present())
		return ktap_skip_all("kmesh.ko is not loaded");
	return ktap_run(cases, sizeof(cases) / sizeof(cases[0]));
}
