#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Ctrl-C during a stage: exit code 1 and a word on how to go on, no process is left, and the next run completes.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

{ hold_in HOOK_PREP prep; hold_in HOOK_BUILD build; } > hooks.mk
fake_kernel
build --until package
expect_exit 0
reference=$(cat "$W/packages/SHA256SUMS")

for signal in INT TERM HUP; do
    rm -rf "$W"
    hold build
    start_build package
    wait_for_hold build
    [ -n "$(running "$MARK")" ] || fail "the test does not see the build's processes"
    kill -s "$signal" "$PID"
    finish
    expect_exit 1
    sane
    expect_stderr '^error: stopped on request'
    expect_stderr 'same command again'
    wait_for "the build's processes to end" 5 none_running "$MARK"
    none_running "$W" || fail "something still runs: $(running "$W")"
    refute_file "$W/packages"

    release build
    build --until package
    expect_exit 0
    for stage in plan stage edit prep; do expect_stage "$stage" reused; done
    for stage in build package; do expect_stage "$stage" "done"; done
    expect_same "$(cat "$W/packages/SHA256SUMS")" "$reference" "the packages after $signal"
    grep -q 'net/core/filter.o' "$W/logs/build.log.old" || fail "the log of the stopped run is lost"
done

# and while it prepares
rm -rf "$W"
hold prep
start_build package
wait_for_hold prep
kill -s INT "$PID"
finish
expect_exit 1
wait_for "the build's processes to end" 5 none_running "$MARK"
release prep
build --until package
expect_exit 0
expect_same "$(cat "$W/packages/SHA256SUMS")" "$reference" "the packages"
