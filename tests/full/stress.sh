#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything at once on armed sockets (guest/stress_mesh.c): no complaint of the kernel, and counters that add up.
# usage: stress.sh [SECONDS]
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"

seconds=${1:-10}
mkdir -p "$scratch/kit/guest/probes"
cp "$KMESH" "$scratch/kit/"
cp "$BUILD/guest/init" "$scratch/kit/guest/"
cp "$BUILD/guest/stress/mesh" "$scratch/kit/guest/probes/stress-mesh"
export KMESH_KERNEL_DATA=$REPOSITORY/kernel
image=$(echo "$WORK/enhanced/root"/lib/modules/*/vmlinuz)
"$scratch/kit/kmesh-kernel" prove "$image" --module "$WORK/enhanced/kmesh.ko" --work "$scratch/prove" \
    --append "kmesh.probe_seconds=$seconds" --timeout $((seconds * 3 + 60)) --json > "$scratch/report" ||
    fail "$(cat "$scratch/report" "$scratch"/prove/image/*.txt)"
expect '.proof | map(.feature + " " + .enhanced) | join(",")' 'stress-mesh pass' "$scratch/report"
