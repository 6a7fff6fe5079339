#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What 5.10's series changes for modules: connect-ulp adds a member to struct tcp_ulp_ops, and with it the versions of the
# functions that see it. Nothing else; and a kernel against itself is no change.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

ulp=0002-bpf-tcp-let-connect-programs-set-marked-ulps.patch
kabi() { "$KMESH" kabi --work "$scratch/work" --json "$@"; }

kabi "$WORK/baseline" "$WORK/enhanced" --series "$REPOSITORY/kernel/patches/5.10.0" \
    --module "$WORK/baseline/kmesh.ko" > "$scratch/kabi"
expect .comparable true "$scratch/kabi"
expect .types.compared true "$scratch/kabi"
expect '[.added, .removed] | flatten | length' 0 "$scratch/kabi"
# the symbols are those that a plain comparison of the two files finds
list() { sort "$WORK/$1/root"/usr/src/kernels/*/Module.symvers; }
comm -13 <(list baseline) <(list enhanced) | cut -f 2 | sort > "$scratch/plain"
jq -r '.changed[].symbol' "$scratch/kabi" | sort | diff - "$scratch/plain" || fail "other symbols than diff finds"
for symbol in tcp_register_ulp tcp_unregister_ulp tcp_slow_start; do
    grep -qx "$symbol" "$scratch/plain" || fail "the series does not change $symbol"
done
# each of them by that one patch, through that one type
expect '[.types.changed[].type] | join(" ")' 'struct tcp_ulp_ops' "$scratch/kabi"
expect '.types.changed[0].diff | join(" ")' '+u32 flags;' "$scratch/kabi"
expect '.types.changed[0].patches | map(.file) | join(" ")' "$ulp" "$scratch/kabi"
expect '[.changed[] | .types == ["struct tcp_ulp_ops"] and ([.patches[].file] == ["'$ulp'"])] | all' true "$scratch/kabi"
expect '.changed[] | select(.symbol == "tcp_slow_start") | .way | join(" ")' \
    'struct tcp_sock struct inet_connection_sock struct tcp_ulp_ops' "$scratch/kabi"
# kmesh.ko of the baseline has no use for the ULP; that of the enhanced kernel has, and is not for the baseline
expect '.modules | map(.verdict) | join(" ")' loads "$scratch/kabi"
kabi "$WORK/enhanced" "$WORK/baseline" --module "$WORK/enhanced/kmesh.ko" > "$scratch/back"
expect '.modules[0].verdict' rebuild "$scratch/back"
expect '.modules[0].changed | index("tcp_register_ulp") != null' true "$scratch/back"
expect '.types.changed[0].diff | join(" ")' '-u32 flags;' "$scratch/back"

kabi "$WORK/baseline" "$WORK/baseline" > "$scratch/same"
expect .comparable true "$scratch/same"
expect '[.changed, .added, .removed] | flatten | length' 0 "$scratch/same"
expect '.same == '"$(list baseline | wc -l)" true "$scratch/same"

# the build's own report says the same
expect '.kabi.comparable' true "$WORK/report.json"
expect '[.kabi.changed[] | .symbol] | join(" ")' "$(jq -r '[.changed[].symbol] | join(" ")' "$scratch/kabi")" \
    "$WORK/report.json"
expect '[.kabi.changed[].patches] | flatten | unique | join(" ")' "$ulp" "$WORK/report.json"
for file in report.txt report.html; do
    grep -q tcp_register_ulp "$WORK/$file" || fail "$file does not tell of the kABI"
done
