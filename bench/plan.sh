#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Measures the plan verb beside quilt, which unpacks the source package and pushes the patches, and beside a loop of GNU patch over
# the unpacked source, in turn, on one machine; and writes bench/PLAN.md. Takes about ten minutes. $WORK has the 5.10 kernel of `make kernel`.
# usage: plan.sh [OUTPUT [TARBALL]]      TARBALL: one of many xz blocks, for what it takes to read several at once
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/table.sh
. bench/table.sh
work=${WORK:-$PWD/build/kernel}
kmesh=${KMESH:-$PWD/build/kmesh-kernel}
output=${1:-bench/PLAN.md}
many=${2:-}
scratch=$(mktemp -d "$PWD/build/bench-plan.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
runs=5
topdir=$work/enhanced/rpmbuild
tarball=$(echo "$topdir"/SOURCES/linux-source-*.tar.xz)
sum=$(sha256sum "$tarball" | cut -d' ' -f1)
series=$PWD/kernel/patches/5.10.0

# timed FILE COMMAND...: appends "SECONDS KiB" (the largest process) to the file
timed() {
    local into=$1
    shift
    python3 - "$into" "$@" <<'PY'
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[2:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
took = time.monotonic() - start
with open(sys.argv[1], "a") as file:
    print(took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=file)
PY
}
# of the seconds in a file of timed
seconds() { cut -d' ' -f1 "$1" | median; }
plan() { "$kmesh" plan --series "$series" --tarball "$tarball" --sha256 "$sum" --work "$1"; }

# what quilt is asked to do is done: all patches are pushed. The folder it does that in is new, and is removed when no clock runs.
cat > "$scratch/peer" <<'PEER'
#!/bin/bash
set -e
cd "$1/tree"
quilt setup --fast --sourcedir "$2/SOURCES" "$2/SPECS/kernel.spec"
cd */linux-*/ 2>/dev/null || cd linux-*/
quilt push -a
[ "$(quilt applied | wc -l)" = "$3" ]
PEER
cat > "$scratch/loop" <<'LOOP'
#!/bin/bash
set -e
cd "$1/tree"
tar --extract --file "$2" --strip-components 1
for patch in $(grep -vE '^(#|$)' "$3/series"); do patch -p1 -F0 --silent -i "$3/$patch"; done
LOOP
chmod +x "$scratch/peer" "$scratch/loop"
patches=$(grep -cvE '^(#|$)' "$series/series")
for run in $(seq $runs); do
    echo "run $run of $runs"
    rm -rf "$scratch/tree" "$scratch/work"
    mkdir "$scratch/tree"
    timed "$scratch/quilt" "$scratch/peer" "$scratch" "$topdir" "$patches"
    rm -rf "$scratch/tree"
    mkdir "$scratch/tree"
    timed "$scratch/patch" "$scratch/loop" "$scratch" "$tarball" "$series"
    rm -rf "$scratch/tree"
    timed "$scratch/cold" "$kmesh" plan --series "$series" --tarball "$tarball" --sha256 "$sum" --work "$scratch/work"
    timed "$scratch/warm" "$kmesh" plan --series "$series" --tarball "$tarball" --sha256 "$sum" --work "$scratch/work"
done

# nine patches on ten sources
mkdir "$scratch/nine"
cp "$series"/*.patch "$scratch/nine/"
plan "$scratch/work" > /dev/null 2>&1
files=$(find "$scratch/work/texts" -path '*/files/*' -type f | sort)
number=3
while [ $number -lt 9 ]; do
    for file in $files; do
        [ $number -lt 9 ] || break
        number=$((number + 1))
        path=${file#*/files/}
        { cat "$file"; echo "/* $number */"; } > "$scratch/changed"
        diff -u --label "a/$path" --label "b/$path" "$file" "$scratch/changed" > "$scratch/nine/$number.patch" || true
    done
done

# ten sources of their own: the files that the nine patches touch, whole, each time with another first line
ten=()
for source in $(seq 10); do
    top=$scratch/linux-5.10.$source
    for file in $files; do
        path=$top/${file#*/files/}
        mkdir -p "$(dirname "$path")"
        { echo "/* source $source */"; cat "$file"; } > "$path"
    done
    printf 'VERSION = 5\nPATCHLEVEL = 10\nSUBLEVEL = %s\nEXTRAVERSION =\n' "$source" > "$top/Makefile"
    tar -C "$scratch" -cJf "$top.tar.xz" "$(basename "$top")"
    ten+=(--tarball "$top.tar.xz" --sha256 "$(sha256sum "$top.tar.xz" | cut -d' ' -f1)")
done
matrix() { timed "$scratch/$1" "$kmesh" plan --series "$scratch/nine" "${ten[@]}" --work "$scratch/work"; }
matrix first
for _ in $(seq $runs); do matrix matrix; done
"$kmesh" plan --series "$scratch/nine" "${ten[@]}" --work "$scratch/work" --json > "$scratch/matrix.json" 2> /dev/null
cells=$(jq '[.patches[].cells[]] | length' "$scratch/matrix.json")
sources=$(jq '[.baselines[].fingerprint] | unique | length' "$scratch/matrix.json")
[ "$cells" = 90 ] && [ "$sources" = 10 ] || { echo "the matrix has $cells cells, of $sources sources" >&2; exit 1; }

if [ -n "$many" ]; then
    blocks=$(xz --robot --list "$many" | awk '/^totals/ { print $3 }')
    timed "$scratch/many" "$kmesh" plan --series "$series" --tarball "$many" --sha256 "$(sha256sum "$many" | cut -d' ' -f1)" \
        --work "$scratch/many-work"
    many_memory=$(($(cut -d' ' -f2 "$scratch/many") / 1024))
fi

ratio() { awk "BEGIN { printf \"%.1f\", $(seconds "$scratch/quilt") / $(seconds "$scratch/$1") }"; }
cold=$(ratio cold)
warm=$(ratio warm)
matrix=$(seconds "$scratch/matrix")
memory=$(($(cat "$scratch/cold" "$scratch/warm" "$scratch/matrix" "$scratch/first" | cut -d' ' -f2 | sort -n | tail -n 1) / 1024))
three() { printf '%.3f' "$1"; }
{
    echo "# The plan beside quilt"
    echo
    echo "Made by \`bench/plan.sh\`: the source package of Linux 5.10 with its $patches patches, medians of $runs runs in turn, one"
    echo "machine ($(nproc) cores, gcc $(gcc -dumpfullversion), quilt $(quilt --version), $(patch --version | head -1)). Ratios are what counts."
    echo
    echo "| figure | measured | goal | |"
    echo "| --- | --- | --- | --- |"
    echo "| quilt setup --fast, quilt push -a | $(three "$(seconds "$scratch/quilt")") s | (the peer) | |"
    echo "| tar --extract, patch -p1 -F0 in a loop | $(three "$(seconds "$scratch/patch")") s | (a peer) | |"
    row "plan of the same tarball, nothing kept" "$(three "$(seconds "$scratch/cold")") s: $cold times faster" "1.7 times" "$cold >= 1.7"
    row "the same, asked again" "$(three "$(seconds "$scratch/warm")") s: $warm times faster" "140 times" "$warm >= 140"
    row "9 patches on 10 sources (tarballs of the touched files), asked again" "$(three "$matrix") s" "at most 0.5 s" "$matrix <= 0.5"
    row "most memory of any of these" "$memory MiB" "at most 200 MiB" "$memory <= 200"
    [ -z "$many" ] ||
        row "memory for $(basename "$many"), whose $blocks xz blocks are read several at once" "$many_memory MiB" "at most 200 MiB" \
            "$many_memory <= 200"
} > "$output"
cat "$output"
none_missed "$output"
