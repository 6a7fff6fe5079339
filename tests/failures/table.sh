#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The logs of known failures and their table say the same, and so does what was measured of them, which is as much as it is meant
# to be.
set -euo pipefail
cd "${REPOSITORY:?the checkout}"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

tests/failures/capture.sh --check tests/data/failures || fail "tests/data/failures/README.md and the logs beside it differ"

# what full-failures measures is there for every failure that can be produced, and is of today's rows
while IFS= read -r log; do
    row=$(awk -F'\t' -v log_name="$log" '$1 == log_name { print $2 }' tests/data/failures/rows.tsv)
    [ "$row" = clean ] || grep -q "^| $row | $log | " bench/PREFLIGHT.md ||
        fail "bench/PREFLIGHT.md says nothing of $log, a log of $row: run tests/full/failures.sh"
done < <(tests/failures/capture.sh --list)
# shellcheck source=bench/table.sh
. bench/table.sh
seen_at_least 49 bench/PREFLIGHT.md
