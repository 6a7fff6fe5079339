#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A second run with nothing changed does nothing again, says so, and ends in under three seconds.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

cp "$WORK/report.json" "$scratch/first.json"
"$KMESH" build --baseline 5.10 --work "$WORK" > /dev/null # fills the page cache
start=$(date +%s%N)
"$KMESH" build --baseline 5.10 --work "$WORK" > "$scratch/out"
took=$((($(date +%s%N) - start) / 1000000))
[ "$took" -lt 3000 ] || fail "nothing was changed, and it took $took ms"
expect '[.stages[] | select(.reused | not) | .name] | join(" ")' series "$WORK/report.json"
for key in .packages .proof .patches; do
    [ "$(jq -c "$key" "$WORK/report.json")" = "$(jq -c "$key" "$scratch/first.json")" ] || fail "$key differs"
done
