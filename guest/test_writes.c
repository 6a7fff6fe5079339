// SPDX-License-Identifier: Apache-2.0
/* The ways to write the first bytes of an armed socket. */
#define _GNU_SOURCE
#include <time.h>

#include <linux/aio_abi.h>
#include <linux/errqueue.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "alike.h"

static struct mesh_server other;

static bool set_up(void)
{
	return alike_set_up() && mesh_listen(&other, "other", MESH_HTTP);
}

static bool byte_by_byte(unsigned int port)
{
	static char head[] = HEAD;
	struct iovec iov[sizeof(head)];
	int fd = mesh_connect(port, 0);

	for (ssize_t i = 0; i < LEN; i++)
		iov[i] = (struct iovec){ head + i, 1 };
	return fd >= 0 && is("writev", writev(fd, iov, LEN), LEN) && answered(fd);
}

static bool vectors(void)
{
	return on_both(byte_by_byte);
}

static bool messages(unsigned int port)
{
	static char head[] = HEAD;
	struct iovec iov[2] = { { head, 10 }, { head + 10, strlen(HEAD) - 10 } };
	struct mmsghdr msgs[2] = { { .msg_hdr = { .msg_iov = &iov[0], .msg_iovlen = 1 } },
				   { .msg_hdr = { .msg_iov = &iov[1], .msg_iovlen = 1 } } };
	int fd = mesh_connect(port, 0);

	return fd >= 0 && is("sendmmsg", sendmmsg(fd, msgs, 2, 0), 2) && is("first", msgs[0].msg_len, 10) &&
	       is("second", msgs[1].msg_len, LEN - 10) && answered(fd);
}

static bool two_messages(void)
{
	return on_both(messages);
}

/* A connected socket does not care for the address. */
static bool address_ignored(unsigned int port)
{
	struct sockaddr_in to = mesh_vip(other.port);
	int fd = mesh_connect(port, 0);

	return fd >= 0 && is("sendto", sendto(fd, HEAD, LEN, 0, (struct sockaddr *)&to, sizeof(to)), LEN) && answered(fd);
}

static bool send_to(void)
{
	return on_both(address_ignored);
}

static bool aio(unsigned int port)
{
	aio_context_t ctx = 0;
	int fd = mesh_connect(port, 0);
	struct iocb cb = { .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = fd, .aio_buf = (unsigned long)HEAD, .aio_nbytes = LEN };
	struct iocb *list[] = { &cb };
	struct io_event event = {};
	struct timespec limit = { .tv_sec = 3 };
	bool ok = fd >= 0 && !syscall(SYS_io_setup, 1, &ctx) && syscall(SYS_io_submit, ctx, 1, list) == 1 &&
		  syscall(SYS_io_getevents, ctx, 1, 1, &event, &limit) == 1;

	ok = (ok || ktap_fail("aio: %s", strerror(errno))) && is("PWRITE", event.res, LEN);
	syscall(SYS_io_destroy, ctx);
	return ok && answered(fd);
}

static bool by_aio(void)
{
	return on_both(aio);
}

/* Waits for POLLOUT where the call would block, and does it again. */
static bool until_done(int fd, ssize_t (*once)(int fd))
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	ssize_t done = 0, n;

	while (done < LEN) {
		n = once(fd);
		if (n < 0 && errno != EAGAIN)
			return ktap_fail("%s", strerror(errno));
		done += n > 0 ? n : 0;
		if (n < 0 && poll(&p, 1, 3000) != 1)
			return ktap_fail("never writable");
	}
	fcntl(fd, F_SETFL, 0);
	return true;
}

static int source; /* a file, or a pipe, with the head */

static ssize_t sendfile_once(int fd)
{
	return sendfile(fd, source, NULL, LEN);
}

static bool file_nonblocking(unsigned int port)
{
	int fd = mesh_connect(port, 0);
	bool ok;

	source = memfd_create("head", MFD_CLOEXEC);
	ok = fd >= 0 && write(source, HEAD, LEN) == LEN && !lseek(source, 0, SEEK_SET) && !fcntl(fd, F_SETFL, O_NONBLOCK) &&
	     until_done(fd, sendfile_once) && is("offset", lseek(source, 0, SEEK_CUR), LEN);
	close(source);
	return ok && answered(fd);
}

static bool by_sendfile(void)
{
	return on_both(file_nonblocking);
}

static ssize_t splice_once(int fd)
{
	return splice(source, NULL, fd, NULL, LEN, SPLICE_F_NONBLOCK);
}

static bool pipe_nonblocking(unsigned int port)
{
	int fd = mesh_connect(port, 0), p[2];
	bool ok = fd >= 0 && !pipe2(p, O_CLOEXEC) && write(p[1], HEAD, 9) == 9 && write(p[1], &HEAD[9], LEN - 9) == LEN - 9;

	source = p[0];
	ok = ok && !fcntl(fd, F_SETFL, O_NONBLOCK) && until_done(fd, splice_once);
	close(p[0]);
	close(p[1]);
	return ok && answered(fd);
}

static bool by_splice(void)
{
	return on_both(pipe_nonblocking);
}

/* ---- MSG_ZEROCOPY ---- */

/* The completions of sends 0 to last, each once, in whatever ranges. */
static bool completed(int fd, unsigned int last)
{
	unsigned int seen = 0;

	for (int ms = 0; ms < 3000 && seen <= last; ms++) {
		char control[128];
		struct msghdr msg = { .msg_control = control, .msg_controllen = sizeof(control) };
		struct cmsghdr *c;

		if (recvmsg(fd, &msg, MSG_ERRQUEUE) < 0) {
			if (errno != EAGAIN)
				return ktap_fail("MSG_ERRQUEUE: %s", strerror(errno));
			usleep(1000);
			continue;
		}
		for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
			struct sock_extended_err e;

			memcpy(&e, CMSG_DATA(c), sizeof(e));
			if (e.ee_origin != SO_EE_ORIGIN_ZEROCOPY || e.ee_info != seen || e.ee_data < e.ee_info)
				return ktap_fail("completion %u to %u after %u", e.ee_info, e.ee_data, seen);
			seen = e.ee_data + 1;
		}
	}
	return is("completions", seen, last + 1);
}

static int zerocopy_socket(unsigned int port)
{
	int fd = mesh_connect(port, 0), one = 1;

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)))
		ktap_fail("SO_ZEROCOPY: %s", strerror(errno));
	return fd;
}

static bool zerocopy_at_once(unsigned int port)
{
	int fd = zerocopy_socket(port);

	return fd >= 0 && is("send", send(fd, HEAD, LEN, MSG_ZEROCOPY), LEN) && completed(fd, 0) && answered(fd);
}

static bool zerocopy_in_pieces(unsigned int port)
{
	int fd = zerocopy_socket(port);

	return fd >= 0 && is("first", send(fd, HEAD, 7, MSG_ZEROCOPY), 7) &&
	       is("second", send(fd, &HEAD[7], 3, MSG_ZEROCOPY), 3) &&
	       is("third", send(fd, &HEAD[10], LEN - 10, MSG_ZEROCOPY), LEN - 10) && completed(fd, 2) && answered(fd);
}

/* More than is held: the rest is the kernel's own zero copy. */
static bool zerocopy_of_much(unsigned int port)
{
	static char body[60000] = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n";
	int fd = zerocopy_socket(port);
	bool ok = fd >= 0 && is("send", send(fd, body, sizeof(body), MSG_ZEROCOPY), sizeof(body)) && completed(fd, 0) &&
		  mesh_hear(fd, "server");

	for (int i = 0; ok && i < 300 && server.got_len < sizeof(body); i++)
		usleep(10000);
	ok = ok && (!memcmp(server.got, body, server.got_len) || ktap_fail("other bytes"));
	close(fd);
	return ok && is("got", server.got_len, sizeof(body));
}

static bool zerocopy(void)
{
	return on_both(zerocopy_at_once) && on_both(zerocopy_in_pieces) && on_both(zerocopy_of_much);
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "the mesh is up", set_up },
		{ "writev, a byte each", vectors },
		{ "sendmmsg", two_messages },
		{ "sendto with an address", send_to },
		{ "io_submit", by_aio },
		{ "sendfile without blocking", by_sendfile },
		{ "splice without blocking", by_splice },
		{ "MSG_ZEROCOPY completes each send", zerocopy },
		{ "the counters add up", mesh_counters_add_up },
	};

	return ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
}
