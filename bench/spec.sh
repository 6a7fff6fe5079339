#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Measures the edit of a spec beside rpm's own parse of it, in turn, and writes bench/SPEC.md: of one in the style of RHEL 9 as
# it stands in tests/specs, and of the same with as many configurations and as much history as the largest in use have. And how
# many of the specs in tests/specs come out as they should.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/table.sh
. bench/table.sh
kmesh=${KMESH:-$PWD/build/kmesh-kernel}
export KMESH=$kmesh REPOSITORY=$PWD
output=${1:-bench/SPEC.md}
scratch=$(mktemp -d "$PWD/build/bench-spec.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
runs=9
mkdir -p "$scratch"/{SPECS,SOURCES}
tests/specs/make-sources.sh rhel-9 "$scratch/SOURCES"
spec=$scratch/SPECS/kernel.spec
lines() { wc -l < "$1"; }
cp tests/specs/rhel-9/kernel.spec "$scratch/usual"
{
    sed '/^%description$/,$d' tests/specs/rhel-9/kernel.spec
    for i in $(seq 10000 25999); do echo "Source$i: config-$i"; done
    sed -n '/^%description$/,$p' tests/specs/rhel-9/kernel.spec
    for i in $(seq 16000); do printf -- '- net: change number %s\n\n' "$i"; done
} > "$scratch/largest"
now() { date +%s%N; }
# of the nanoseconds in a file of timed
milliseconds() { median < "$1" | awk '{ print $1 / 1e6 }'; }
timed() {
    local into=$1 start
    shift
    start=$(now)
    "$@" > "$scratch/out" 2> "$scratch/err" || { cat "$scratch/err" >&2; exit 1; }
    echo $(($(now) - start)) >> "$scratch/$into"
}
edit() { "$kmesh" spec edit "$spec" --patch tests/specs/ours/a.patch --patch tests/specs/ours/b.patch --work "$scratch/work" --json; }
undo() { "$kmesh" spec undo "$spec" --work "$scratch/work"; }
# What another tool for packages takes to read a spec, which it does before it changes one.
read_by_gbp() { /usr/bin/python3 -c 'import sys; from gbp.rpm import SpecFile; assert SpecFile(sys.argv[1]).version' "$spec"; }
whole() { printf '%.0f ms' "$1"; }

# numbered NUMBER: the largest, in which a macro gives a Source that number
numbered() { sed "s/^Source10000:.*/%global number $1\nSource%{number}: config-10000/" "$scratch/largest"; }

# measure WHICH [REMARK]: its rows of the table
measure() {
    local own
    cp "$scratch/$1" "$spec"
    rm -f "$scratch"/{parse,gbp,edit,undo,own}
    for _ in $(seq $runs); do
        timed parse rpmspec --define "_topdir $scratch" --define "_dbpath $scratch/db" --parse "$spec"
        timed gbp read_by_gbp
        timed edit edit
        timed undo undo
    done
    cmp -s "$spec" "$scratch/$1" || { echo "undo did not give the bytes back" >&2; exit 1; }
    paste "$scratch/edit" "$scratch/parse" | awk '{ print $1 - $2 }' > "$scratch/own"
    own=$(milliseconds "$scratch/own")
    echo "| $(lines "$spec") lines${2:-}: rpm's own parse (rpmspec --parse) | $(whole "$(milliseconds "$scratch/parse")") | (the peer) | |"
    echo "| git-buildpackage-rpm's reader of specs, by itself | $(whole "$(milliseconds "$scratch/gbp")") | (a peer) | |"
    echo "| spec edit, in the sandbox; it has rpm parse the edited spec | $(whole "$(milliseconds "$scratch/edit")") | | |"
    row "what it takes more than rpm's own parse" "$(whole "$own")" "at most 50 ms" "$own <= 50"
    echo "| spec undo | $(whole "$(milliseconds "$scratch/undo")") | | |"
}

# specs: the hand-written ones, edited and run by rpmbuild
specs() {
    tests/specs/run.sh > "$scratch/specs" 2>&1 || true
    local right all trees
    read -r right _ all _ _ _ trees _ < <(tail -n 1 "$scratch/specs")
    row "hand-written specs of which the edit makes what it should, by $trees trees that rpmbuild -bp left, or that it refuses" \
        "$right of $all" all "$right == $all && $all == $(grep -vc '^\(#\|$\)' tests/specs/styles.tsv)"
}

{
    echo "# The edit of a spec"
    echo
    echo "Made by \`bench/spec.sh\`: medians of $runs runs in turn, one machine ($(nproc) cores, $(rpm --version | tail -1)). The program's"
    echo "own start is in its figures."
    echo
    echo "| figure | measured | goal | |"
    echo "| --- | --- | --- | --- |"
    measure usual
    measure largest
    numbered 40000 > "$scratch/macro"
    measure macro ', a macro numbers a Source'
    numbered 9003 > "$spec"
    rm -f "$scratch/edit"
    for _ in $(seq 3); do
        timed edit edit
        timed undo undo
    done
    echo "| spec edit where that is the number ours would have: three parses | $(whole "$(milliseconds "$scratch/edit")") | | |"
    specs
} > "$output"
cat "$output"
none_missed "$output"
