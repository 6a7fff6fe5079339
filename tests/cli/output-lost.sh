#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A terminal, pipe or log that goes away does not crash the build; a report that could not be written is no success.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
call=("$KMESH" build --work "$W" --tarball "$T/$TARBALL" --no-verify --series "$SERIES" --until prep)
# code EXPECTED WHAT COMMAND... : the exit code of a call whose outputs `run` cannot look at
code() {
    local expected=$1 what=$2 seen=0
    shift 2
    echo "$* ($what)" > "$T/command"
    "$@" || seen=$?
    expect_same "$seen" "$expected" "the exit code with $what"
}
mute() { "${call[@]}" > out 2> /dev/full; }
closed() { "${call[@]}" > out 2>&-; }
all_closed() { "${call[@]}" <&- >&- 2>&-; }
full() { "${call[@]}" --json > /dev/full 2> err; }
: > out
: > err

code 0 "a full log" mute
grep -q '^verified by' out || fail "no report on standard output"
rm -rf "$W"
code 0 "standard error closed" closed
code 0 "nothing open" all_closed
code 0 "standard error closed, the second time" closed
expect_same "$(cat "$W/lock")" "" "what went into the lock file"
! grep -rqs 'reused (' "$W" || fail "messages for a person went into a file: $(grep -rls 'reused (' "$W")"
code 1 "a full standard output" full
grep -q '^error: .*standard output' err || fail "no word about the report that was lost"
jq -e .ok "$W/report.json" >/dev/null || fail "the report in the work folder is lost too"

# a pager that is closed early
"${call[@]}" --json 2> err | true || true
"$KMESH" build --help 2>> err | true || true
! grep -Eq 'terminate|what\(\)' err || fail "it crashed: $(cat err)"
