/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program must not notice: the same is done on a socket that no program
 * means and on an armed one, and both must come out alike.
 */
#ifndef ALIKE_H
#define ALIKE_H

#include "mesh.h"

#define HEAD "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
#define LEN ((ssize_t)strlen(HEAD))

static struct mesh_server server;

static inline bool alike_set_up(void)
{
	return mesh_up() && mesh_listen(&server, "server", MESH_HTTP) && mesh_serve(MESH_CLOSED, 0, 0) &&
	       mesh_route("/a", mesh_to(&server));
}

/* A plain socket is connected to the server itself; an armed one is routed. */
static inline bool on_both(bool (*run)(unsigned int port))
{
	const unsigned int ports[] = { server.port, MESH_CLOSED };

	for (int i = 0; i < 2; i++) {
		long decided = mesh_count("decided");

		if (!run(ports[i]))
			return ktap_fail("on %s socket", i ? "an armed" : "a plain");
		if (mesh_count("decided") != decided + i)
			return ktap_fail("%ld decisions", mesh_count("decided") - decided);
	}
	return true;
}

static inline bool is(const char *what, ssize_t result, ssize_t want)
{
	return result == want || ktap_fail("%s: %zd (%s), not %zd", what, result, result < 0 ? strerror(errno) : "", want);
}

static inline bool answered(int fd)
{
	bool ok = mesh_hear(fd, "server") && (!strcmp(server.got, HEAD) || ktap_fail("got %s", server.got));

	close(fd);
	return ok;
}

#endif /* ALIKE_H */
