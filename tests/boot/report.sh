#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The report of a real build, in a real browser: what it must tell is there, on screen and on paper.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

report=$WORK/report.json
mapfile -t told < <(jq -r '(.packages[] | .path, .sha256), (.patches[] | .file, .verdict, (.evidence[0] | "\(.path):\(.line)")),
    (.proof[] | .feature, .how), (.stages[] | .name), .warnings[], .baseline.fingerprint, .baseline.verified' "$report")
[ "${#told[@]}" -gt 30 ] || fail "report.json tells only ${#told[@]} things"
"$REPOSITORY/tests/pages/browser.py" --report "$report" "$WORK/report.html" "$scratch/pictures" "${told[@]}" 'kABI' > "$scratch/faults" ||
    fail "report.html: $(cat "$scratch/faults")"
tidy -quiet -errors --drop-empty-elements no "$WORK/report.html" > "$scratch/out" 2>&1 || fail "report.html is not HTML: $(cat "$scratch/out")"

# --report: verdicts, proof and time bar have their colours, in both schemes
[ "$(sha256sum < "$scratch/pictures/light.png")" != "$(sha256sum < "$scratch/pictures/dark.png")" ] || fail "dark is as light"
