#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Patches of 100 MB: one that creates a file is judged, one that was cut off inside a hunk is refused with the line. Neither takes
# long.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
rm "$SERIES"/*
lines=2000000
huge() {
    printf '%s\n' 'Subject: firmware as text' '' '--- /dev/null' '+++ b/lib/huge.txt' "@@ -0,0 +1,$lines @@"
    awk -v n="$1" 'BEGIN { while (n-- > 0) print "+ 0123456789 0123456789 0123456789 0123456789 0123" }'
}
huge $lines > "$SERIES/huge.patch"
[ "$(stat -c %s "$SERIES/huge.patch")" -gt 100000000 ] || fail "the patch is too small"
LIMIT=60 run plan --work "$W" --tree "$T/linux-5.10.999" --series "$SERIES" --no-verify --json
expect_exit 0
expect_json '[.patches[].cells[].verdict] == ["needed"]'

huge $((lines - 1)) > "$SERIES/huge.patch"
LIMIT=60 run plan --work "$W" --tree "$T/linux-5.10.999" --series "$SERIES" --no-verify
expect_exit 1
expect_stderr '^error: .*line 200000[0-9]'
