#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A probe that passes on the baseline as well, or without the module that carries its feature, proves nothing: the
# build must fail and say so.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p "$scratch/bin/guest/probes"
cp "$KMESH" "$scratch/bin/"
cp "$BUILD/guest/init" "$scratch/bin/guest/"
cp "$BUILD/guest/probes/bare-tracepoint-writable" "$scratch/bin/guest/probes/"
for feature in sockops-reply-words http1-head; do
    printf '#!/bin/sh\necho ok 1 says so\n' > "$scratch/bin/guest/probes/$feature"
    chmod +x "$scratch/bin/guest/probes/$feature"
done
copy_work "$scratch/work"

code=0
KMESH_KERNEL_DATA=$REPOSITORY/kernel "$scratch/bin/kmesh-kernel" build --baseline 5.10 --work "$scratch/work" \
    > "$scratch/out" 2> "$scratch/err" || code=$?
[ "$code" = 1 ] || fail "exit code $code, expected 1"
grep -q 'passes on the baseline as well' "$scratch/out" || fail "the screen does not say why: $(cat "$scratch/out")"
grep -q 'passes without kmesh.ko as well' "$scratch/out" || fail "the module has no control: $(cat "$scratch/out")"
grep -q 'there is no probe for it' "$scratch/out" || fail "a promised feature is not missed: $(cat "$scratch/out")"
expect .ok false "$scratch/work/report.json"
expect '.proof[] | select(.feature == "sockops-reply-words") | .baseline + " " + .enhanced' 'pass pass' \
    "$scratch/work/report.json"
expect '[.stages[] | select(.reused | not) | .name] | join(" ")' 'series prove' "$scratch/work/report.json"
