#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# --cc: the compiler and what stands before it. A farm of two distccd on loopback compiles, through ccache and without it; the
# sandbox keeps its network for that, and the report says so.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rpm_lib.sh
. "$(dirname "$0")/rpm_lib.sh"

# shellcheck disable=SC2016 # for make and its shell to expand
printf '%s' 'HOOK_BUILD = for i in 1 2 3 4 5 6 7 8; do echo "int x = $$i;" > f$$i.c; $(CC) -c -o f$$i.o f$$i.c & done; wait; ' \
    'for i in 1 2 3 4 5 6 7 8; do test -e f$$i.o || exit 1; done' > "$T/hooks.mk"
fake_kernel
# a server compiles with what it is told to trust; distcc asks for gcc by its whole name
for compiler in gcc "$(gcc -dumpmachine)-gcc"; do command -v "$compiler"; done > "$T/commands"
start_distccd() {
    DISTCC_CMDLIST=$T/commands distccd --no-detach --daemon --user nobody --listen 127.0.0.1 --port "$1" --allow 127.0.0.1 --jobs 2 \
        --log-file "$T/distccd.$1" --log-level info > "$T/distccd.$1.out" 2>&1 &
    at_end "kill $! 2>/dev/null"
}
chmod 777 "$T"
for port in 18632 18633; do touch "$T/distccd.$port" && chmod 666 "$T/distccd.$port"; start_distccd $port; done
listening() { : < "/dev/tcp/127.0.0.1/$1"; } 2> /dev/null
for port in 18632 18633; do wait_for "distccd" 10 listening $port; done
compiled_by() { grep -c 'COMPILE_OK' "$T/distccd.$1" || true; }
export DISTCC_HOSTS='127.0.0.1:18632/1 127.0.0.1:18633/1' DISTCC_FALLBACK=0

build --until build --cc "distcc gcc" --json
expect_exit 0
expect_json '.warnings | map(test("kept its network")) | any'
for port in 18632 18633; do [ "$(compiled_by $port)" -gt 0 ] || fail "the server at $port compiled nothing: $(cat "$T/distccd.$port")"; done
before=$(($(compiled_by 18632) + $(compiled_by 18633)))
[ $before -ge 8 ] || fail "$before files were compiled by the farm"

# through ccache: the farm compiles what is not known, and nothing the second time
rm -rf "$W"
build --until build --cc "ccache distcc gcc" --json
expect_exit 0
after=$(($(compiled_by 18632) + $(compiled_by 18633)))
[ $((after - before)) -ge 8 ] || fail "ccache did not pass it on: $((after - before)) files"
rm -rf "$W"
build --until build --cc "ccache distcc gcc"
expect_exit 0
expect_same "$(($(compiled_by 18632) + $(compiled_by 18633)))" "$after" "files compiled the second time"

# without a farm the network stays away
rm -rf "$W"
build --until build --cc "gcc" --json
expect_exit 0
expect_json '.warnings | map(test("kept its network")) | any | not'

# a source package's spec calls gcc, and finds the same under that name; as many at once as were asked for
# shellcheck disable=SC2016 # for make and its shell to expand
printf '%s' 'HOOK_BUILD = echo "at once: $(filter -j%,$(MAKEFLAGS))"; for i in 1 2 3 4 5 6 7 8; do echo "int y = $$i;" > g$$i.c; ' \
    'gcc -c -o g$$i.o g$$i.c & done; wait; for i in 1 2 3 4 5 6 7 8; do test -e g$$i.o || exit 1; done' > "$T/hooks.mk"
distribution_package
from_package() { run build --work "$W" --series "$SERIES" --srpm "$T/kernel.src.rpm" --no-verify --until build "$@"; }
before=$(($(compiled_by 18632) + $(compiled_by 18633)))
from_package --cc "ccache distcc gcc" --jobs 3 --json
expect_exit 0
expect_json '.warnings | map(test("kept its network")) | any'
after=$(($(compiled_by 18632) + $(compiled_by 18633)))
[ $((after - before)) -ge 8 ] || fail "the farm compiled $((after - before)) files of a source package"
grep -q 'at once: -j3' "$W"/logs/build.log || fail "not three at once: $(grep 'at once' "$W"/logs/build.log)"
rm -rf "$W"
from_package --cc "ccache gcc" --jobs 2
expect_exit 0
grep -q 'at once: -j2' "$W"/logs/build.log || fail "not two at once"
expect_same "$(($(compiled_by 18632) + $(compiled_by 18633)))" "$after" "files of a source package compiled by the farm without being asked"

# what is no program's name
run build --work "$W" --cc 'gcc; reboot'
expect_exit 2
