#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# libFuzzer on the head parser, with the address and undefined-behaviour sanitizers.  usage: fuzz.sh SECONDS
set -euo pipefail
seconds=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/kmesh-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$REPOSITORY"
options=(-g -O1 "-fsanitize=fuzzer,address,undefined" -fno-sanitize-recover=all -Ikernel/ko_src)
clang -std=c11 "${options[@]}" -c kernel/ko_src/kmesh_head.c -o "$work/head.o"
clang++ -std=c++20 "${options[@]}" tests/head/fuzz.cc "$work/head.o" -o "$work/fuzz"

# every case of smuggling.txt is a seed
mkdir "$work/corpus"
/usr/bin/python3 tests/head/cases.py "$work/corpus"
"$work/fuzz" -seed=1 -max_len=9000 -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$work/" \
    "$work/corpus" > "$work/log" 2>&1 || {
    cat "$work/log"
    for found in "$work"/crash-* "$work"/timeout-* "$work"/oom-*; do [ ! -e "$found" ] || od -c "$found" | head -40; done
    exit 1
}
grep -E 'INITED|DONE' "$work/log" # what the seeds cover, and what the time added
