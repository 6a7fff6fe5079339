// SPDX-License-Identifier: Apache-2.0
/* Proof of route-verdict: the connection goes where a program says. */
#define _GNU_SOURCE
#include "mesh.h"

static struct mesh_server a, b;

static bool set_up(void)
{
	return mesh_up() && mesh_listen(&a, "server-a", MESH_HTTP) &&
	       mesh_listen(&b, "server-b", MESH_HTTP) && mesh_serve(MESH_CLOSED, 0, 0) &&
	       mesh_route("/a", mesh_to(&a)) && mesh_route("/b", mesh_to(&b));
}

static bool by_path(void)
{
	return mesh_ask(MESH_CLOSED, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "server-a") &&
	       mesh_ask(MESH_CLOSED, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n", "server-b");
}

static bool by_host(void)
{
	bool ok = mesh_route("a.test", mesh_to(&a)) && mesh_route("b.test", mesh_to(&b));

	mesh->bss->match = MESH_BY_HOST;
	ok = ok && mesh_ask(MESH_CLOSED, "GET / HTTP/1.1\r\nHost: A.test:80\r\n\r\n", "server-a") &&
	     mesh_ask(MESH_CLOSED, "GET / HTTP/1.1\r\nhost: b.TEST.\r\n\r\n", "server-b");
	mesh->bss->match = MESH_BY_PATH;
	return ok;
}

static bool by_field(void)
{
	bool ok = mesh_route("alice", mesh_to(&a)) && mesh_route("bob", mesh_to(&b));

	mesh->bss->match = MESH_BY_VALUE;
	ok = ok && mesh_ask(MESH_CLOSED, "GET / HTTP/1.1\r\nHost: x\r\nX-User: alice\r\n\r\n", "server-a") &&
	     mesh_ask(MESH_CLOSED, "GET / HTTP/1.1\r\nHost: x\r\nx-user:bob \r\n\r\n", "server-b");
	mesh->bss->match = MESH_BY_PATH;
	return ok;
}

static bool kept_alive(void)
{
	int fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = fd >= 0 && mesh_say(fd, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n") && mesh_hear(fd, "server-a") &&
		  mesh_say(fd, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n") && mesh_hear(fd, "server-a");

	close(fd);
	return ok;
}

static bool to_ipv6(void)
{
	struct kmesh_verdict six = {
		.action = KMESH_ACTION_REDIRECT,
		.family = AF_INET6,
		.port = htons(b.port),
		.addr = { 0, 0, 0, htonl(1) },
	};
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(MESH_CLOSED),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	int fd = mesh_socket(AF_INET6, 0);
	bool ok = mesh_route("/six", six) && (!connect(fd, (struct sockaddr *)&to, sizeof(to)) ||
					      ktap_fail("connect: %s", strerror(errno)));

	ok = ok && mesh_say(fd, "GET /six HTTP/1.1\r\nHost: x\r\n\r\n") && mesh_hear(fd, "server-b");
	close(fd);
	/* an IPv4 endpoint of an IPv6 socket */
	fd = mesh_socket(AF_INET6, 0);
	ok = ok && !connect(fd, (struct sockaddr *)&to, sizeof(to)) &&
	     mesh_say(fd, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n") && mesh_hear(fd, "server-a");
	close(fd);
	return ok;
}

static bool refused(const char *request, int err)
{
	int fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = fd >= 0 && mesh_refused(fd, request, err);

	close(fd);
	return ok;
}

static bool denied(void)
{
	struct kmesh_verdict deny = { .action = KMESH_ACTION_DENY };
	struct kmesh_verdict reset = { .action = KMESH_ACTION_DENY, .error = ECONNRESET };
	long count = mesh_count("denied");

	return mesh_route("/deny", deny) && mesh_route("/reset", reset) &&
	       refused("GET /deny HTTP/1.1\r\nHost: x\r\n\r\n", EACCES) &&
	       refused("GET /reset HTTP/1.1\r\nHost: x\r\n\r\n", ECONNRESET) &&
	       (mesh_count("denied") == count + 2 || ktap_fail("it is not counted"));
}

static bool connected_after_denial(void)
{
	struct sockaddr_in to = mesh_vip(MESH_CLOSED);
	int fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = fd >= 0 && mesh_refused(fd, "GET /deny HTTP/1.1\r\nHost: x\r\n\r\n", EACCES);

	ok = ok && (!connect(fd, (struct sockaddr *)&to, sizeof(to)) || ktap_fail("connect: %s", strerror(errno)));
	ok = ok && mesh_say(fd, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n") && mesh_hear(fd, "server-a");
	close(fd);
	return ok;
}

static bool original(void)
{
	struct kmesh_verdict back = { .action = KMESH_ACTION_ORIGINAL };

	return mesh_serve(b.port, 0, 0) && mesh_route("/back", back) &&
	       mesh_ask(b.port, "GET /back HTTP/1.1\r\nHost: x\r\n\r\n", "server-b") &&
	       mesh_serve(b.port, KMESH_ARM_F_OPEN, 0) &&
	       mesh_ask(b.port, "GET /no-route HTTP/1.1\r\nHost: x\r\n\r\n", "server-b") &&
	       mesh_ask(b.port, "whatever\r\n\r\n", "server-b");
}

static bool policy_without_a_verdict(void)
{
	bool ok;

	mesh->bss->mute = 1;
	ok = refused("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", EACCES) &&
	     mesh_ask(b.port, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "server-b");
	mesh->bss->mute = 0;
	return ok;
}

static bool verdicts_that_make_no_sense(void)
{
	struct kmesh_verdict unknown = { .action = KMESH_ACTION_COUNT };
	struct kmesh_verdict nowhere = { .action = KMESH_ACTION_REDIRECT, .family = AF_INET };
	struct kmesh_verdict six = {
		.action = KMESH_ACTION_REDIRECT, .family = AF_INET6, .port = htons(80), .addr = { 0, 0, 0, htonl(1) },
	};
	struct kmesh_verdict error = { .action = KMESH_ACTION_DENY, .error = 4096 };
	long count = mesh_count("by_refused");

	return mesh_route("/1", unknown) && mesh_route("/2", nowhere) && mesh_route("/3", six) &&
	       mesh_route("/4", error) &&
	       refused("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n", EACCES) &&
	       refused("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n", EACCES) &&
	       refused("GET /3 HTTP/1.1\r\nHost: x\r\n\r\n", EACCES) &&
	       refused("GET /4 HTTP/1.1\r\nHost: x\r\n\r\n", EACCES) &&
	       (mesh_count("by_refused") == count + 4 || ktap_fail("it is not counted"));
}

/* What a program writes into its inputs changes nothing of what is sent. */
static bool inputs_are_the_modules(void)
{
	const char *request = "GET /back HTTP/1.1\r\nHost: x\r\n\r\n";
	bool ok;

	mesh->bss->forge = 1;
	ok = mesh_ask(b.port, request, "server-b") && (!strcmp(b.got, request) || ktap_fail("got %s", b.got));
	mesh->bss->forge = 0;
	return ok;
}

static bool recent_tells(void)
{
	static char text[65536];
	struct kmesh_verdict v = mesh_to(&a);
	int fd;
	ssize_t n;

	v.route = 4711;
	if (!mesh_route("/told", v) || !mesh_ask(MESH_CLOSED, "GET /told HTTP/1.1\r\nHost: x\r\n\r\n", "server-a"))
		return false;
	fd = open("/proc/kmesh/recent", O_RDONLY | O_CLOEXEC);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	return (n > 0 && strstr(text, "route=4711") && strstr(text, "redirect by=verdict head=http asked=127.0.0.1:7000")) ||
	       ktap_fail("recent: %zd", n);
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "the mesh is up", set_up },
		{ "paths reach different servers", by_path },
		{ "hosts reach different servers", by_host },
		{ "a field reaches different servers", by_field },
		{ "a connection that is kept stays where it is", kept_alive },
		{ "IPv6, and IPv4 from an IPv6 socket", to_ipv6 },
		{ "denied, with the error that the program says", denied },
		{ "a denied socket connects again", connected_after_denial },
		{ "the address asked for", original },
		{ "no verdict: the service's policy", policy_without_a_verdict },
		{ "a verdict that makes no sense is none", verdicts_that_make_no_sense },
		{ "a program cannot change what is sent", inputs_are_the_modules },
		{ "the last decisions are told", recent_tells },
	};

	if (!mesh_present())
		return ktap_skip_all("kmesh.ko is not loaded");
	return ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
}
