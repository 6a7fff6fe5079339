// SPDX-License-Identifier: Apache-2.0
/*
 * Proof of sockops-reply-words: a cgroup's sockops program treats a socket
 * with four words that kmesh.ko reads. The first cases hold on every kernel
 * with the module, the later ones are the feature.
 */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/capability.h>
#include <linux/types.h>

#include "diagnostic.h"
#include "kmesh_abi.h"
#include "libbpf_log.h"
#include "probe_sockops_reply_words.skel.h"

#define REFUSED_PATH "/sys/module/kmesh/parameters/treat_refused"

static int cgroup = -1;

/* ---- a program on our cgroup ---- */

struct attached {
	struct probe_sockops_reply_words_bpf *skel;
	struct bpf_link *link;
};

static void detach(struct attached *a)
{
	bpf_link__destroy(a->link);
	probe_sockops_reply_words_bpf__destroy(a->skel);
}

/* Loads the one program NAME. NULL, with errno, where the verifier refuses. */
static struct probe_sockops_reply_words_bpf *load(const char *name)
{
	struct probe_sockops_reply_words_bpf *skel;
	struct bpf_program *prog;
	int err;

	libbpf_log_keep();
	skel = probe_sockops_reply_words_bpf__open();
	if (!skel)
		return NULL;
	bpf_object__for_each_program(prog, skel->obj)
		bpf_program__set_autoload(prog, !strcmp(bpf_program__name(prog), name));
	err = probe_sockops_reply_words_bpf__load(skel);
	if (!err)
		return skel;
	probe_sockops_reply_words_bpf__destroy(skel);
	errno = -err;
	return NULL;
}

static bool attach(struct attached *a, const char *name)
{
	struct bpf_program *prog;

	a->link = NULL;
	a->skel = load(name);
	if (!a->skel)
		return libbpf_log_fail(name, errno);
	prog = bpf_object__find_program_by_name(a->skel->obj, name);
	a->link = bpf_program__attach_cgroup(prog, cgroup);
	if (a->link)
		return true;
	libbpf_log_fail("attach to cgroup", errno);
	detach(a);
	return false;
}

static bool refused_to_load(const char *name)
{
	struct probe_sockops_reply_words_bpf *skel = load(name);

	if (!skel)
		return errno == EACCES || errno == EINVAL || libbpf_log_fail(name, errno);
	probe_sockops_reply_words_bpf__destroy(skel);
	return ktap_fail("%s was accepted", name);
}

/* ---- questions ---- */

/* Asks about a new socket; the mark it is left with goes to *mark. */
static bool ask_fresh(struct diag_answer *a, unsigned int *mark)
{
	socklen_t len = sizeof(*mark);
	int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	if (sock < 0)
		return ktap_fail("socket: %s", strerror(errno));
	ok = diag_ask(sock, a);
	if (ok && getsockopt(sock, SOL_SOCKET, SO_MARK, mark, &len))
		ok = ktap_fail("SO_MARK: %s", strerror(errno));
	close(sock);
	return ok;
}

static bool words_are(const struct diag_answer *a, const __u32 *words)
{
	return diag_is_u64(a, "treat.errno", words[KMESH_TREAT_ERRNO]) &&
	       diag_is_u64(a, "treat.mark", words[KMESH_TREAT_MARK]) &&
	       diag_is_u64(a, "treat.grace_ms", words[KMESH_TREAT_GRACE]) &&
	       diag_is_u64(a, "treat.flags", words[KMESH_TREAT_FLAGS]);
}

/* What the module is to make of an answer. */
struct outcome {
	const char *given, *refused;
	unsigned int deny, mark;
};

static bool outcome_of(const char *name, const __u32 *words,
		       const struct outcome *want)
{
	struct attached at;
	struct diag_answer a;
	unsigned int mark = 0;
	bool ok;

	if (!attach(&at, name))
		return false;
	memcpy(at.skel->data->answer, words, sizeof(at.skel->data->answer));
	ok = ask_fresh(&a, &mark) && words_are(&a, words) &&
	     diag_is(&a, "treat.given", want->given) &&
	     diag_is(&a, "treat.refused", want->refused) &&
	     diag_is_u64(&a, "treat.deny", want->deny);
	detach(&at);
	if (ok && mark != want->mark)
		return ktap_fail("SO_MARK is %u, not %u", mark, want->mark);
	return ok;
}

static const struct outcome not_acted_on = { "0", "1", 0, 0 };

/* ---- cases that hold on every kernel ---- */

static bool module_answers(void)
{
	static const __u32 untouched[] = { KMESH_TREAT_TAG, 0, 0, 0 };
	struct diag_answer a;
	unsigned int mark = 0;

	return ask_fresh(&a, &mark) && words_are(&a, untouched) &&
	       diag_is(&a, "treat.given", "0") && diag_is(&a, "treat.refused", "0");
}

static bool first_word_arrives(void)
{
	static const __u32 words[] = { EACCES, 0, 0, 0 };

	return outcome_of("reply_only", words, &not_acted_on);
}

static bool tag_left_alone(void)
{
	static const __u32 words[] = { KMESH_TREAT_TAG, 0, 0, 0 };
	static const struct outcome nothing = { "0", "0", 0, 0 };

	return outcome_of("reply_only", words, &nothing);
}

static bool ask_gives(int fd, const char *what, int want)
{
	char number[16];
	int n = snprintf(number, sizeof(number), "%d", fd);

	if (write(diag_fd, number, n) >= 0)
		return ktap_fail("%s was accepted", what);
	return errno == want || ktap_fail("%s: %s", what, strerror(errno));
}

static bool other_files_refused(void)
{
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	bool ok = diag_open() && ask_gives(udp, "a UDP socket", EPROTONOSUPPORT) &&
		  ask_gives(file, "a file", ENOTSOCK) &&
		  ask_gives(-1, "no descriptor", EBADF);

	close(udp);
	close(file);
	if (ok && (write(diag_fd, "4 5", 3) >= 0 || errno != EINVAL))
		ok = ktap_fail("two numbers: %s", strerror(errno));
	return ok;
}

/* In a child: 0 if neither a new nor an inherited descriptor serves. */
static int try_without_net_admin(int sock)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2];

	if (syscall(SYS_capget, &head, caps))
		return 1;
	caps[0].effective &= ~(1u << CAP_NET_ADMIN);
	if (syscall(SYS_capset, &head, caps))
		return 1;
	if (open(DIAG_PATH, O_RDWR | O_CLOEXEC) >= 0 || errno != EPERM)
		return 2;
	return ask_gives(sock, "an inherited descriptor", EPERM) ? 0 : 3;
}

static bool net_admin_needed(void)
{
	int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(try_without_net_admin(sock));
	close(sock);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		return ktap_fail("status %#x", status);
	return true;
}

static bool narrow_write_refused(void)
{
	return refused_to_load("reply_narrow");
}

static bool write_beyond_refused(void)
{
	return refused_to_load("reply_beyond");
}

/* ---- the feature ---- */

static bool all_words_load(void)
{
	struct probe_sockops_reply_words_bpf *skel = load("reply_words");

	if (!skel)
		return libbpf_log_fail("reply_words", errno);
	probe_sockops_reply_words_bpf__destroy(skel);
	return true;
}

static bool mark_is_set(void)
{
	static const __u32 words[] = {
		0, 0x2a, 1500, KMESH_TREAT_F_ANSWER | KMESH_TREAT_F_MARK,
	};
	static const struct outcome marked = { "1", "0", 0, 0x2a };

	return outcome_of("reply_words", words, &marked);
}

static bool errno_denies(void)
{
	static const __u32 words[] = {
		EHOSTUNREACH, 0x2a, 1, KMESH_TREAT_F_ANSWER | KMESH_TREAT_F_MARK,
	};
	static const struct outcome denied = { "1", "0", EHOSTUNREACH, 0 };

	return outcome_of("reply_words", words, &denied);
}

static bool read_refused(unsigned long long *count)
{
	FILE *f = fopen(REFUSED_PATH, "re");
	bool ok = f && fscanf(f, "%llu", count) == 1;

	if (f)
		fclose(f);
	return ok || ktap_fail("%s: %s", REFUSED_PATH, strerror(errno));
}

static bool invalid_not_acted_on(void)
{
	static const __u32 F = KMESH_TREAT_F_ANSWER | KMESH_TREAT_F_MARK;
	const __u32 invalid[][KMESH_TREAT_WORDS] = {
		{ KMESH_TREAT_MAX_ERRNO + 1, 7, 0, F },
		{ (__u32)-EACCES, 7, 0, F },
		{ 0, 7, KMESH_TREAT_MAX_GRACE_MS + 1, F },
		{ 0, 7, 0, KMESH_TREAT_F_ALL + 1 },
		{ 0, 7, 0, F | 0x80000000u },
		{ 0, 7, 0, KMESH_TREAT_F_MARK },
		{ 0, 7, 0, KMESH_TREAT_F_ANSWER },
		{ KMESH_TREAT_TAG, 7, 0, F },
	};
	const size_t count = sizeof(invalid) / sizeof(invalid[0]);
	unsigned long long before, after;

	if (!read_refused(&before))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!outcome_of("reply_words", invalid[i], &not_acted_on))
			return ktap_fail("invalid answer %zu", i);
	if (!read_refused(&after))
		return false;
	return after - before == count ||
	       ktap_fail("counted %llu, not %zu", after - before, count);
}

static bool veto_is_no_answer(void)
{
	static const __u32 words[] = {
		0, 0x2a, 0, KMESH_TREAT_F_ANSWER | KMESH_TREAT_F_MARK,
	};

	return outcome_of("reply_words_veto", words, &not_acted_on);
}

/* Sockets belong to the cgroup that their maker was in. */
static bool enter_cgroup(void)
{
	const char *root = getenv("CGROUP2");
	char dir[256], procs[300];
	int fd;

	snprintf(dir, sizeof(dir), "%s/kmesh-probe",
		 root && *root ? root : "/sys/fs/cgroup");
	if (mkdir(dir, 0755) && errno != EEXIST)
		return ktap_fail("%s: %s", dir, strerror(errno));
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", dir);
	fd = open(procs, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0\n", 2) != 2)
		return ktap_fail("%s: %s", procs, strerror(errno));
	close(fd);
	cgroup = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return cgroup >= 0 || ktap_fail("%s: %s", dir, strerror(errno));
}

/*
 * The carrier is missing where the verifier takes a program that writes the
 * first word, and refuses the same with the other words for writing there.
 */
static bool carrier_is_missing(void)
{
	struct probe_sockops_reply_words_bpf *first = load("reply_only");
	struct probe_sockops_reply_words_bpf *all = load("reply_words");
	bool refused = !all && errno == EACCES &&
		       strstr(libbpf_log, "invalid bpf_context access");
	bool missing = first && refused;

	probe_sockops_reply_words_bpf__destroy(first);
	probe_sockops_reply_words_bpf__destroy(all);
	return missing;
}

#define ALWAYS 8

static const struct ktap_case cases[] = {
	{ "a cgroup of our own", enter_cgroup },
	{ "no program, no treatment", module_answers },
	{ "what is no TCP socket is refused", other_files_refused },
	{ "without CAP_NET_ADMIN there is no answer", net_admin_needed },
	{ "reply alone reaches the module and is not acted on", first_word_arrives },
	{ "a tag left alone is no answer", tag_left_alone },
	{ "half a word is refused by the verifier", narrow_write_refused },
	{ "a word beyond the reply is refused by the verifier", write_beyond_refused },
	/* up to here it is so with and without the feature */
	{ "a program may write all four words", all_words_load },
	{ "all four words arrive and the mark is on the socket", mark_is_set },
	{ "the errno denies and nothing is marked", errno_denies },
	{ "invalid words are counted and not acted on", invalid_not_acted_on },
	{ "a program's veto is no answer", veto_is_no_answer },
};

int main(void)
{
	int code;

	if (!diag_present())
		return ktap_skip_all("kmesh.ko is not loaded");
	if (!carrier_is_missing())
		return ktap_run(cases, sizeof(cases) / sizeof(cases[0]));
	code = ktap_run(cases, ALWAYS);
	ktap_comment("this kernel lets a program write the first word only");
	return code ? code : KTAP_EXIT_SKIP;
}
