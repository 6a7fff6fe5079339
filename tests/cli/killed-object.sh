#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kbuild changes objects after they are there. A build that is killed in between leaves one that is newer than its source and
# not whole; the next run makes it again, and so does one for which a patch was edited.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

{
    hold_in HOLD half
    cat <<'MAKE'
HOOK_BUILD = $(MAKE) init/main.o; grep -q whole init/main.o
init/main.o: init/main.c
	echo half > $@
	$(HOLD)
	echo whole >> $@
MAKE
} > hooks.mk
fake_kernel
mkdir -p linux-5.10.999/init
echo main > linux-5.10.999/init/main.c
pack linux-5.10.999 "$T/$TARBALL"

kill_held() {
    hold half
    start_build package
    wait_for_hold half
    kill -s KILL "$PID"
    wait "$PID" 2> /dev/null || true
    wait_for "the build's processes to end" 5 none_running "$MARK"
}

kill_halfway() {
    kill_held
    object=$(find "$W/enhanced/rpmbuild/BUILD" -path '*/init/main.o')
    [ "$(cat "$object")" = half ] || fail "the object is not half-made: nothing can be proven"
    release half
}
kill_halfway
build --until package
expect_exit 0
expect_same "$(tr '\n' ' ' < "$object")" "half whole " "the object after the next run"
refute_file "$W/enhanced/compiling"

# the sandbox alone is killed, as a system without memory does: make fails, and the kit goes on to say so
rm -rf "$W"
hold half
start_build package
wait_for_hold half
pkill -KILL -P "$PID" bwrap
finish
expect_exit 1
wait_for "the build's processes to end" 5 none_running "$MARK"
release half
build --until package
expect_exit 0
expect_same "$(tr '\n' ' ' < "$object")" "half whole " "the object after its maker was killed"

# the mark is what tells of it: without it make takes the object for done
rm -rf "$W"
kill_halfway
rm "$W/enhanced/compiling"
build --until package
expect_exit 1

rm -rf "$W"
kill_halfway
sed -i 's/^+.*bpf_ctx_range.*/&\t\/* edited *\//' "$SERIES/$FIRST"
build --until package
expect_exit 0
expect_same "$(tr '\n' ' ' < "$(find "$W/enhanced/rpmbuild/BUILD" -path '*/init/main.o')")" "half whole " "the object after a patch was edited"

# a program of kbuild's own, which has no ending to be known by
{
    hold_in HOLD half
    cat <<'MAKE'
HOOK_BUILD = $(MAKE) tools/objtool/objtool; grep -q whole tools/objtool/objtool
tools/objtool/objtool: init/main.c
	mkdir -p tools/objtool
	echo half > $@
	$(HOLD)
	echo whole >> $@
MAKE
} > hooks.mk
rm -rf "$W"
fake_kernel
mkdir -p linux-5.10.999/init
echo main > linux-5.10.999/init/main.c
pack linux-5.10.999 "$T/$TARBALL"
kill_held
release half
build --until package
expect_exit 0
