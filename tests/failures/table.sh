#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The logs of known failures and their table say the same, and the share of those that are seen early is the one that is written
# down, and as large as it is meant to be.
set -euo pipefail
cd "${REPOSITORY:?the checkout}"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

tests/failures/capture.sh --check tests/data/failures || fail "tests/data/failures/README.md and the logs beside it differ"

bench/known-failures.sh > "${BUILD:?}/known-failures.md"
while IFS= read -r row; do
    grep -qxF -e "$row" bench/RESUME.md || fail "bench/RESUME.md has another row than this: $row"
done < "$BUILD/known-failures.md"
read -r seen all < <(sed -nE '1s/.* ([0-9]+) of ([0-9]+), .*/\1 \2/p' "$BUILD/known-failures.md")
[ $((seen * 100)) -ge $((all * 80)) ] || fail "only $seen of $all known failures are seen before the kernel is compiled"
