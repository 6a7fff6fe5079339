#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A kernel that watches itself (kernel/configs/debug.config): every probe, then everything at once on armed sockets with
# allocations that fail. No complaint of the kernel, no leak, counters that add up. That the probes fail without their
# features is shown on the slim kernels; a control with this configuration would show nothing more.
# usage: debug.sh BASELINE [SECONDS]
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"

baseline=$1
seconds=${2:-300} # half of it is the run; a leak scan of an emulated kernel takes a minute and more
"$KMESH" build --baseline "$baseline" --config debug --work "$WORK" --until package
for option in KASAN PROVE_LOCKING PROVE_RCU DEBUG_ATOMIC_SLEEP DEBUG_OBJECTS DEBUG_KMEMLEAK FAILSLAB; do
    grep -qx "CONFIG_$option=y" "$WORK/enhanced/resolved.config" || fail "the kernel has no $option"
done
image=$(echo "$WORK/enhanced/root"/lib/modules/*/vmlinuz)
"$KMESH" prove "$image" --module "$WORK/enhanced/kmesh.ko" --append kmesh.probe_seconds=120 --timeout 900 \
    --work "$scratch/probes" --json > "$scratch/probed" ||
    fail "$(cat "$scratch/probed" "$scratch"/probes/image/*.txt)"
expect '[.proof[].enhanced] | join(" ")' 'pass pass pass pass pass pass pass' "$scratch/probed"
guest_test stress_mesh --append "kmesh.probe_seconds=$seconds" --timeout $((seconds * 3 + 300))
for case in 'everything at once' 'the counters add up' 'allocations failed' 'nothing leaks'; do
    jq -r '.proof[].enhanced_lines[]' "$scratch/report" | grep -qE "^ok [0-9]+ $case\$" || fail "not run: $case"
done
