// SPDX-License-Identifier: Apache-2.0
/*
 * kmesh-route takes a file, and requests go where it says.
 * /bin/kmesh-route is the program itself, run as an operator would.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "clock.h"
#include "mesh_net.h"
#include "router.h"

#define TOOL "/bin/kmesh-route"
#define FILE_NAME "/tmp/routes.toml"
#define CLOSED 7100
#define WEIGHTED 7101
#define STRICT 7102

static struct mesh_server a, b, c, banner, plain, kept;
static const char *where; /* a cgroup other than the root */

/* ---- the tool ---- */

/* Its exit code; what it says becomes comments where it was to succeed. */
static int tool(const char *verb, const char *file, bool quiet)
{
	char text[4096] = "";
	int status = -1, p[2];
	ssize_t n, len = 0;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid) {
		dup2(p[1], STDOUT_FILENO);
		dup2(p[1], STDERR_FILENO);
		execl(TOOL, TOOL, verb, file, where ? "--cgroup" : NULL, where, (char *)NULL);
		_exit(127);
	}
	close(p[1]);
	while ((n = read(p[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	close(p[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	if (WEXITSTATUS(status) && !quiet)
		ktap_comment(text);
	return WEXITSTATUS(status);
}

__attribute__((format(printf, 1, 2))) static bool write_file(const char *fmt, ...)
{
	FILE *f = fopen(FILE_NAME, "w");
	va_list ap;

	if (!f)
		return ktap_fail("%s: %s", FILE_NAME, strerror(errno));
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	return !fclose(f);
}

/* So many routers judge: the one before is gone when the next is there. */
static bool judges(int wanted)
{
	struct bpf_prog_info info;
	int found = router_judges(&info);

	return found == wanted || ktap_fail("%d routers judge", found);
}

static bool load(void)
{
	int code = tool("load", FILE_NAME, false);

	return (!code || ktap_fail("kmesh-route load: exit code %d", code)) && judges(1);
}

/* ---- requests ---- */

struct request {
	const char *head;
	const char *answer; /* a server's name, or NULL */
	int err; /* of send */
};

static bool ask_all(unsigned int port, const struct request *requests, size_t count)
{
	bool ok = true;

	for (size_t i = 0; i < count; i++) {
		const struct request *r = &requests[i];
		int fd = mesh_connect(port, 0);

		if (fd < 0 || !(r->answer ? mesh_say(fd, r->head) && mesh_hear(fd, r->answer) :
					    mesh_refused(fd, r->head, r->err)))
			ok = ktap_fail("for %s", r->head);
		close(fd);
	}
	return ok;
}

#define ASK(port, requests) ask_all(port, requests, sizeof(requests) / sizeof((requests)[0]))
#define END " HTTP/1.1\r\nHost: x.test\r\n\r\n"
#define AT(host) "GET / HTTP/1.1\r\nHost: " host "\r\n\r\n"
#define WITH(fields) "GET /field HTTP/1.1\r\nHost: x.test\r\n" fields "\r\n"

static const char routes[] =
	"[[service]]\n"
	"address = '127.0.0.1:7100'\n"
	"[[service.route]]\n"
	"path = '/a'\n"
	"to = '127.0.0.1:%1$d'\n"
	"[[service.route]]\n"
	"path = '/a/b/'\n"
	"to = ['127.0.0.1:%2$d']\n"
	"[[service.route]]\n"
	"exact_path = '/a/only'\n"
	"to = '127.0.0.1:%3$d'\n"
	"[[service.route]]\n"
	"path = '/post'\n"
	"method = 'POST'\n"
	"to = '127.0.0.1:%2$d'\n"
	"[[service.route]]\n"
	"path = '/post'\n"
	"to = '127.0.0.1:%1$d'\n"
	"[[service.route]]\n"
	"path = '/field'\n"
	"header = [{ name = 'X-User', value = 'alice' }, { name = 'x-test', present = false }]\n"
	"to = '127.0.0.1:%1$d'\n"
	"[[service.route]]\n"
	"path = '/field'\n"
	"header = [{ name = 'x-user', prefix = 'bob' }]\n"
	"to = '127.0.0.1:%2$d'\n"
	"[[service.route]]\n"
	"path = '/field'\n"
	"header = [{ name = 'X-Any', present = true }]\n"
	"to = '127.0.0.1:%3$d'\n"
	"[[service.route]]\n"
	"path = '/deny'\n"
	"deny = true\n"
	"[[service.route]]\n"
	"path = '/reset'\n"
	"deny = true\n"
	"error = 104\n"
	"[[service.route]]\n"
	"host = 'a.test'\n"
	"to = '127.0.0.1:%1$d'\n"
	"[[service.route]]\n"
	"host = '*.a.test'\n"
	"to = '127.0.0.1:%2$d'\n"
	"[[service.route]]\n"
	"host = '*.deep.a.test'\n"
	"to = '127.0.0.1:%3$d'\n"
	"[[service.route]]\n"
	"host = 'only.test'\n"
	"path = '/here'\n"
	"to = '127.0.0.1:%1$d'\n"
	"[[service]]\n"
	"address = '127.0.0.1:7101'\n"
	"[[service.route]]\n"
	"to = [{ address = '127.0.0.1:%1$d', weight = 3 }, { address = '127.0.0.1:%2$d' },\n"
	"      { address = '127.0.0.1:%3$d', weight = 0 }]\n"
	"[[service]]\n"
	"address = '127.0.0.1:7102'\n"
	"[[service.route]]\n"
	"to = '127.0.0.1:%1$d'\n"
	"[[service]]\n"
	"address = '127.0.0.1:%5$d'\n"
	"[[service.route]]\n"
	"path = '/back'\n"
	"original = true\n"
	"[[service.route]]\n"
	"path = '/over'\n"
	"to = '127.0.0.1:%4$d'\n"
	"[[service]]\n"
	"address = '[::1]:7100'\n"
	"odd_paths = 'match'\n"
	"[[service.route]]\n"
	"path = '/a'\n"
	"to = '[::1]:%3$d'\n"
	"[[service]]\n"
	"address = '127.0.0.1:%4$d'\n"
	"policy = 'open'\n"
	"[[service.route]]\n"
	"path = '/back'\n"
	"original = true\n"
	"[[service.route]]\n"
	"path = '/a'\n"
	"to = '127.0.0.1:%1$d'\n";

static bool set_up(void)
{
	return mesh_listen(&a, "server-a", MESH_HTTP) && mesh_listen(&b, "server-b", MESH_HTTP) &&
	       mesh_listen(&c, "server-c", MESH_HTTP) && mesh_listen(&plain, "plain", MESH_HTTP) &&
	       mesh_listen(&banner, "banner", MESH_BANNER) && mesh_listen(&kept, "kept", MESH_HTTP) &&
	       write_file(routes, a.port, b.port, c.port, plain.port, kept.port) && load();
}

static bool by_path(void)
{
	static const struct request all[] = {
		{ "GET /a" END, "server-a", 0 },
		{ "GET /a/" END, "server-a", 0 },
		{ "GET /a?b=/a/b" END, "server-a", 0 },
		{ "GET /a/bc" END, "server-a", 0 },
		{ "GET /a/b" END, "server-b", 0 },
		{ "GET /a/b/c/d/e/f/g/h/i/j" END, "server-b", 0 },
		{ "GET /a/only" END, "server-c", 0 },
		{ "GET /a/only/" END, "server-a", 0 },
		{ "GET http://x.test/a/b" END, "server-b", 0 },
		{ "GET /ab" END, NULL, EACCES },
		{ "GET /A" END, NULL, EACCES },
		{ "GET /" END, NULL, EACCES },
	};

	return ASK(CLOSED, all);
}

static bool by_host(void)
{
	static const struct request all[] = {
		{ AT("a.test"), "server-a", 0 },
		{ AT("A.Test.:7100"), "server-a", 0 },
		{ AT("b.a.test"), "server-b", 0 },
		{ AT("c.b.a.test"), "server-b", 0 },
		{ AT("deep.a.test"), "server-b", 0 },
		{ AT("very.deep.a.test"), "server-c", 0 },
		{ AT("1.2.3.4.5.6.7.8.9.deep.a.test"), "server-c", 0 },
		{ AT("xa.test"), NULL, EACCES },
		{ AT("a.test.evil"), NULL, EACCES },
		{ AT(".a.test"), NULL, EACCES },
		{ AT("test"), NULL, EACCES },
		/* the host is known: routes for any host are not asked */
		{ "GET /here HTTP/1.1\r\nHost: only.test\r\n\r\n", "server-a", 0 },
		{ "GET /a HTTP/1.1\r\nHost: only.test\r\n\r\n", NULL, EACCES },
	};

	return ASK(CLOSED, all);
}

static bool by_method(void)
{
	static const struct request all[] = {
		{ "POST /post" END, "server-b", 0 },
		{ "GET /post" END, "server-a", 0 },
		{ "POSTS /post" END, "server-a", 0 },
		{ "post /post" END, "server-a", 0 },
		{ "LONGER-THAN-ANY-RULE /post" END, "server-a", 0 },
	};

	return ASK(CLOSED, all);
}

static bool by_field(void)
{
	static const struct request all[] = {
		{ WITH("X-User: alice\r\n"), "server-a", 0 },
		{ WITH("x-USER:alice \r\n"), "server-a", 0 },
		{ WITH("Z: 1\r\nX-User: alice\r\nX-Any:\r\n"), "server-a", 0 },
		{ WITH("X-User: alice\r\nX-Test: 1\r\n"), NULL, EACCES },
		{ WITH("X-User: alice\r\nX-Test: 1\r\nX-Any: 1\r\n"), "server-c", 0 },
		{ WITH("X-User: Alice\r\n"), NULL, EACCES },
		{ WITH("X-User: alicee\r\n"), NULL, EACCES },
		{ WITH("X-User: bob\r\n"), "server-b", 0 },
		{ WITH("X-User: bobby, and a value that is far longer than what a rule can hold of it\r\n"), "server-b", 0 },
		{ WITH("X-User: bo\r\n"), NULL, EACCES },
		{ WITH("X-Any:\r\n"), "server-c", 0 },
		{ WITH(""), NULL, EACCES },
		/* a second one: which is meant is not known */
		{ WITH("X-User: alice\r\nX-User: bob\r\n"), NULL, EACCES },
		{ WITH("X-Any: 1\r\nX-Any: 2\r\n"), NULL, EACCES },
		{ WITH("Z: 1\r\nZ: 2\r\nX-Any: 2\r\n"), "server-c", 0 },
		/* what some servers take for X-User */
		{ WITH("X_User: alice\r\n"), NULL, EACCES },
		{ WITH("x_USER: eve\r\nX-User: alice\r\n"), NULL, EACCES },
		{ WITH("X-User: alice\r\nZ_Z: 1\r\n"), "server-a", 0 },
	};

	return ASK(CLOSED, all);
}

static bool denied(void)
{
	static const struct request all[] = {
		{ "GET /deny" END, NULL, EACCES },
		{ "GET /deny/x" END, NULL, EACCES },
		{ "GET /reset" END, NULL, ECONNRESET },
	};
	long by = mesh_count("by_verdict");

	/* a closed service says EACCES without a route, too */
	return ASK(CLOSED, all) && (mesh_count("by_verdict") == by + 3 || ktap_fail("not by a verdict"));
}

/* What servers may read otherwise matches nothing, unless it is asked for. */
static bool odd_paths(void)
{
	static const struct request strict[] = {
		{ "GET /a/b" END, "server-a", 0 },
		{ "GET /a/../deny" END, NULL, EACCES },
		{ "GET //a" END, NULL, EACCES },
		{ "GET /%61" END, NULL, EACCES },
		{ "GET /a;b" END, NULL, EACCES },
		{ "GET http://x.test" END, NULL, EACCES },
	};
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(CLOSED),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	int fd = mesh_socket(AF_INET6, 0);
	bool ok = ASK(STRICT, strict);

	ok = ok && (!connect(fd, (struct sockaddr *)&to, sizeof(to)) || ktap_fail("connect: %s", strerror(errno)));
	ok = ok && mesh_say(fd, "GET /a/../deny" END) && mesh_hear(fd, "server-c");
	close(fd);
	return ok;
}

/* An IPv4 service by an IPv6 socket. */
static bool mapped(void)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(CLOSED),
		.sin6_addr.s6_addr = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 },
	};
	int fd = mesh_socket(AF_INET6, 0);
	bool ok = !connect(fd, (struct sockaddr *)&to, sizeof(to)) || ktap_fail("connect: %s", strerror(errno));

	ok = ok && mesh_say(fd, "GET /a" END) && mesh_hear(fd, "server-a");
	close(fd);
	return ok;
}

/* Three to one of 200; less than 115 is over five sigma away. */
static bool by_weight(void)
{
	int to_a = 0, to_b = 0;

	for (int i = 0; i < 200; i++) {
		char buf[256] = "";
		int fd = mesh_connect(WEIGHTED, 0);

		if (fd < 0 || !mesh_say(fd, "GET /" END) || recv(fd, buf, sizeof(buf) - 1, 0) <= 0)
			return ktap_fail("no answer to the request number %d", i);
		to_a += strstr(buf, "server-a") != NULL;
		to_b += strstr(buf, "server-b") != NULL;
		close(fd);
	}
	return (to_a + to_b == 200 && to_a >= 115 && to_b >= 15) ||
	       ktap_fail("%d to a, %d to b", to_a, to_b);
}

static bool open_service(void)
{
	static const struct request all[] = {
		{ "GET /back" END, "plain", 0 },
		{ "GET /a" END, "server-a", 0 },
		{ "GET /nothing" END, "plain", 0 },
		{ "this is no HTTP\r\n\r\n", "plain", 0 },
	};

	return ASK(plain.port, all);
}

/* The connect program runs again for the real connect, the slot still taken. */
static bool closed_services(void)
{
	static const struct request all[] = {
		{ "GET /back" END, "kept", 0 },
		{ "GET /over" END, "plain", 0 }, /* to the address of another service */
		{ "GET /nothing" END, NULL, EACCES },
	};

	return ASK(kept.port, all);
}

/*
 * A socket that was judged once comes back with a protocol in its slot, which
 * cannot be armed: that is no way into a closed service. Newer kernels do not
 * even let go of such a connection.
 */
static bool with_a_protocol_of_its_own(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in to = mesh_vip(CLOSED);
	int fd = mesh_connect(CLOSED, 0), err;
	bool ok = fd >= 0 && mesh_say(fd, "GET /a" END) && mesh_hear(fd, "server-a");

	ok = ok && (!setsockopt(fd, SOL_TCP, TCP_ULP, "tls", 3) || ktap_fail("TCP_ULP: %s", strerror(errno)));
	if (ok && connect(fd, &none, sizeof(none))) {
		ok = errno == EOPNOTSUPP || ktap_fail("AF_UNSPEC: %s", strerror(errno));
	} else if (ok) {
		err = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;
		ok = err == EPERM || ktap_fail("connect: %s", strerror(err));
	}
	close(fd);
	return ok;
}

#define TIMES_8(x) x x x x x x x x
#define TEXT_120 TIMES_8("123456789012345")
#define TEXT_62 TIMES_8("1234567") "123456"

/* The longest that a rule may have matches, and one byte more does not. */
static bool bounds(void)
{
	static const struct request all[] = {
		{ "GET /" TEXT_120 "123456" END, "server-a", 0 },
		{ "GET /" TEXT_120 "1234567" END, NULL, EACCES },
		{ "GET /1/2/3/4/5/6/7/8/9" END, "server-a", 0 },
		{ "GET /1/2/3/4/5/6/7/9" END, NULL, EACCES },
		{ "GET / HTTP/1.1\r\nHost: " TEXT_120 "1234567\r\n\r\n", "server-b", 0 },
		{ "GET / HTTP/1.1\r\nHost: " TEXT_120 "12345678\r\n\r\n", NULL, EACCES },
		{ "GET / HTTP/1.1\r\nHost: 0.1.2.3.4.5.6.7.8\r\n\r\n", "server-b", 0 },
		{ "GET / HTTP/1.1\r\nHost: 0.0.1.2.3.4.5.6.7.8\r\n\r\n", "server-b", 0 },
		{ "GET / HTTP/1.1\r\nHost: 1.2.3.4.5.6.7.8\r\n\r\n", NULL, EACCES },
		{ "1234567890123456 /method" END, "server-a", 0 },
		{ "12345678901234567 /method" END, NULL, EACCES },
		{ WITH("A" TEXT_62 ": " TEXT_62 "12\r\n"), "server-a", 0 },
		{ WITH("A" TEXT_62 ": " TEXT_62 "123\r\n"), NULL, EACCES },
		{ WITH("A" TEXT_62 "1: " TEXT_62 "12\r\n"), NULL, EACCES },
	};

	return write_file("[[service]]\naddress = '127.0.0.1:7100'\n"
			  "[[service.route]]\nexact_path = '/" TEXT_120 "123456'\nto = '127.0.0.1:%1$d'\n"
			  "[[service.route]]\npath = '/1/2/3/4/5/6/7/8'\nto = '127.0.0.1:%1$d'\n"
			  "[[service.route]]\nhost = '" TEXT_120 "1234567'\nto = '127.0.0.1:%2$d'\n"
			  "[[service.route]]\nhost = '*.1.2.3.4.5.6.7.8'\nto = '127.0.0.1:%2$d'\n"
			  "[[service.route]]\npath = '/method'\nmethod = '1234567890123456'\nto = '127.0.0.1:%1$d'\n"
			  "[[service.route]]\npath = '/field'\n"
			  "header = [{ name = 'a" TEXT_62 "', value = '" TEXT_62 "12' }]\nto = '127.0.0.1:%1$d'\n",
			  a.port, b.port) &&
	       load() && ASK(CLOSED, all);
}

/* A file that is wrong changes nothing; a right one takes the other's place. */
static bool replaced(void)
{
	static const struct request before[] = { { "GET /a" END, "server-a", 0 } };
	static const struct request after[] = {
		{ "GET /a" END, "server-b", 0 },
		{ "GET /a/b" END, "server-b", 0 },
		{ AT("a.test"), NULL, EACCES }, /* there no more */
	};
	bool ok = write_file("[[service]]\naddress = '127.0.0.1:7100'\n[[service.route]]\npath = 'a'\nto = '1.2.3.4:5'\n");
	int code = tool("load", FILE_NAME, true);

	ok = ok && (code == 1 || ktap_fail("a path without a slash gave %d", code)) && ASK(CLOSED, before);
	return ok &&
	       write_file("[[service]]\naddress = '127.0.0.1:7100'\n[[service.route]]\npath = '/a'\nto = '127.0.0.1:%d'\n",
			  b.port) &&
	       load() && ASK(CLOSED, after);
}

/* While one file takes the place of another a request is judged, by either. */
static bool replaced_under_way(void)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid)
		_exit(tool("load", FILE_NAME, true) || tool("load", FILE_NAME, true));
	while (pid > 0 && !waitpid(pid, &status, WNOHANG)) {
		if (!mesh_ask(CLOSED, "GET /a" END, "server-b"))
			return ktap_fail("while the routes were replaced");
	}
	return !status || ktap_fail("kmesh-route load: %x", status);
}

/* Who owns the names could take the routes away. */
static bool names_of_another(void)
{
	int code;
	bool ok = !tool("unload", NULL, false) && !mkdir("/sys/fs/bpf/kmesh", 0755) &&
		  !chown("/sys/fs/bpf/kmesh", 1000, 1000);

	code = tool("load", FILE_NAME, true);
	rmdir("/sys/fs/bpf/kmesh");
	return ok && (code == 1 || ktap_fail("it was taken: %d", code));
}

/* A connection that says nothing hears the server, and not before a second. */
static bool hears_late(int fd, const void *to, socklen_t len)
{
	char buf[16];
	ssize_t n;
	long start = now_ms(), ms;

	n = connect(fd, to, len) ? -1 : recv(fd, buf, sizeof(buf), 0);
	ms = now_ms() - start;
	if (n != 6)
		ktap_fail("%zd, %s", n, strerror(errno));
	close(fd);
	return n == 6 && (ms >= 900 || ktap_fail("after %ld ms", ms));
}

/* The server speaks first, after a time of the service's own. */
static bool grace_of_a_service(void)
{
	struct sockaddr_in to = mesh_vip(banner.port);
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = to.sin_port };

	if (!write_file("[[service]]\naddress = '127.0.0.1:%1$d'\npolicy = 'open'\ngrace_ms = 1000\n"
			"[[service]]\naddress = '[::1]:%1$d'\npolicy = 'open'\ngrace_ms = 1000\n",
			banner.port) ||
	    !load() || !hears_late(mesh_socket(AF_INET, 0), &to, sizeof(to)))
		return false;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &to6.sin6_addr);
	if (!hears_late(mesh_socket(AF_INET6, 0), &to6, sizeof(to6)))
		return false;
	inet_pton(AF_INET6, "::1", &to6.sin6_addr);
	return hears_late(mesh_socket(AF_INET6, 0), &to6, sizeof(to6));
}

/* A connect that nothing holds back: nobody listens there. */
static bool refused_at_once(int fd, const struct sockaddr_in *to)
{
	int err = connect(fd, (const struct sockaddr *)to, sizeof(*to)) ? errno : 0;

	return err == ECONNREFUSED || ktap_fail("connect: %s", strerror(err));
}

/* Only its processes are routed, and the attachment before is not left. */
static bool of_a_cgroup(void)
{
	static const struct request inside[] = { { "GET /a" END, "server-b", 0 } };
	struct sockaddr_in to = mesh_vip(CLOSED);
	char path[256], pid[16];
	int fd, n;
	bool ok;

	snprintf(path, sizeof(path), "%s/inside", getenv("CGROUP2"));
	ok = (!mkdir(path, 0755) || errno == EEXIST || ktap_fail("%s: %s", path, strerror(errno))) &&
	     write_file("[[service]]\naddress = '127.0.0.1:7100'\n[[service.route]]\npath = '/a'\nto = '127.0.0.1:%d'\n", b.port);
	where = path;
	ok = ok && load();
	where = NULL;
	fd = mesh_socket(AF_INET, 0);
	ok = ok && refused_at_once(fd, &to);
	close(fd);
	strncat(path, "/cgroup.procs", sizeof(path) - strlen(path) - 1);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	n = snprintf(pid, sizeof(pid), "%d", getpid());
	ok = ok && (write(fd, pid, n) == n || ktap_fail("%s: %s", path, strerror(errno)));
	close(fd);
	return ok && ASK(CLOSED, inside);
}

static bool unloaded(void)
{
	int fd = mesh_socket(AF_INET, 0), code = tool("unload", NULL, false);
	struct sockaddr_in to = mesh_vip(CLOSED);
	bool ok = !code || ktap_fail("kmesh-route unload: exit code %d", code);

	ok = ok && refused_at_once(fd, &to);
	close(fd);
	return ok && judges(0) && (access("/sys/fs/bpf/kmesh", F_OK) || ktap_fail("something is left"));
}

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "kmesh-route loads a file", set_up },
		{ "by path: whole segments, the longest, exact ones", by_path },
		{ "by host: exact, below a name, any", by_host },
		{ "by method", by_method },
		{ "by header: value, prefix, present, absent", by_field },
		{ "denied, with an error", denied },
		{ "paths that servers read otherwise", odd_paths },
		{ "IPv4 on an IPv6 socket", mapped },
		{ "by weight", by_weight },
		{ "an open service", open_service },
		{ "a closed service, to itself and to another", closed_services },
		{ "a socket with a protocol of its own", with_a_protocol_of_its_own },
		{ "another file takes its place", replaced },
		{ "a request while it does", replaced_under_way },
		{ "the bounds", bounds },
		{ "names that belong to another", names_of_another },
		{ "a grace time of the service's own", grace_of_a_service },
		{ "the processes of a cgroup", of_a_cgroup },
		{ "unloaded", unloaded },
	};

	if (!mesh_present())
		return ktap_skip_all("kmesh.ko is not loaded");
	return ktap_run_after_first(cases, sizeof(cases) / sizeof(cases[0]));
}
