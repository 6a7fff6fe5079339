#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A build that failed goes on where it stopped once its cause is mended; and never in a tree that somebody changed since.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# fails until the file `mended` is in the compiler cache, which the sandbox lets both sides see
failing() {
    cat > hooks.mk <<'MAKE'
HOOK_BUILD = touch left; [ -e /ccache/mended ] || { echo "mm/x.c:1:1: error: unknown type name 'foo'"; exit 1; }; [ ! -e first ] || echo '  CC      goes on'; touch first
MAKE
}
failing
fake_kernel
rm -f "$CCACHE_DIR/mended"
build --until package
expect_exit 1
expect_stderr "unknown type name 'foo'"
expect_stderr 'logs/build.log'
touch "$CCACHE_DIR/mended"
build --until package
expect_exit 0
for stage in plan stage edit prep; do expect_stage "$stage" reused; done
undisturbed=$(cat "$W/packages/SHA256SUMS")
expect_unmarked "$W/packages"
rm -rf "$W"
build --until package
expect_exit 0
expect_same "$(cat "$W/packages/SHA256SUMS")" "$undisturbed" "the packages of an undisturbed build"

# a source file of the prepared tree is edited between the failure and the next run
rm -rf "$W" "$CCACHE_DIR/mended"
build --until package
expect_exit 1
touch "$CCACHE_DIR/mended"
tree=$(dirname "$(find "$W/enhanced/rpmbuild/BUILD" -name Kbuild)")
cp -p "$tree/net/core/filter.c" filter.c
echo '/* by hand */' >> "$tree/net/core/filter.c"
build --until package
expect_exit 0
expect_stage prep "done: net/core/filter.c was altered"
! grep -rqsF 'by hand' "$W/enhanced/rpmbuild/BUILD" || fail "what was changed by hand was compiled"
expect_same "$(cat "$W/packages/SHA256SUMS")" "$undisturbed" "the packages after a change by hand"

# the configuration
rm -rf "$W" "$CCACHE_DIR/mended"
build --until package
expect_exit 1
touch "$CCACHE_DIR/mended"
echo 'CONFIG_BY_HAND=y' >> "$(find "$W/enhanced/rpmbuild/BUILD" -name .config)"
build --until package
expect_exit 0
expect_stage prep "done: .config was altered"
expect_same "$(cat "$W/packages/SHA256SUMS")" "$undisturbed" "the packages after the configuration was altered"

# a file that is new, which what the build itself left is not
rm -rf "$W" "$CCACHE_DIR/mended"
build --until package
expect_exit 1
touch "$CCACHE_DIR/mended"
expect_file "$tree/left"
touch "$tree/arch/x86/include/asm/new.h"
build --until package
expect_exit 0
expect_stage prep "done: arch/x86/include/asm/new.h was added"
expect_same "$(cat "$W/packages/SHA256SUMS")" "$undisturbed" "the packages after a file was added"

# a file that is gone
rm -rf "$W" "$CCACHE_DIR/mended"
build --until package
expect_exit 1
touch "$CCACHE_DIR/mended"
rm "$(find "$W/enhanced/rpmbuild/BUILD" -name fake.h)"
build --until package
expect_exit 0
expect_stage prep "done: arch/x86/include/asm/fake.h is missing"
expect_same "$(cat "$W/packages/SHA256SUMS")" "$undisturbed" "the packages after a file was removed"

# a file that was altered and has its old length and time
rm -rf "$W" "$CCACHE_DIR/mended"
build --until package
expect_exit 1
touch "$CCACHE_DIR/mended"
tree=$(dirname "$(find "$W/enhanced/rpmbuild/BUILD" -name Kbuild)")
cp -p "$tree/net/core/filter.c" before.c
tr 'a-z' 'b-za' < before.c > "$tree/net/core/filter.c"
touch -r before.c "$tree/net/core/filter.c"
build --until package
expect_exit 0
expect_stage prep "done: net/core/filter.c was altered"
expect_same "$(cat "$W/packages/SHA256SUMS")" "$undisturbed" "the packages after a change that its time does not tell"

# the same where no rpmbuild unpacks: the tree is laid out anew
for output in image deb; do
    rm -rf "$W" "$CCACHE_DIR/mended"
    build --until package --output $output
    expect_exit 1
    touch "$CCACHE_DIR/mended"
    for path in net/core/filter.c .config; do echo '/* by hand */' >> "$W/enhanced/tree/$path"; done
    build --until package --output $output
    expect_exit 0
    [[ $(stage_was edit) == "done: "*" was altered" ]] || fail "$output: edit was $(stage_was edit)"
    expect_stage prep "done"
    ! grep -rqsF 'by hand' "$W/enhanced/tree" || fail "$output: what was changed by hand was compiled"
done

# while make is at work: what is compiled then is not what the patches say
rm -rf "$W" "$CCACHE_DIR/mended"
{ hold_in HOLD build; echo 'HOOK_BUILD = $(HOLD)'; } > hooks.mk
fake_kernel
hold build
start_build package
wait_for_hold build
tree=$(dirname "$(find "$W/enhanced/rpmbuild/BUILD" -name Kbuild)")
echo '/* by hand */' >> "$tree/net/core/filter.c"
release build
finish
expect_exit 1
expect_stderr 'net/core/filter\.c was altered while the kernel was compiled'
[ ! -e "$W/packages" ] || fail "packages of what somebody changed"
build --until package
expect_exit 0
expect_stage prep "done"
! grep -rqsF 'by hand' "$W/enhanced/rpmbuild/BUILD" || fail "what was changed by hand meanwhile was compiled"

# another linker, or no sandbox: what one has compiled the other does not go on with
failing
fake_kernel
mkdir bin
printf '#!/bin/sh\necho "GNU ld 2.99"\n' > bin/ld
chmod +x bin/ld
rm -rf "$W" "$CCACHE_DIR/mended"
build --until package
expect_exit 1
build --until package --no-sandbox # which does not see the cache where it was
expect_exit 1
expect_stderr 'prep +done again: no sandbox is new'
PATH=$T/bin:$PATH build --until package --no-sandbox
expect_stderr 'prep +done again: linker changed'
touch "$CCACHE_DIR/mended"
build --until package
expect_exit 0
expect_stage prep "done: linker changed"

# which file of a tree it was
rm -rf "$W"
fake_kernel
sleep 1.1 # what was written just now is not remembered
from_tree() { run build --work "$W" --tree "$T/linux-5.10.999" --no-verify --series "$SERIES" --until prep; }
for change in '' 'echo "/* more */" >> net/core/filter.c' 'rm arch/x86/include/asm/fake.h' 'touch arch/x86/include/asm/new.h'; do
    (cd "$T/linux-5.10.999" && eval "$change")
    from_tree
    expect_exit 0
    [ -z "$change" ] || expect_stage plan "done: source changed: ${change##* }"
    sleep 1.1
done
