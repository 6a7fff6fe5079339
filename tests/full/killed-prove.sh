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
# run COMMAND...: of a call to build
run() { build_same --work "$work" > "$scratch/out" 2> "$scratch/err"; }
# completes MOMENT
completes() {
    [ "$(jq '.stages | has("prove")' "$work/journal.json")" = false ] || fail "$1: it was proven before"
    run || fail "$1: the next run fails: $(tail -n 5 "$scratch/err")"
    expect '[.stages[] | select(.reused | not) | .name] | join(" ")' 'series prove' "$work/report.json"
    expect '[.proof[].enhanced] | unique | join(",")' pass "$work/report.json"
    [ "$(packages)" = "$reference" ] || fail "$1: the packages are others"
}

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

forget
code=0
source=("$WORK"/source/linux-source-*.tar.xz)
# the first rename to the journal's name is the record of prove
strace -qq -o "$scratch/trace" -e trace=rename -P "$work/journal.json" -e inject=rename:signal=KILL:when=1 \
    "$KMESH" build --tarball "${source[0]}" --sha256 "$(jq -r .baseline.fingerprint "$WORK/report.json")" --work "$work" \
    > "$scratch/out" 2> "$scratch/err" || code=$?
[ $code = 137 ] || fail "it was not killed at the record: exit code $code"
[ -s "$work/logs/enhanced/results.txt" ] || fail "it was killed before the images were judged"
completes "killed before the record"
