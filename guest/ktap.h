/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A probe's side of KTAP: a table of cases, run in order, each told in one
 * line. A case that fails says why in comments above its line.
 */
#ifndef KTAP_H
#define KTAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What init makes of a probe's exit code. */
enum { KTAP_EXIT_PASS = 0, KTAP_EXIT_FAIL = 1, KTAP_EXIT_SKIP = 4 };

struct ktap_case {
	const char *name;
	bool (*run)(void);
};

/* The text as comment lines. */
static inline void ktap_comment(const char *text)
{
	bool start = true;

	for (; *text; text++) {
		if (start)
			fputs("# ", stdout);
		start = *text == '\n';
		putchar(*text);
	}
	if (!start)
		putchar('\n');
}

/* Says why, and is false: return ktap_fail(...). */
__attribute__((format(printf, 1, 2))) static inline bool ktap_fail(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ktap_comment(text);
	return false;
}

/* Gives the exit code. */
static inline int ktap_skip_all(const char *reason)
{
	printf("KTAP version 1\n1..0 # SKIP %s\n", reason);
	fflush(stdout);
	return KTAP_EXIT_SKIP;
}

static inline int ktap_run_cases(const struct ktap_case *cases, size_t count,
				 bool first_is_vital)
{
	int code = KTAP_EXIT_PASS;
	bool lost = false;

	printf("KTAP version 1\n1..%zu\n", count);
	for (size_t i = 0; i < count; i++) {
		bool ok = lost ? ktap_fail("not run") : cases[i].run();

		lost |= !ok && !i && first_is_vital;
		if (!ok)
			code = KTAP_EXIT_FAIL;
		printf("%s %zu %s\n", ok ? "ok" : "not ok", i + 1, cases[i].name);
		/* told before the next case, should that one hang */
		fflush(stdout);
	}
	return code;
}

/* Runs all of them, whatever fails; gives the exit code. */
static inline int ktap_run(const struct ktap_case *cases, size_t count)
{
	return ktap_run_cases(cases, count, false);
}

/* The first one makes what the others need: if it fails, they fail unrun. */
static inline int ktap_run_after_first(const struct ktap_case *cases, size_t count)
{
	return ktap_run_cases(cases, count, true);
}

#endif /* KTAP_H */
