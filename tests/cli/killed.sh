#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A run that is killed outright leaves no process behind, and the next run completes with the same packages.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

{ hold_in HOOK_PREP prep; hold_in HOOK_BUILD build; } > hooks.mk
fake_kernel
build --until package
expect_exit 0
reference=$(cat "$W/packages/SHA256SUMS")
rm -rf "$W"

for point in prep build; do
    hold "$point"
    start_build package
    wait_for_hold "$point"
    [ -n "$(running "$MARK")" ] || fail "the test does not see the build's processes"
    kill -s KILL "$PID"
    wait "$PID" || true
    wait_for "the build's processes to end" 5 none_running "$MARK"
    jq -e . "$W/journal.json" >/dev/null || fail "the journal is damaged"
    refute_file "$W/packages"
    release "$point"
done

# what the checks of the host leave when they are killed
mkdir -p "$W/probe"
ln -s case "$W/probe/link"
build --until package
expect_exit 0
for stage in plan stage edit prep; do expect_stage "$stage" reused; done
for stage in build module package; do expect_stage "$stage" "done"; done
expect_same "$(cat "$W/packages/SHA256SUMS")" "$reference" "the packages"
expect_unmarked "$W/packages"
[ -z "$(find "$W" -name '*.tmp')" ] || fail "half-written files: $(find "$W" -name '*.tmp')"
