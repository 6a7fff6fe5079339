#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What it costs to go on: a build that was cut off against one from nothing, one edited patch against the whole kernel, and
# whether all these packages are the same. On the real kernel (5.10, lean), up to its packages; the compiler cache is empty
# where a build is from nothing and for the build that is cut off. Writes a table.
# usage: resume.sh OUTPUT [RUNS]    medians of so many rounds (1), ten minutes each
set -euo pipefail
# shellcheck source=bench/table.sh
. "$(dirname "$0")/table.sh"
output=$1
runs=${2:-1}
work=$REPOSITORY/build/resume
source=("$REPOSITORY"/build/kernel/source/linux-source-5.10.tar.xz)
sum=$(sha256sum < "${source[0]}" | cut -d ' ' -f 1)
series=$work/series
rm -rf "$work"
mkdir -p "$work"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# kmesh_build FOLDER CACHE: up to the packages.
kmesh_build() {
    CCACHE_DIR=$work/$2 exec "$KMESH" build --baseline 5.10 --tarball "${source[0]}" --sha256 "$sum" --series "$series" \
        --config lean --until package --work "$work/$1" > "$work/$1.out" 2>&1
}

# make_kernel FOLDER CACHE: the same; its seconds are in $took.
make_kernel() {
    local begun=$EPOCHREALTIME
    (kmesh_build "$@") || fail "$(tail -n 30 "$work/$1.out")"
    took=$(awk "BEGIN { printf \"%.0f\", $EPOCHREALTIME - $begun }")
}
packages() { cat "$work/$1/packages/SHA256SUMS"; }
steps() { grep -cE '^  (CC|AS|LD|AR|HOSTCC|HOSTLD) ' "$work/$1/logs/build.log" || true; }

# going_on ROUND: one build from nothing, one that is cut off and goes on, one after an edit, in turn.
going_on() {
    local cold_steps whole patch
    rm -rf "$work"/{whole,elsewhere,first-cache,second-cache,series}
    cp -r "$REPOSITORY/kernel/patches/5.10.0" "$series"
    make_kernel whole first-cache
    echo "$took" >> "$work/cold"
    cold_steps=$(steps whole)
    whole=$(packages whole)

    # The same in another folder and at another time, with a cache of its own, killed when most of it is compiled.
    kmesh_build elsewhere second-cache &
    until [ -e "$work/elsewhere/logs/build.log" ] && [ "$(steps elsewhere)" -gt $((cold_steps * 3 / 4)) ]; do
        kill -0 $! || fail "it ended before it was killed: $(tail -n 30 "$work/elsewhere.out")"
        sleep 1
    done
    kill -s KILL $!
    wait $! || true
    sleep 5 # its compilers end
    rm -rf "$work/second-cache" # what goes on must not be the cache
    mkdir "$work/second-cache"
    make_kernel elsewhere second-cache
    echo "$took" >> "$work/resumed"
    [ "$(packages elsewhere)" = "$whole" ] || equal=no

    # One line of a patch is another: of net/ipv4/tcp_ulp.c.
    counted="$cold_steps $(steps elsewhere)"
    patch=$(grep -lE '^\+\+\+ b/net/ipv4/tcp_ulp.c' "$series"/*.patch)
    sed -i '0,/^+\(.*\)return -EPERM;/s//+\1return -EACCES;/' "$patch"
    rm -rf "$work/first-cache" && mkdir "$work/first-cache"
    make_kernel whole first-cache
    echo "$took" >> "$work/rebuilt"
    [ "$(packages whole)" != "$whole" ] || fail "the edited patch changed no package"
    counted="$counted $(steps whole)"
    [ "$1" = 1 ] || return 0
    rm -rf "$work/elsewhere"
    make_kernel elsewhere second-cache
    [ "$(packages whole)" = "$(packages elsewhere)" ] || edited=no
}

equal='yes, byte for byte'
edited='yes, byte for byte'
for round in $(seq "$runs"); do
    echo "round $round of $runs" >&2
    going_on "$round"
done
read -r cold_steps resumed_steps rebuilt_steps <<< "$counted"
cold=$(median < "$work/cold")
resumed=$(median < "$work/resumed")
rebuilt=$(median < "$work/rebuilt")

ratio() { awk "BEGIN { printf \"%.1f\", $1 / $2 }"; }
{
    echo "# Going on"
    echo
    echo "Made by \`bench/resume.sh\`: Linux 5.10 with the lean configuration up to its packages, in one run, one machine"
    echo "($(nproc) cores, $(gcc --version | head -n 1)). Without help of the compiler cache. Rounds in turn, of which the figures are medians: $runs."
    echo
    echo "| figure | measured | goal | |"
    echo "| --- | --- | --- | --- |"
    echo "| a build from nothing | $cold s, $cold_steps steps | (the peer) | |"
    echo "| killed when three quarters were compiled, the run after it | $resumed s, $resumed_steps steps, $(ratio "$cold" "$resumed")x faster | | |"
    row "its packages are those of the undisturbed build in another folder, at another time" "$equal" equal "\"$equal\" != \"no\""
    row "after one patch was edited" "$rebuilt s, $rebuilt_steps steps, $(ratio "$cold" "$rebuilt")x faster" "at least 5x" "$(ratio "$cold" "$rebuilt") >= 5"
    row "its packages are those of a build from nothing in another folder" "$edited" equal "\"$edited\" != \"no\""
} > "$output"
cat "$output"
none_missed "$output"
