#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A patch that does not apply: which hunk, what was expected, what is there; exit code 1, and nothing half patched is left.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
build --until package
expect_exit 0
first=$(cat "$W/packages/SHA256SUMS")

# the source changes where the second patch wants to change it
file=$T/linux-5.10.999/include/trace/bpf_probe.h
sed -i 's/^#define FIRST(x, ...) x$/#define FIRST(x, ...) (x)/' "$file"
pack linux-5.10.999 "$T/$TARBALL"
patch=$SECOND

# nothing_half_done : no patched source, nor a report that says it went well
nothing_half_done() {
    expect_json '.ok == false' "$W/report.json"
    expect_json '.error.what | test("does not apply")' "$W/report.json"
    expect_json '.packages == []' "$W/report.json"
    grep -q 'does not apply' "$W/report.txt" || fail "report.txt does not say it"
    grep -q 'does not apply' "$W/report.html" || fail "report.html does not say it"
}

build --until package
expect_exit 1
expect_stderr "^error: $patch does not apply to Linux 5.10.999 \(conflict\)"
expect_stderr 'include/trace/bpf_probe.h, hunk 3 of 5 \(expected at line 90\)'
expect_stderr '^ +expected +\| found, nearest, at line [0-9]+$'
expect_stderr '^ +! #define FIRST\(x, \.\.\.\) x +\| #define FIRST\(x, \.\.\.\) \(x\)$'
refute_stderr 'hunk 1 of 5'
nothing_half_done

# asked for as JSON, the same
build --until package --json
expect_exit 1
expect_json '.error.what | test("does not apply")'
expect_json '.error.detail | test("hunk 3 of 5")'

# in a fresh folder nothing is unpacked or edited at all
rm -rf "$W"
build --until package
expect_exit 1
nothing_half_done
refute_file "$W/enhanced"
refute_file "$W/package"
[ -z "$(find "$W" -name '*.spec' -o -name '*.rej' -o -name '*.orig')" ] || fail "leftovers of a patch"

# the same for a file that is not there, and for one that the patch creates and is
rm "$file"
pack linux-5.10.999 "$T/$TARBALL"
build --until plan
expect_exit 1
expect_stderr 'the file is not there'
printf '%s\n' 'Subject: new' '--- /dev/null' '+++ b/Kbuild' '@@ -0,0 +1 @@' '+new' > "$SERIES/new.patch"
echo new.patch > "$SERIES/series"
build --until plan
expect_exit 1
expect_stderr 'creates this file, and it is already there'

# with the right source it goes on to the same packages as ever
fake_kernel
build --until package
expect_exit 0
expect_json '.ok' "$W/report.json"
expect_same "$(cat "$W/packages/SHA256SUMS")" "$first" "the packages"
