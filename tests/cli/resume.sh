#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A build that failed goes on where it stopped once its cause is mended; and never in a tree that somebody changed since.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# fails until the file `mended` is in the compiler cache, which the sandbox lets both sides see
cat > hooks.mk <<'MAKE'
HOOK_BUILD = touch left; [ -e /ccache/mended ] || { echo "mm/x.c:1:1: error: unknown type name 'foo'"; exit 1; }; [ ! -e first ] || echo '  CC      goes on'; touch first
MAKE
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
