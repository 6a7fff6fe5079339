// SPDX-License-Identifier: Apache-2.0
/*
 * io_uring on armed sockets: each case does the same on a socket that no
 * program means and on an armed one, and both must come out alike.
 */
#define _GNU_SOURCE
#include <sys/uio.h>

#include "alike.h"
#include "uring.h"

static struct uring ring;
static char buf[4096];

static bool set_up(void)
{
	struct kmesh_verdict deny = { .action = KMESH_ACTION_DENY };
	struct kmesh_verdict nobody = {
		.action = KMESH_ACTION_REDIRECT, .family = AF_INET, .port = htons(9), .addr = { htonl(INADDR_LOOPBACK) },
	};

	return alike_set_up() && mesh_route("/deny", deny) && mesh_route("/nobody", nobody);
}

static bool (*ring_run)(unsigned int port);

static bool run_with_ring(unsigned int port)
{
	bool ok = uring_open(&ring) && ring_run(port);

	uring_close(&ring);
	return ok;
}

static bool alike(bool (*run)(unsigned int port))
{
	ring_run = run;
	return on_both(run_with_ring);
}

/*
 * Without time-outs: what a ring puts off to a thread interrupts its calls, and
 * those with a time-out are not restarted then.
 */
static int new_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int connected(unsigned int port)
{
	struct sockaddr_in to = mesh_vip(port);
	int fd = new_socket();

	if (!connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return fd;
	ktap_fail("connect: %s", strerror(errno));
	close(fd);
	return -1;
}

/* A completion's result: a number of bytes, or a negative errno. */
static bool came_to(const char *what, int result, int want)
{
	errno = result < 0 ? -result : 0;
	return is(what, result, want);
}

static struct io_uring_sqe *add_connect(int fd, const struct sockaddr_in *to)
{
	struct io_uring_sqe *sqe = uring_add(&ring, IORING_OP_CONNECT, fd, to, 0);

	sqe->off = sizeof(*to);
	return sqe;
}

/* ---- one after the other ---- */

static bool connect_and_send(unsigned int port)
{
	struct sockaddr_in to = mesh_vip(port);
	int fd = new_socket(), r[1] = {};

	add_connect(fd, &to);
	if (!uring_run(&ring, r) || !came_to("CONNECT", r[0], 0))
		return false;
	uring_add(&ring, IORING_OP_SEND, fd, HEAD, LEN);
	return uring_run(&ring, r) && came_to("SEND", r[0], LEN) && answered(fd);
}

static bool connects_and_sends(void)
{
	return alike(connect_and_send);
}

static bool linked(unsigned int port, int flags)
{
	struct sockaddr_in to = mesh_vip(port);
	int fd = new_socket(), r[3] = {};

	memset(buf, 0, sizeof(buf));
	add_connect(fd, &to)->flags = IOSQE_IO_LINK | flags;
	uring_add(&ring, IORING_OP_SEND, fd, HEAD, LEN)->flags = IOSQE_IO_LINK | flags;
	uring_add(&ring, IORING_OP_RECV, fd, buf, sizeof(buf) - 1)->flags = flags;
	if (!uring_run(&ring, r) || !came_to("CONNECT", r[0], 0) || !came_to("SEND", r[1], LEN))
		return false;
	close(fd);
	return (r[2] > 0 && strstr(buf, "server")) || ktap_fail("RECV: %d", r[2]);
}

static bool linked_inline(unsigned int port)
{
	return linked(port, 0);
}

static bool links(void)
{
	return alike(linked_inline);
}

/* In threads of the kernel's, which may wait. */
static bool linked_async(unsigned int port)
{
	return linked(port, IOSQE_ASYNC);
}

static bool links_in_workers(void)
{
	return alike(linked_async);
}

static bool send_nonblocking(unsigned int port)
{
	struct sockaddr_in to = mesh_vip(port);
	int fd = new_socket(), r[1] = {};
	bool ok = !connect(fd, (struct sockaddr *)&to, sizeof(to)) && !fcntl(fd, F_SETFL, O_NONBLOCK);

	uring_add(&ring, IORING_OP_SEND, fd, HEAD, LEN);
	ok = ok && uring_run(&ring, r) && came_to("SEND", r[0], LEN);
	fcntl(fd, F_SETFL, 0);
	return ok && answered(fd);
}

static bool sends_on_nonblocking(void)
{
	return alike(send_nonblocking);
}

/* ---- ways to write ---- */

/* One operation that writes the head to a connected socket. */
static bool write_by(unsigned int port, int op, const void *addr, unsigned int len, int flags)
{
	struct io_uring_sqe *sqe;
	int fd = connected(port), r[1] = {};

	sqe = uring_add(&ring, op, fd, addr, len);
	sqe->flags = flags;
	return fd >= 0 && uring_run(&ring, r) && came_to("write", r[0], LEN) && answered(fd);
}

static bool write_plain(unsigned int port)
{
	return write_by(port, IORING_OP_WRITE, HEAD, LEN, 0);
}

static bool writes(void)
{
	return alike(write_plain);
}

static struct iovec *three_pieces(void)
{
	static char head[] = HEAD;
	static struct iovec iov[3];

	iov[0] = (struct iovec){ head, 5 };
	iov[1] = (struct iovec){ head + 5, 1 };
	iov[2] = (struct iovec){ head + 6, strlen(HEAD) - 6 };
	return iov;
}

static bool write_vector(unsigned int port)
{
	return write_by(port, IORING_OP_WRITEV, three_pieces(), 3, 0);
}

static bool writes_vectors(void)
{
	return alike(write_vector);
}

static bool write_fixed(unsigned int port)
{
	/* a file's memory is none to register */
	char *fixed = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec iov = { fixed, 4096 };
	bool ok;

	if (fixed == MAP_FAILED)
		return ktap_fail("mmap: %s", strerror(errno));
	memcpy(fixed, HEAD, LEN);
	ok = (!syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_BUFFERS, &iov, 1) ||
		ktap_fail("IORING_REGISTER_BUFFERS: %s", strerror(errno))) &&
	     write_by(port, IORING_OP_WRITE_FIXED, fixed, LEN, 0);
	munmap(fixed, 4096);
	return ok;
}

static bool writes_registered_buffers(void)
{
	return alike(write_fixed);
}

static bool send_message_by(unsigned int port, int flags)
{
	struct msghdr msg = { .msg_iov = three_pieces(), .msg_iovlen = 3 };

	return write_by(port, IORING_OP_SENDMSG, &msg, 1, flags);
}

static bool send_message(unsigned int port)
{
	return send_message_by(port, 0);
}

static bool sends_messages(void)
{
	return alike(send_message);
}

static bool send_message_async(unsigned int port)
{
	return send_message_by(port, IOSQE_ASYNC);
}

static bool sends_messages_in_workers(void)
{
	return alike(send_message_async);
}

static bool splice_in(unsigned int port)
{
	struct io_uring_sqe *sqe;
	int fd = connected(port), p[2], r[1] = {};
	bool ok = fd >= 0 && !pipe2(p, O_CLOEXEC) && write(p[1], HEAD, LEN) == LEN;

	sqe = uring_add(&ring, IORING_OP_SPLICE, fd, NULL, LEN);
	sqe->off = -1;
	sqe->splice_off_in = -1;
	sqe->splice_fd_in = p[0];
	ok = ok && uring_run(&ring, r) && came_to("SPLICE", r[0], LEN);
	close(p[0]);
	close(p[1]);
	return ok && answered(fd);
}

static bool splices(void)
{
	return alike(splice_in);
}

static bool in_pieces(unsigned int port)
{
	int fd = connected(port), r[3] = {};

	uring_add(&ring, IORING_OP_SEND, fd, HEAD, 7)->flags = IOSQE_IO_LINK;
	uring_add(&ring, IORING_OP_SEND, fd, &HEAD[7], 9)->flags = IOSQE_IO_LINK;
	uring_add(&ring, IORING_OP_SEND, fd, &HEAD[16], LEN - 16);
	return fd >= 0 && uring_run(&ring, r) && came_to("first", r[0], 7) && came_to("second", r[1], 9) &&
	       came_to("third", r[2], LEN - 16) && answered(fd);
}

static bool sends_pieces(void)
{
	return alike(in_pieces);
}

/* A head and 200 kB, to be sent as a whole: more than TCP takes at once. */
static bool whole(unsigned int port)
{
	static char head[] = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n", body[200000];
	struct iovec iov[2] = { { head, strlen(head) }, { body, sizeof(body) } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	int fd = connected(port), r[1] = {};
	bool ok;

	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = 'a' + i % 23;
	uring_add(&ring, IORING_OP_SENDMSG, fd, &msg, 1)->msg_flags = MSG_WAITALL;
	ok = fd >= 0 && uring_run(&ring, r) && came_to("SENDMSG", r[0], strlen(head) + sizeof(body)) && mesh_hear(fd, "server");
	for (int i = 0; ok && i < 200 && server.got_len < 60000; i++)
		usleep(10000);
	close(fd);
	return ok && ((server.got_len >= 60000 && !memcmp(server.got, head, strlen(head)) &&
		       !memcmp(server.got + strlen(head), body, server.got_len - strlen(head))) ||
		      ktap_fail("%zu bytes came, and others", server.got_len));
}

static bool sends_much(void)
{
	return alike(whole);
}

/* ---- readers and waiters ---- */

static bool read_first_by(unsigned int port, int flags)
{
	int fd = connected(port), r[1] = {};
	bool ok = fd >= 0;

	memset(buf, 0, sizeof(buf));
	uring_add(&ring, IORING_OP_RECV, fd, buf, sizeof(buf) - 1)->flags = flags;
	ok = ok && uring_submit(&ring);
	usleep(20000);
	ok = ok && mesh_say(fd, HEAD) && uring_wait(&ring, r, 1);
	close(fd);
	return ok && ((r[0] > 0 && strstr(buf, "server")) || ktap_fail("RECV: %d", r[0]));
}

static bool read_first(unsigned int port)
{
	return read_first_by(port, 0);
}

static bool reads_first(void)
{
	return alike(read_first);
}

static bool read_first_async(unsigned int port)
{
	return read_first_by(port, IOSQE_ASYNC);
}

static bool reads_first_in_workers(void)
{
	return alike(read_first_async);
}

/* Of a plain socket connect() would not have returned yet. */
static bool polls(void)
{
	struct uring u;
	int fd = connected(MESH_CLOSED), r[1] = {};
	bool ok = fd >= 0 && uring_open(&u);

	if (!ok)
		return false;
	uring_add(&u, IORING_OP_POLL_ADD, fd, NULL, 0)->poll_events = POLLOUT;
	ok = uring_run(&u, r) && came_to("POLLOUT", r[0] & POLLOUT, POLLOUT);
	uring_add(&u, IORING_OP_POLL_ADD, fd, NULL, 0)->poll_events = POLLIN;
	ok = ok && uring_submit(&u) && mesh_say(fd, HEAD) && uring_wait(&u, r, 1) && came_to("POLLIN", r[0] & POLLIN, POLLIN);
	uring_close(&u);
	return ok && answered(fd);
}

/* ---- errors and ends ---- */

static bool fails(const char *head, int err)
{
	struct uring u;
	int fd = connected(MESH_CLOSED), r[2] = {};
	bool ok = fd >= 0 && uring_open(&u);

	if (!ok)
		return false;
	uring_add(&u, IORING_OP_SEND, fd, head, strlen(head))->flags = IOSQE_IO_LINK;
	uring_add(&u, IORING_OP_RECV, fd, buf, sizeof(buf));
	ok = uring_run(&u, r) && came_to("SEND", r[0], -err) && came_to("RECV", r[1], -ECANCELED);
	uring_close(&u);
	close(fd);
	return ok;
}

static bool tells_errors(void)
{
	return fails("GET /deny HTTP/1.1\r\nHost: x\r\n\r\n", EACCES) &&
	       fails("GET /nobody HTTP/1.1\r\nHost: x\r\n\r\n", ECONNREFUSED);
}

/* A ring that goes while a read waits on an armed socket. */
static bool goes(void)
{
	long unsent = mesh_count("unsent");

	for (int i = 0; i < 2; i++) {
		struct uring u;
		int fd = connected(MESH_CLOSED);

		if (fd < 0 || !uring_open(&u))
			return false;
		uring_add(&u, IORING_OP_RECV, fd, buf, sizeof(buf))->flags = i ? IOSQE_ASYNC : 0;
		if (!uring_submit(&u))
			return false;
		close(fd);
		uring_close(&u);
	}
	for (int ms = 0; ms < 3000 && mesh_count("unsent") < unsent + 2; ms += 10)
		usleep(10000);
	return mesh_count("unsent") == unsent + 2 || ktap_fail("%ld of 2 are left", mesh_count("unsent") - unsent);
}

static bool is_cancelled(void)
{
	struct uring u;
	int fd = connected(MESH_CLOSED), r[2] = {};
	bool ok = fd >= 0 && uring_open(&u);

	if (!ok)
		return false;
	uring_add(&u, IORING_OP_RECV, fd, buf, sizeof(buf));
	uring_add(&u, IORING_OP_ASYNC_CANCEL, -1, (void *)0, 0);
	ok = uring_run(&u, r) && came_to("RECV", r[0], -ECANCELED) && mesh_say(fd, HEAD) && answered(fd);
	uring_close(&u);
	return ok;
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "the mesh is up", set_up },
		{ "CONNECT, then SEND", connects_and_sends },
		{ "CONNECT, SEND and RECV, linked", links },
		{ "the same in threads of the kernel's", links_in_workers },
		{ "SEND on a non-blocking socket", sends_on_nonblocking },
		{ "WRITE", writes },
		{ "WRITEV", writes_vectors },
		{ "WRITE_FIXED", writes_registered_buffers },
		{ "SENDMSG", sends_messages },
		{ "SENDMSG in a thread of the kernel's", sends_messages_in_workers },
		{ "SPLICE from a pipe", splices },
		{ "a head in three SENDs, linked", sends_pieces },
		{ "SENDMSG of much, as a whole", sends_much },
		{ "RECV first", reads_first },
		{ "RECV first in a thread of the kernel's", reads_first_in_workers },
		{ "POLL_ADD", polls },
		{ "errors are those of the real connect", tells_errors },
		{ "RECV is cancelled", is_cancelled },
		{ "the ring goes while RECV waits", goes },
		{ "the counters add up", mesh_counters_add_up },
	};

	return ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
}
