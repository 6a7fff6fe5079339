#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The help of the program and of each verb fits a screen, says what each option is for, and ends with an example.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fits() {
    expect_exit 0
    [ ! -s "$T/err" ] || fail "help belongs to standard output"
    [ "$(wc -l < "$T/out")" -le 40 ] || fail "more than 40 lines"
    ! grep -nE '.{101}' "$T/out" || fail "a line of more than 100 characters"
    expect_stdout '^  kmesh-kernel '
}

run --help
fits
verbs=$(sed -n 's/^  \([a-z]\+\) \+[^ ].*/\1/p' "$T/out")
[ -n "$verbs" ] || fail "no verbs in the help"
cp "$T/out" help
for word in help -h; do
    run "$word"
    expect_exit 0
    cmp -s help "$T/out" || fail "$word is not --help"
done
for verb in $verbs; do
    run "$verb" --help
    fits
    expect_stdout '^Usage: kmesh-kernel '"$verb"
    # every option has a word on what it is for, on its line or the next
    awk '/^  -/ { if (bare) exit 1; bare = ($0 !~ /^  -.{26} *[^ ]/ && $0 !~ / [a-z].* [a-z]/) ; next }
         { bare = 0 } END { exit bare }' "$T/out" || fail "an option without an explanation"
done

# without a verb the same is shown, beside the answer that nobody asked for: the call was wrong
CODE=0
"$KMESH" > "$T/out" 2> "$T/err" || CODE=$?
expect_exit 2
expect_empty_stdout
cmp -s help "$T/err" || fail "a call without a verb shows the help"
