// SPDX-License-Identifier: Apache-2.0
/*
 * Proof of connect-ulp: programs of the connect hooks arm a socket, and
 * nobody else does.
 */
#define _GNU_SOURCE
#include "mesh.h"

static bool programs_attach(void)
{
	return mesh_arming() && mesh_serve(MESH_CLOSED, 0, 0);
}

static bool arms(int family, const void *to, socklen_t len)
{
	int fd = mesh_socket(family, 0);
	__u32 before = mesh->bss->arms;
	long armed = mesh_count("armed");
	int err = connect(fd, to, len) ? errno : 0;

	close(fd);
	if (err)
		return ktap_fail("connect: %s", strerror(err));
	if (mesh->bss->arms != before + 1 || mesh->data->last_arm)
		return ktap_fail("arming gave %d", mesh->data->last_arm);
	return mesh_count("armed") == armed + 1 || ktap_fail("it is not counted");
}

static bool connect4_arms(void)
{
	struct sockaddr_in to = mesh_vip(MESH_CLOSED);

	return arms(AF_INET, &to, sizeof(to));
}

static struct sockaddr_in6 vip6(unsigned int port)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};

	return to;
}

static bool connect6_arms(void)
{
	struct sockaddr_in6 to = vip6(MESH_CLOSED);

	return arms(AF_INET6, &to, sizeof(to));
}

static bool mapped_arms(void)
{
	struct sockaddr_in6 to = vip6(MESH_CLOSED);

	to.sin6_addr = (struct in6_addr){ .s6_addr = { [10] = 0xff, 0xff, 127, 0, 0, 1 } };
	return arms(AF_INET6, &to, sizeof(to));
}

static bool others_do_not(void)
{
	struct sockaddr_in to = mesh_vip(MESH_CLOSED + 99);
	int fd = mesh_socket(AF_INET, 0);
	__u32 before = mesh->bss->arms;
	int err = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;

	close(fd);
	return (err == ECONNREFUSED && mesh->bss->arms == before) ||
	       ktap_fail("connect: %s", strerror(err));
}

static bool datagrams_do_not(void)
{
	struct sockaddr_in to = mesh_vip(MESH_CLOSED);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	__u32 before = mesh->bss->arms;
	int err = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;

	close(fd);
	return (!err && mesh->bss->arms == before) || ktap_fail("connect: %s", strerror(err));
}

static bool what_arming_refuses(void)
{
	int fd = mesh_connect(MESH_CLOSED, 0);

	close(fd);
	if (mesh->data->second_arm != -EALREADY)
		return ktap_fail("a second time gave %d", mesh->data->second_arm);
	/* a name nobody registered; or a flag nobody knows */
	return mesh->data->unknown == (mesh_has_call() ? -EINVAL : -ENOENT) ||
	       ktap_fail("what is not known gave %d", mesh->data->unknown);
}

/* The application's own protocol does not take its place. */
static bool the_slot_is_taken(void)
{
	int fd = mesh_connect(MESH_CLOSED, 0);
	int err;

	if (fd < 0)
		return false;
	err = setsockopt(fd, SOL_TCP, TCP_ULP, "kmesh", 5) ? errno : 0;
	close(fd);
	return err == EACCES || err == EPERM || err == EEXIST ||
	       ktap_fail("setsockopt: %s", strerror(err));
}

static bool a_process_cannot(void)
{
	static const char *const names[] = { KMESH_ULP_CLOSED, KMESH_ULP_OPEN };
	bool by_call = mesh_has_call();

	for (int i = 0; i < 2; i++) {
		int fd = mesh_socket(AF_INET, 0);
		int err = setsockopt(fd, SOL_TCP, TCP_ULP, names[i], strlen(names[i])) ? errno : 0;

		close(fd);
		/* where a call arms, no name is known */
		if (err != (by_call ? ENOENT : EPERM))
			return ktap_fail("setsockopt: %s", strerror(err));
	}
	return true;
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "the connect programs load and attach", programs_attach },
		{ "connect4 arms", connect4_arms },
		{ "connect6 arms", connect6_arms },
		{ "connect6 to an IPv4 address arms", mapped_arms },
		{ "a connect that no program means is a plain one", others_do_not },
		{ "a datagram socket is not armed", datagrams_do_not },
		{ "arming refuses what it must", what_arming_refuses },
		{ "an armed socket's slot is taken", the_slot_is_taken },
		{ "a process cannot arm, not even root", a_process_cannot },
	};

	if (!mesh_present())
		return ktap_skip_all("kmesh.ko is not loaded");
	return ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
}
