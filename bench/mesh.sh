#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a connection costs that the kernel routes, beside direct ones and those over haproxy: two VMs, one by the clock and
# one that counts instructions; in each, all of them in turn, and medians. Fails where a goal is missed. Takes about 15
# minutes, after `make kernel`.  usage: mesh.sh [FILE]   (default: bench/MESH.md)
set -euo pipefail
cd "$(dirname "$0")/.."
results=${1:-bench/MESH.md}
export REPOSITORY=$PWD BUILD=${BUILD:-$PWD/build/gcc} WORK=${WORK:-$PWD/build/kernel}
export KMESH=$BUILD/kmesh-kernel
# shellcheck source=tests/boot/lib.sh
. tests/boot/lib.sh
# shellcheck source=bench/table.sh
. bench/table.sh

take_route_tool

# run NAME [OPTION...]: the figures of one VM, "NAME NUMBER" a line, in $scratch/NAME
run() {
    local name=$1
    shift
    echo "measuring: $name" >&2
    guest_test bench_mesh --share / --timeout 1800 --append kmesh.probe_seconds=1700 "$@"
    sed -nE 's/^ *# bench ([a-z0-9_]+) ([0-9]+)$/\1 \2/p' "$scratch/prove/image/results.txt" > "$scratch/$name"
}
run clock
run icount --icount

# of VM NAME: the figure
of() { awk -v name="$2" '$1 == name { print $2; found = 1 } END { exit !found }' "$scratch/$1"; }
# ratio VM NAME NAME: the first by the second
ratio() { awk "BEGIN { printf \"%.3f\", $(of "$1" "$2") / $(of "$1" "$3") }"; }
# compare NAME VM FIGURE FIGURE GOAL CONDITION: a row for the first by the second, which is x in the condition
compare() {
    local x
    x=$(ratio "$2" "$3" "$4")
    row "$1" "$x" "$5" "${6//x/$x}"
}
plain() { echo "| $1 | $(of clock "$2") | $(of icount "$2") |"; }

flat=$(awk '/^verdict_/ { if (!least || $2 < least) least = $2; if ($2 > most) most = $2 } END { printf "%.3f", most / least }' "$scratch/icount")
{
    echo "# What the mesh costs"
    echo
    echo "Made by \`bench/mesh.sh\`: Linux $(jq -r .baseline.version "$WORK/report.json"), slim configuration, QEMU's emulation, $(nproc) cores of the host,"
    echo "haproxy $(haproxy -v | awk '{ print $3; exit }'). Medians of eleven, in turn, in one VM each: one by the clock (two CPUs), one that counts"
    echo "instructions (one CPU), each step of a repeated one for itself. Client, proxies and server are in the VM."
    echo
    echo "| figure | measured | goal | |"
    echo "| --- | --- | --- | --- |"
    compare "instructions of a request on a kept connection, by direct" icount kept_kernel kept_direct \
        "within 1 %" "x <= 1.01 && x >= 0.99"
    compare "instructions of a new connection with a request, by direct" icount new_kernel new_direct "at most 1.10" "x <= 1.10"
    compare "... by two haproxy hops" icount new_kernel new_two_proxies "at most 1/3" "x <= 1 / 3"
    compare "a new connection: one haproxy hop takes, by the kernel" clock new_one_proxy new_kernel "at least 2.5" "x >= 2.5"
    compare "... two haproxy hops" clock new_two_proxies new_kernel "at least 4" "x >= 4"
    compare "throughput of a kept connection, by direct" clock kept_direct kept_kernel "at least 0.97" "x >= 0.97"
    row "a verdict with 10, 1,000 and 100,000 routes: dearest by cheapest" "$flat" "at most 1.2" "$flat <= 1.2"
    compare "instructions of a connection that is not armed, the module loaded, by without" icount \
        unarmed_with_module unarmed_without_module "nothing (1 %)" "x <= 1.01"
    compare "... and routes of other services loaded" icount unarmed_with_routes unarmed_without_module "at most 1.10" "x <= 1.10"
    bytes=$(of icount armed_bytes)
    row "memory of an armed socket beyond a plain one" "$bytes bytes" "at most 512" "$bytes <= 512"
    echo
    echo "| | ns | instructions |"
    echo "| --- | --- | --- |"
    for way in direct kernel one_proxy two_proxies; do
        plain "new connection with one request, $way" new_$way
    done
    for way in direct kernel one_proxy two_proxies; do
        plain "request on a kept connection, $way" kept_$way
    done
    for way in without_module with_module with_routes; do
        plain "new connection that is not armed, $way" unarmed_$way
    done
    for routes in 10 1000 100000; do
        plain "a verdict, $routes routes" verdict_$routes
    done
} > "$results"
cat "$results"
none_missed "$results"
