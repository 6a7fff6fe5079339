#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Measures the edit of a spec beside rpm's own parse of it, in turn, and writes bench/SPEC.md. The spec has 48,000 lines: the
# largest in use have as many.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/table.sh
. bench/table.sh
kmesh=${KMESH:-$PWD/build/kmesh-kernel}
output=${1:-bench/SPEC.md}
scratch=$(mktemp -d "$PWD/build/bench-spec.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
runs=9
mkdir -p "$scratch"/{SPECS,SOURCES}
tests/specs/make-sources.sh rhel-9 "$scratch/SOURCES"
spec=$scratch/SPECS/kernel.spec
lines() { wc -l < "$1"; }
# more configurations and more history, as the real ones have them
{
    sed '/^%description$/,$d' tests/specs/rhel-9/kernel.spec
    for i in $(seq 10000 25999); do echo "Source$i: config-$i"; done
    sed -n '/^%description$/,$p' tests/specs/rhel-9/kernel.spec
    for i in $(seq 16000); do printf -- '- net: change number %s\n\n' "$i"; done
} > "$spec"
cp "$spec" "$scratch/original"
now() { date +%s%N; }
median() { sort -n "$1" | awk '{ all[NR] = $1 } END { print (NR % 2 ? all[(NR + 1) / 2] : (all[NR / 2] + all[NR / 2 + 1]) / 2) / 1e6 }'; }
timed() {
    local into=$1 start
    shift
    start=$(now)
    "$@" > "$scratch/out" 2> "$scratch/err" || { cat "$scratch/err" >&2; exit 1; }
    echo $(($(now) - start)) >> "$scratch/$into"
}
edit() { "$kmesh" spec edit "$spec" --patch tests/specs/ours/a.patch --patch tests/specs/ours/b.patch --work "$scratch/work" --no-sandbox --json; }
undo() { "$kmesh" spec undo "$spec" --work "$scratch/work"; }
for _ in $(seq $runs); do
    timed parse rpmspec --define "_topdir $scratch" --define "_dbpath $scratch/db" --parse "$spec"
    timed edit edit
    jq '.rpm_seconds * 1e9 | round' "$scratch/out" >> "$scratch/rpm"
    timed undo undo
done
cmp -s "$spec" "$scratch/original" || { echo "undo did not give the bytes back" >&2; exit 1; }
parse=$(median "$scratch/parse")
edit=$(median "$scratch/edit")
undo=$(median "$scratch/undo")
paste "$scratch/edit" "$scratch/rpm" | awk '{ print $1 - $2 }' > "$scratch/own"
own=$(median "$scratch/own")
whole() { printf '%.0f ms' "$1"; }
{
    echo "# The edit of a spec"
    echo
    echo "Made by \`bench/spec.sh\`: a spec of $(lines "$spec") lines, medians of $runs runs in turn, one machine ($(nproc) cores,"
    echo "$(rpm --version | tail -1))."
    echo
    echo "| figure | measured | goal | |"
    echo "| --- | --- | --- | --- |"
    echo "| rpm's own parse (rpmspec --parse) | $(whole "$parse") | (the peer) | |"
    echo "| spec edit, which has rpm parse it before and after | $(whole "$edit") | | |"
    row "of it neither of rpm's two parses" "$(whole "$own")" "at most 50 ms" "$own <= 50"
    echo "| spec undo | $(whole "$undo") | | |"
} > "$output"
cat "$output"
