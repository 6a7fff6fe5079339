#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Measures what make kernel adds to a bare rpmbuild of the same source package, in one run on one machine, and
# writes bench/KERNEL.md. Takes about 20 minutes. The cold case: the kit's compiler cache is empty, the peer has none.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/table.sh
. bench/table.sh
kmesh=$PWD/build/kmesh-kernel
scratch=$PWD/build/bench
runs=5
rm -rf "$scratch"
mkdir -p "$scratch"
export CCACHE_DIR=$scratch/ccache

now() { date +%s.%N; }
# seconds REPORT STAGE...: the sum of those stages
seconds() {
    local report=$1
    shift
    jq -r --args '[.stages[] | select(.name | IN($ARGS.positional[])) | .seconds] | add' "$@" < "$report"
}

echo "kit: everything, cold"
start=$(now)
"$kmesh" build --baseline 5.10 --work "$scratch/kit" > "$scratch/kit.out"
whole=$(awk "BEGIN { print $(now) - $start }")
report=$scratch/kit/report.json
cp "$report" "$scratch/cold.json"

echo "peer: rpmbuild -bb of the same edited source package, by hand"
cp -r "$scratch/kit/enhanced/rpmbuild" "$scratch/topdir"
rm -rf "$scratch/topdir/BUILD" "$scratch/topdir/RPMS"
start=$(now)
rpmbuild --define "_topdir $scratch/topdir" --define "_dbpath $scratch/rpmdb" --define "_smp_mflags -j$(nproc)" \
    --nodeps -bb "$scratch/topdir/SPECS/kernel.spec" > "$scratch/peer.log" 2>&1
bare=$(awk "BEGIN { print $(now) - $start }")

built=$(seconds "$scratch/cold.json" prep build)
compile=$(seconds "$scratch/cold.json" prep build control)
download=$(seconds "$scratch/cold.json" baseline)
own=$(awk "BEGIN { print $whole - $compile - $download }")

echo "the parts of it, $runs times"
for _ in $(seq $runs); do
    jq 'del(.stages.plan, .stages.module, .stages.package, .stages.prove)' "$scratch/kit/journal.json" > "$scratch/journal.json"
    cp "$scratch/journal.json" "$scratch/kit/journal.json"
    "$kmesh" build --baseline 5.10 --work "$scratch/kit" > /dev/null 2>&1
    seconds "$report" plan module package prove >> "$scratch/own"
    jq -r '.boots[].seconds' "$report" >> "$scratch/boots"
done
for _ in $(seq $runs); do
    start=$(now)
    "$kmesh" build --baseline 5.10 --work "$scratch/kit" > /dev/null 2>&1
    awk "BEGIN { print $(now) - $start }" >> "$scratch/again"
done

plain_row() { echo "| $1 | $2 | $3 | |"; }
short() { awk "BEGIN { printf \"%.1f\", $1 }"; }
share=$(awk "BEGIN { printf \"%.1f\", 100 * $own / $bare }")
boot=$(sort -n "$scratch/boots" | tail -1)
again=$(median < "$scratch/again")
{
    echo "# The kit beside a bare rpmbuild"
    echo
    echo "Made by \`bench/kernel.sh\`: Linux $(jq -r .baseline.version "$report"), slim configuration, one run, one machine ($(nproc) cores,"
    echo "gcc $(gcc -dumpfullversion), $(rpm --version | tail -1)). The kit's compiler cache is empty at the start and is filled"
    echo "while it builds; the peer has none. Ratios are what counts."
    echo
    echo "| figure | measured | goal | |"
    echo "| --- | --- | --- | --- |"
    plain_row "bare rpmbuild -bb" "$(short "$bare") s" "(the peer)"
    plain_row "make kernel, whole, without the download" "$(short "$whole - $download") s" "(two kernels, two boots)"
    plain_row "of it prep and build, the peer's part" "$(short "$built") s = $(short "$built / $bare * 100") % of the peer" "(filling the cache)"
    row "of it neither download nor one of the two compilations" "$(short "$own") s = $share % of the peer" "at most 5 %" "$share <= 5"
    plain_row "plan, module, package and prove together, median of $runs" "$(short "$(median < "$scratch/own")") s" "(part of the line above)"
    row "boot to verdict, the slowest of $((2 * runs)) ($(jq -r '.boots[0].accelerator' "$report"))" "$boot s" "at most 10 s" "$boot <= 10"
    row "second run, nothing changed, median of $runs" "$(short "$again") s" "under 3 s" "$again < 3"
    echo
    echo "Stages of the cold run, seconds:"
    echo
    jq -r '.stages[] | "- \(.name): \(.seconds * 100 | round / 100)"' "$scratch/cold.json"
} > bench/KERNEL.md
cat bench/KERNEL.md
rm -rf "$scratch"
none_missed bench/KERNEL.md
