#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Kernels that watch themselves (kernel/configs/debug.config): every probe, then everything at once on armed sockets with
# allocations that fail. No complaint of the kernel, no leak, counters that add up. That the probes fail without their
# features is shown on the slim kernels; a control with this configuration would show nothing more. Writes a table.
# usage: debug.sh OUTPUT BASELINE...
set -euo pipefail
output=$1
shift
baselines=$*
# half of it is the run; a leak scan of an emulated kernel takes a minute and more
seconds=${SECONDS_EACH:-300}
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"
options=(KASAN PROVE_LOCKING PROVE_RCU DEBUG_ATOMIC_SLEEP DEBUG_OBJECTS DEBUG_KMEMLEAK FAILSLAB)
features=(sockops-reply-words bare-tracepoint-writable connect-ulp defer-connect connect-semantics http1-head route-verdict)
counters=(armed deferred unsent decided routed original denied failed altered by_no_memory not_http grace)
rows=$scratch/rows

# count NAME: the module's counter at the end of the run
count() { jq -r '.proof[].enhanced_lines[]' "$scratch/report" | sed -nE "s/^# $1 ([0-9]+)$/\1/p"; }

# debug_kernel BASELINE: its row of the table
debug_kernel() {
    local option image case cells
    "$KMESH" build --baseline "$1" --config debug --work "$WORK" --until package
    for option in "${options[@]}"; do
        grep -qx "CONFIG_$option=y" "$WORK/enhanced/resolved.config" || fail "the kernel has no $option"
    done
    image=$(echo "$WORK/enhanced/root"/lib/modules/*/vmlinuz)
    rm -rf "$scratch/probes"
    "$KMESH" prove "$image" --module "$WORK/enhanced/kmesh.ko" --append kmesh.probe_seconds=120 --timeout 900 \
        --work "$scratch/probes" --json > "$scratch/probed" ||
        fail "$(cat "$scratch/probed" "$scratch"/probes/image/*.txt)"
    for feature in "${features[@]}"; do
        expect ".proof[] | select(.feature == \"$feature\") | .enhanced" pass "$scratch/probed"
    done
    rm -rf "$scratch/prove"
    guest_test stress_mesh --append "kmesh.probe_seconds=$seconds" --timeout $((seconds * 3 + 300))
    for case in 'everything at once' 'the counters add up' 'allocations failed' 'nothing leaks'; do
        jq -r '.proof[].enhanced_lines[]' "$scratch/report" | grep -qE "^ok [0-9]+ $case\$" || fail "not run: $case"
    done
    cells=$(for counter in "${counters[@]}"; do printf ' %s |' "$(count "$counter")"; done)
    echo "| $(jq -r .baseline.version "$WORK/report.json") | ${#features[@]} of ${#features[@]} |$cells" >> "$rows"
}

for baseline in $baselines; do
    WORK=$REPOSITORY/build/debug-$baseline
    debug_kernel "$baseline"
done
{
    echo "# Kernels that watch themselves"
    echo
    echo "Made by \`tests/full/debug.sh\` with $(printf '%s, ' "${options[@]}" | sed 's/, $//') (kernel/configs/debug.config)."
    echo "Each passed all probes, then $((seconds / 2)) s of tests/stress_mesh: eight threads with fourteen kinds of use, one in fifty of"
    echo "their allocations failing. No word of the kernel's, no leak found by two scans, and the counters add up:"
    echo
    echo "| Linux | probes | $(printf '%s | ' "${counters[@]}" | sed 's/ $//')"
    echo "| --- | --- |$(printf ' --- |%.0s' "${counters[@]}")"
    cat "$rows"
} > "$output"
cat "$output"
