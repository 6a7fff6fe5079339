#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A probe that passes on the baseline as well proves nothing: the build must fail and say so.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p "$scratch/bin/guest/probes"
cp "$KMESH" "$scratch/bin/"
cp "$BUILD/guest/init" "$scratch/bin/guest/"
cp "$BUILD/guest/probes/bare-tracepoint-writable" "$scratch/bin/guest/probes/"
printf '#!/bin/sh\necho ok 1 says so\n' > "$scratch/bin/guest/probes/sockops-reply-words"
chmod +x "$scratch/bin/guest/probes/sockops-reply-words"
copy_work "$scratch/work"

code=0
KMESH_KERNEL_DATA=$REPOSITORY/kernel "$scratch/bin/kmesh-kernel" build --baseline 5.10 --work "$scratch/work" \
    > "$scratch/out" 2> "$scratch/err" || code=$?
[ "$code" = 1 ] || fail "exit code $code, expected 1"
grep -q 'passes on the baseline as well' "$scratch/out" || fail "the screen does not say why: $(cat "$scratch/out")"
expect .ok false "$scratch/work/report.json"
expect '.proof[] | select(.feature == "sockops-reply-words") | .baseline + " " + .enhanced' 'pass pass' \
    "$scratch/work/report.json"
expect '[.stages[] | select(.reused | not) | .name] | join(" ")' 'series prove' "$scratch/work/report.json"
