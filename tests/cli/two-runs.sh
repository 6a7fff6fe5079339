#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Two runs at once in one work folder: the second is told so at once, the first goes on undisturbed.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

hold_in HOOK_BUILD build > hooks.mk
fake_kernel
hold build
start_build package
first=$PID
wait_for_hold build

before=$(cat "$W/journal.json")
for _ in 1 2 3; do
    LIMIT=5 build --until package
    expect_exit 1
    expect_stderr "^error: another kmesh-kernel is at work in $W"
    expect_stderr '\-\-work DIR'
done
LIMIT=5 build --until package --json
expect_exit 1
expect_json '.error.what | test("another kmesh-kernel")'
expect_same "$(cat "$W/journal.json")" "$before" "the journal"

# beside it, in another folder, it works
run build --work "$T/other" --tarball "$T/$TARBALL" --no-verify --series "$SERIES" --until plan
expect_exit 0

release build
PID=$first
CODE=0
wait "$PID" || CODE=$?
expect_exit 0
(cd "$W/packages" && sha256sum --quiet --check SHA256SUMS) || fail "the first run's packages are damaged"
build --until package
expect_exit 0
expect_stage build reused
