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

mkdir "$work/corpus"
number=0
# seed BYTES: as printf has them; the first byte cuts the rest into pieces
seed() {
    number=$((number + 1))
    # shellcheck disable=SC2059
    printf "$1" > "$work/corpus/$number"
}
seed ' GET / HTTP/1.1\r\nHost: a\r\n\r\n'
seed '\001POST /a/b%%20c?d=e HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 3\r\nX-Y: z\ty \r\n\r\nabc'
seed '\007GET http://a.test:80/..;x/%%2e HTTP/1.0\r\nHost: a.test:80\r\nTransfer-Encoding: chunked\r\n\r\n'
seed 'zOPTIONS * HTTP/1.1\r\nhOST: a.b.\r\n\tfolded\r\n\r\n'
seed ' PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
seed " GET / HTTP/1.1\r\nHost: a\r\n$(printf 'A:b\\r\\n%.0s' {1..63})\r\n"
"$work/fuzz" -seed=1 -max_len=9000 -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$work/" \
    "$work/corpus" > "$work/log" 2>&1 || {
    cat "$work/log"
    for found in "$work"/crash-* "$work"/timeout-* "$work"/oom-*; do [ ! -e "$found" ] || od -c "$found" | head -40; done
    exit 1
}
grep -E 'stat::number_of_executed_units|cov:' "$work/log" | tail -2
