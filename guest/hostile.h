/* SPDX-License-Identifier: Apache-2.0 */
/* Processes with few rights, in cgroups of their own. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "text_file.h"

#define NOBODY 65534

enum who {
	WHO_NOBODY, /* a user without capabilities */
	WHO_CONTAINER, /* uid 0 without capabilities, as in many containers */
	WHO_NAMESPACE, /* root in a user namespace of its own, and there alone */
	WHO_NETWORK, /* the same, with a network namespace and /proc of its own */
	WHO_COUNT,
};

static const char *const who_names[WHO_COUNT] = {
	"nobody", "root without capabilities", "root of a user namespace", "root of a network namespace",
};

/* ---- cgroups ---- */

static inline const char *cgroup_path(const char *name, const char *file)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s%s%s", getenv("CGROUP2") ?: "/sys/fs/cgroup", name, file ? "/" : "", file ?: "");
	return path;
}

static inline bool cgroup_make(const char *name)
{
	if (!write_text(cgroup_path("cgroup.subtree_control", NULL), "+memory"))
		return ktap_fail("the memory controller: %s", strerror(errno));
	return !mkdir(cgroup_path(name, NULL), 0755) || errno == EEXIST ||
	       ktap_fail("cgroup %s: %s", name, strerror(errno));
}

static inline bool cgroup_set(const char *name, const char *file, const char *text)
{
	return write_text(cgroup_path(name, file), text) || ktap_fail("%s of %s: %s", file, name, strerror(errno));
}

/* ---- processes ---- */

static inline bool drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = {};

	for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		prctl(PR_CAPBSET_DROP, cap);
	return !syscall(SYS_capset, &header, none) || ktap_fail("capset: %s", strerror(errno));
}

static inline bool enter_namespaces(int flags)
{
	if (unshare(flags))
		return ktap_fail("unshare: %s", strerror(errno));
	/* the map of one's own id needs no right */
	return write_text("/proc/self/setgroups", "deny") && write_text("/proc/self/uid_map", "0 65534 1") &&
		       write_text("/proc/self/gid_map", "0 65534 1") ?
		       true :
		       ktap_fail("uid_map: %s", strerror(errno));
}

static inline bool become(enum who who)
{
	if (who == WHO_CONTAINER)
		return drop_capabilities();
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		return ktap_fail("setresuid: %s", strerror(errno));
	/* what changes the uid gives /proc/self to root, and with it the map */
	prctl(PR_SET_DUMPABLE, 1);
	if (who == WHO_NAMESPACE)
		return enter_namespaces(CLONE_NEWUSER);
	if (who == WHO_NETWORK)
		return enter_namespaces(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS);
	return true;
}

/* What that process comes to, in a cgroup of its own: true, if all went well. */
static inline bool run_as(enum who who, bool (*run)(void))
{
	int status = -1;
	pid_t pid;

	/* or the child says it, too */
	fflush(stdout);
	pid = fork();
	if (!pid) {
		bool ok = cgroup_set("tenant", "cgroup.procs", "0") && become(who) && run();

		fflush(stdout);
		_exit(!ok);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		return ktap_fail("as %s: %x", who_names[who], status);
	return true;
}

static inline bool run_as_each(bool (*run)(void))
{
	bool ok = true;

	for (int who = 0; who < WHO_COUNT; who++)
		ok = run_as(who, run) && ok;
	return ok;
}

#endif /* HOSTILE_H */
