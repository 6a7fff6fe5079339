#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A log is explained to a person and to a program; a build that fails explains itself. (Each row of the table against the log
# that showed it: src/kit/known_failures_test.cc.)
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

data=$REPOSITORY/tests/data/failures
# as a person sees it
run explain "$data/flex-missing.log"
expect_stdout '^line 6:$'
expect_stdout 'flex: command not found'
expect_stdout '^program-missing: .*: flex$'
expect_stdout '^    apt-get install flex$'
run explain "$data/flex-missing.log" --json
expect_exit 0
expect_json '.known and .name == "program-missing" and .line == 6 and .command == "apt-get install flex"'
run explain "$data/clean-build-5.10.log"
expect_exit 0
expect_stdout '^no line of this log tells of an error$'
run explain "$T/no-such.log"
expect_exit 1
expect_stderr 'no-such.log.*No such file'
printf 'x.c:1:1: error: something new\nmake: *** [x.o] Error 1\n' > new.log
run explain new.log
expect_exit 1
expect_stdout 'something new'
expect_stderr '^error: .*known failures has no row'

# A build that fails explains itself.
cat > hooks.mk <<'MAKE'
HOOK_BUILD = @echo '/bin/sh: line 1: lz4: command not found'; exit 127
MAKE
fake_kernel
build --until package
expect_exit 1
expect_stderr '^error: rpmbuild failed: .*not installed: lz4$'
expect_stderr 'lz4: command not found'
expect_stderr '^    apt-get install lz4$'
expect_stderr 'run the same command again'
