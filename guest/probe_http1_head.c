// SPDX-License-Identifier: Apache-2.0
/* Proof of http1-head: what a program on the tracepoint sees of a request. */
#define _GNU_SOURCE
#include "mesh.h"

static struct mesh_server server;

static bool set_up(void)
{
	struct kmesh_verdict to;

	if (!mesh_up() || !mesh_listen(&server, "server", MESH_HTTP))
		return false;
	to = mesh_to(&server);
	mesh->bss->match = MESH_BY_PATH;
	return mesh_serve(MESH_CLOSED, 0, 0) && mesh_route("/shop/cart", to);
}

static bool is_text(const char *what, const char *is, const char *want)
{
	return !strcmp(is, want) || ktap_fail("%s is %s, not %s", what, is, want);
}

static bool is_number(const char *what, unsigned long is, unsigned long want)
{
	return is == want || ktap_fail("%s is %lu, not %lu", what, is, want);
}

#define REQUEST                                                               \
	"POST /shop/cart?id=7 HTTP/1.1\r\nHost: Shop.Example:8080\r\n"        \
	"X-User:  eve \r\nContent-Length: 4\r\n\r\nbody"

static bool as_parsed(void)
{
	const struct mesh_seen *seen = &mesh->bss->seen;

	return is_number("state", seen->state, KMESH_HEAD_HTTP) &&
	       is_text("method", seen->method, "POST") &&
	       is_text("path", seen->path, "/shop/cart") &&
	       is_text("host", seen->host, "shop.example") &&
	       is_text("the second field", seen->value, "eve") &&
	       is_number("fields", seen->count, 3) &&
	       is_number("head", seen->head_len, strlen(REQUEST) - 4) &&
	       is_number("port", seen->port, MESH_CLOSED) &&
	       is_number("family", seen->family, AF_INET);
}

static bool whole(void)
{
	return mesh_ask(MESH_CLOSED, REQUEST, "server") && as_parsed() &&
	       is_number("bytes", mesh->bss->seen.bytes_len, strlen(REQUEST));
}

static bool split_everywhere(void)
{
	for (size_t at = 1; at < strlen(REQUEST) - 4; at++) {
		int fd = mesh_connect(MESH_CLOSED, 0);
		bool ok = fd >= 0 && send(fd, REQUEST, at, MSG_NOSIGNAL) == (ssize_t)at &&
			  mesh_say(fd, REQUEST + at) && mesh_hear(fd, "server") && as_parsed();

		if (fd >= 0)
			close(fd);
		if (!ok || strcmp(server.got, REQUEST))
			return ktap_fail("split at %zu, got %s", at, server.got);
	}
	return true;
}

static bool who_asks(void)
{
	unsigned long long cookie = 0;
	socklen_t len = sizeof(cookie);
	int fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = fd >= 0 && !getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len) &&
		  mesh_say(fd, REQUEST) && mesh_hear(fd, "server");

	close(fd);
	return ok && is_number("cookie", mesh->bss->seen.cookie, cookie) &&
	       (mesh->bss->seen.cgroup_id || ktap_fail("no cgroup"));
}

/* Not HTTP/1.x: the program is told so, and the service's policy denies. */
static bool not_http(const char *bytes, unsigned int reason)
{
	int fd = mesh_connect(MESH_CLOSED, 0);
	bool ok = fd >= 0 && mesh_refused(fd, bytes, EACCES);

	close(fd);
	return ok && is_number("state", mesh->bss->seen.state, KMESH_HEAD_OTHER) &&
	       is_number("reason", mesh->bss->seen.reason, reason);
}

static bool others(void)
{
	return not_http("\x16\x03\x01\x02", KMESH_REASON_METHOD) &&
	       not_http("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", KMESH_REASON_TARGET) &&
	       not_http("GET /shop/cart HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", KMESH_REASON_HOST) &&
	       not_http("GET /shop/cart HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", KMESH_REASON_NAME) &&
	       not_http("GET /shop/cart HTTP/1.1\nHost: a\n\n", KMESH_REASON_LINE_END);
}

static bool too_long(void)
{
	static char text[KMESH_HEAD_MAX + 100];

	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "GET /", 5);
	return not_http(text, KMESH_REASON_LENGTH);
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "the mesh is up", set_up },
		{ "a whole head", whole },
		{ "a head split at each byte", split_everywhere },
		{ "the cookie and the cgroup of who asks", who_asks },
		{ "what is not HTTP/1.x beyond doubt", others },
		{ "a head that is too long", too_long },
	};

	if (!mesh_present())
		return ktap_skip_all("kmesh.ko is not loaded");
	return ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
}
