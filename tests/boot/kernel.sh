#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The main job on real input: Debian's Linux 5.10, patched, packaged, booted, and each feature proven against
# the kernel without it.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

"$KMESH" build --baseline 5.10 --work "$WORK"
report=$WORK/report.json
expect .ok true "$report"
expect .baseline.name 5.10 "$report"
expect '.baseline.version | startswith("5.10.")' true "$report"
expect '.baseline.fingerprint | length' 64 "$report"
expect '.baseline.verified' 'apt: signed index and checksum' "$report"
expect '[.patches[] | select(.verdict == "needed") | .feature] | sort | join(" ")' \
    'bare-tracepoint-writable connect-ulp sockops-reply-words' "$report"
expect '[.packages[].path | sub("packages/"; "") | sub("-[0-9].*"; "")] | sort | join(" ")' \
    'kernel kernel-devel kernel-headers' "$report"
for feature in sockops-reply-words bare-tracepoint-writable connect-ulp connect-semantics defer-connect http1-head route-verdict; do
    expect ".proof[] | select(.feature == \"$feature\") | .baseline + \" \" + .enhanced" 'fail pass' "$report"
done
expect '[.boots[] | select(.seconds > 10)] | length' 0 "$report"
(cd "$WORK/packages" && sha256sum --quiet --check SHA256SUMS)
for package in "$WORK"/packages/*.rpm; do
    [ "$(rpm -qp --nosignature --qf '%{VERSION}' "$package")" = "$(jq -r .baseline.version "$report")" ] ||
        fail "$package has another version than its source"
done
for file in report.txt report.html; do
    grep -q sockops-reply-words "$WORK/$file" || fail "$file does not tell of the features"
done
