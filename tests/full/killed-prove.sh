#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Killed while the images boot, and when they have been judged and the journal does not say so yet: the next run judges them
# anew, hands over the same packages, and nothing of the killed guest goes on.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$REPOSITORY/tests/boot/lib.sh"

work=$scratch/work
copy_work "$work"
packages() { (cd "$work/packages" && sha256sum -- *); }
reference=$(packages)
forget() { jq 'del(.stages.prove)' "$work/journal.json" > "$scratch/journal" && mv "$scratch/journal" "$work/journal.json"; }
guests() { pgrep -f "qemu-system-x86_64.*$work" || true; }
run() { build_same --work "$work" > "$scratch/out" 2> "$scratch/err"; }
# completes MOMENT
completes() {
    [ "$(jq '.stages | has("prove")' "$work/journal.json")" = false ] || fail "$1: it was proven before"
    run || fail "$1: the next run fails: $(tail -n 5 "$scratch/err")"
    expect '[.stages[] | select(.reused | not) | .name] - ["baseline", "series"] | join(" ")' prove "$work/report.json"
    expect '[.proof[].enhanced] | unique | join(",")' pass "$work/report.json"
    [ "$(packages)" = "$reference" ] || fail "$1: the packages are others"
}

# from a tarball it is another baseline than by name; what follows is to prove again and nothing else
run || fail "undisturbed: $(tail -n 5 "$scratch/err")"
[ "$(packages)" = "$reference" ] || fail "undisturbed: the packages are others"

forget
setsid "$BASH" -c '. "$0"; WORK=$1 build_same --work "$2"' "$REPOSITORY/tests/boot/lib.sh" "$WORK" "$work" > "$scratch/out" 2> "$scratch/err" &
group=$!
for _ in $(seq 600); do
    [ -z "$(guests)" ] || break
    sleep 0.1
done
[ -n "$(guests)" ] || fail "no guest was started: $(cat "$scratch/err")"
pkill -KILL -f "^$KMESH build .*$work" || fail "there is nothing to kill"
wait "$group" || true
for _ in $(seq 50); do
    [ -n "$(guests)" ] || break
    sleep 0.1
done
[ -z "$(guests)" ] || fail "the guest goes on without who started it"
completes "killed while an image boots"

# the record of prove is the last rename to the journal's name; which of all renames that is, a run tells that is not killed
traced() { # STRACE-OPTION...
    strace -qq -e trace=rename "$@" "$KMESH" build --tarball "$(echo "$WORK"/source/linux-source-*.tar.xz)" \
        --sha256 "$(jq -r .baseline.fingerprint "$WORK/report.json")" --work "$work" > "$scratch/out" 2> "$scratch/err"
}
forget
traced -o "$scratch/renames" || fail "undisturbed: $(tail -n 5 "$scratch/err")"
at=$(grep '^rename' "$scratch/renames" | grep -n '"[^"]*/journal.json") *= 0' | tail -n 1 | cut -d : -f 1)
# how many renames come before it is a matter of what was left by the run before, so a kill may come to another one
for _ in 1 2 3 4 5; do
    forget
    rm -f "$work"/report.*
    code=0
    traced -o "$scratch/trace" -e inject=rename:signal=KILL:when="$at" || code=$?
    [ $code = 137 ] || fail "it was not killed at a rename: exit code $code"
    if [ "$(jq '.stages | has("prove")' "$work/journal.json")" = true ]; then
        at=$((at - 1))
    elif tail -n 3 "$scratch/trace" | grep -q 'journal.json"'; then
        break
    else
        at=$((at + 1))
    fi
done
tail -n 3 "$scratch/trace" | grep -q 'journal.json"' || fail "no kill came to the record"
completes "killed before the record"
