#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A disk that fills up, wherever in the build: exit code 1, the message says that the disk is full, nothing half-written is
# taken for good, and the next run with room goes on to the same packages.
set -euo pipefail
# a mount namespace of its own, so that the small disks are nobody else's
if [ -z "${KMESH_TEST_NAMESPACE-}" ]; then
    flags=--mount
    [ "$(id -u)" = 0 ] || flags='--mount --map-root-user'
    # shellcheck disable=SC2086 # one or two words
    KMESH_TEST_NAMESPACE=1 exec unshare $flags --propagation private "$0"
fi
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# what holds for each of the failures below
is_full() {
    expect_exit 1
    expect_stderr 'disk is full|[Nn]o space left on device'
    expect_stderr 'free some space'
    [ ! -s "$W/journal.json" ] || jq -e . "$W/journal.json" >/dev/null || fail "the journal is damaged"
    [ ! -s "$W/report.json" ] || jq -e '.ok == false' "$W/report.json" >/dev/null || fail "a report that says it went well"
}

{
    echo 'HOOK_PREP = [ ! -e /ccache/big ] || head -c 30000000 /dev/zero > big'
    hold_in HOOK_BUILD build
} > hooks.mk
fake_kernel
build --until package
expect_exit 0
reference=$(cat "$W/packages/SHA256SUMS")
rm -rf "$W"

mkdir "$T/disk"
W=$T/disk/work
mount -t tmpfs -o size=8g none "$T/disk"
at_end "umount -l $T/disk 2>/dev/null"
used() { du -s --block-size=1 "$T/disk" | cut -f 1; }
shrink() { mount -o "remount,size=$(($(used) + $1))" none "$T/disk"; }
grow() { mount -o remount,size=8g none "$T/disk"; }

# from the beginning there is too little: said before anything is done
shrink 100000000
build
expect_exit 1
expect_stderr '^error: .* has [0-9]+ MiB free; building a kernel takes about [0-9]+ MiB'
expect_stderr '\-\-work DIR'
grow

# a makefile fills it
touch "$CCACHE_DIR/big"
build --until edit
expect_exit 0
hold build
rm "$CCACHE_DIR/big"
start_build package
wait_for_hold build
shrink 100000
# ... and the packages find no room
release build
finish
is_full
refute_file "$W/packages/SHA256SUMS"
grow
build --until package
expect_exit 0
expect_stage prep reused
expect_same "$(cat "$W/packages/SHA256SUMS")" "$reference" "the packages"

# full to the last byte: the log itself cannot be written
rm -rf "$W"
hold build
start_build package
wait_for_hold build
shrink 0
release build
finish
is_full
grow
build --until package
expect_exit 0
expect_same "$(cat "$W/packages/SHA256SUMS")" "$reference" "the packages"

# what is built has its room already: little is left, and nothing more is needed
build --until control
expect_exit 0
shrink 100000000
build --until control
expect_exit 0
expect_stage control reused
umount "$T/disk"

# room for N files: each number stops it at another place
full=0
for inodes in $(seq 2 1 14) $(seq 15 3 60) 80 120; do
    mount -t tmpfs -o "size=8g,nr_inodes=$inodes" none "$T/disk"
    build --until package
    if [ "$CODE" = 1 ]; then
        is_full
        full=$((full + 1))
    fi
    mount -o remount,nr_inodes=100000 none "$T/disk"
    if [ $((inodes % 5)) = 0 ]; then
        build --until package
        expect_exit 0
        expect_same "$(cat "$W/packages/SHA256SUMS")" "$reference" "the packages"
    fi
    umount "$T/disk"
done
[ "$full" -gt 20 ] || fail "the disks were too large for this test: $full of them filled up"
