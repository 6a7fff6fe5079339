#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Patches of 100 MB: one that creates a file is judged, one that was cut off inside a hunk is refused with the line. One of a
# million hunks is judged, where all of them stand, have moved, or are nowhere; some are listed, and it is said that not all are.
# None of it takes long.
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

# ---- a million hunks ----
hunks=1000000
lines_of() { awk -v n=$hunks -v word="$1" 'BEGIN { for (i = 1; i <= n; i++) print word, i }' > "$T/linux-5.10.999/lib/many.txt"; }
mkdir -p "$T/linux-5.10.999/lib"
rm "$SERIES/huge.patch"
{
    printf '%s\n' 'Subject: many' '' '--- a/lib/many.txt' '+++ b/lib/many.txt'
    awk -v n=$hunks 'BEGIN { for (i = 1; i <= n; i++) printf "@@ -%d +%d @@\n-old %d\n+new %d\n", i, i, i, i }'
} > "$SERIES/many.patch"
many() {
    LIMIT=60 run plan --work "$W" --tree "$T/linux-5.10.999" --series "$SERIES" --no-verify --json
    expect_exit 0
    expect_json ".patches[0].cells[0].verdict == \"$1\""
    expect_json '.patches[0].cells[0].evidence | length == 1000'
    expect_json ".patches[0].cells[0].notes | map(select(test(\"^999000 more hunks are not listed: $2\"))) | length == 1"
}
lines_of old
many needed '999000 match forward, 0 in reverse, 0 not'
lines_of new
many present '0 match forward, 999000 in reverse, 0 not'
lines_of old
sed -i '1i one line more' "$T/linux-5.10.999/lib/many.txt"
many needed '999000 match forward'
expect_json '[.patches[0].cells[0].evidence[].offset] | unique == [1]'
# here each would have to be looked for in a million lines
lines_of other
many conflict '0 match forward, 0 in reverse, 999000 not'
expect_json '.patches[0].cells[0].notes | map(select(test("some were not looked for elsewhere"))) | length == 1'
[ "$(stat -c %s "$T/out")" -lt 2000000 ] || fail "the evidence has no end"
