#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The other baselines are asked, not assumed: on Debian's 6.1 and 6.12 the archive's backport is found to be there
# under mainline's form, and our own patch to be needed.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

series=$scratch/series
mkdir "$series"
cp "$REPOSITORY"/kernel/patches/5.10.0/{0001-,bpf-support-}*.patch "$series"
(cd "$series" && printf '%s\n' *.patch > series)
for baseline in 6.1 6.12; do
    "$KMESH" build --baseline $baseline --series "$series" --until plan \
        --work "$scratch/$baseline" > "$scratch/out" 2>&1 || fail "$(cat "$scratch/out")"
    report=$scratch/$baseline/report.json
    expect ".baseline.version | startswith(\"$baseline.\")" true "$report"
    expect '.patches[] | select(.feature == "bare-tracepoint-writable") | .verdict' equivalent "$report"
    expect '.patches[] | select(.feature == "sockops-reply-words") | .verdict' needed "$report"
done
