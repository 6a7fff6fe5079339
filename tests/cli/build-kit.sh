#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The first `make kernel` compiles the kit: it says so, a terminal sees how far that is, and a file has no control characters.
# Where nothing is new it says nothing.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

grep -q $'^\t@tools/build-kit.sh build/gcc kmesh-kernel ' "$REPOSITORY/Makefile" || fail "make kit does not go this way"

said='building the kit itself: a few minutes the first time'
mkdir -p build src bpf guest packaging
touch CMakeLists.txt CMakePresets.json
echo one > src/one
printf '%s\n' 'rule make' '  command = cp $in $out' '  description = MAKE $out' 'build kit: make ../src/one' > build/build.ninja
build() { "$REPOSITORY/tools/build-kit.sh" build kit; }
on_terminal() { TERM=xterm script -qec "$REPOSITORY/tools/build-kit.sh build kit" /dev/null > screen; }

expect_same "$(build 2>&1)" "$said" "the first time"
expect_same "$(cat build/kit)" one "what was built"
expect_same "$(build 2>&1)" "" "with nothing new"
on_terminal
expect_same "$(cat screen)" "" "a terminal with nothing new"

sleep 0.01
echo two > src/one
on_terminal
grep -qF "$said" screen || fail "a terminal is not told: $(cat -v screen)"
grep -q 'MAKE kit' screen || fail "a terminal does not see how far it is: $(cat -v screen)"
expect_same "$(cat build/kit)" two "what was built on a terminal"

# what fails is said again, and shown
rm src/one
sleep 0.01
touch CMakeLists.txt
for _ in 1 2; do
    ! build > out 2>&1 || fail "a build that cannot be is none"
    grep -qF "$said" out || fail "what failed counts as built: $(cat out)"
    grep -q 'src/one' out || fail "the reason is not shown: $(cat out)"
done
