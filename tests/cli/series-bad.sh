#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A series that names a missing file or cannot be understood: the line and the name, before anything is unpacked.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
bad() {
    build --until package
    expect_exit 1
    refute_file "$W/enhanced"
    refute_file "$W/package"
}

echo 0007-nowhere.patch >> "$SERIES/series"
bad
expect_stderr '^error: the series names 0007-nowhere.patch, and there is no such file'
expect_stderr "$SERIES"

# series LINE MESSAGE : a third line that is wrong
series() {
    make_series
    printf '%s\n' "$1" >> "$SERIES/series"
    bad
    expect_stderr "^error: $2"
}
series '../../etc/passwd' 'series, line 4: .*must be a file name'
series 'sub/some.patch' 'series, line 4: .*must be a file name'
series '..' 'series, line 4: .*must be a file name'
series "$FIRST" 'series, line 4: .*is named twice'
series "some.patch -p0" "series, line 4: '-p0' is not understood"
series "some.patch -R" "series, line 4: '-R' is not understood"

# a patch FILE that is none: TEXT MESSAGE
broken() {
    make_series
    printf '%b' "$1" > "$SERIES/broken.patch"
    echo broken.patch > "$SERIES/series"
    bad
    expect_stderr "^error: broken.patch: $2"
    refute_file "$T/outside"
}
broken '' ''
broken 'Subject: words only\n' ''
broken '--- a/Kbuild\n+++ b/Kbuild\n@@ -1,3 +1,3 @@\n context\n' ''
broken '--- a/Kbuild\n+++ b/Kbuild\n@@ rubbish @@\n' ''
broken '--- a/../../outside\n+++ b/../../outside\n@@ -1 +1 @@\n-a\n+b\n' ''
broken 'Kmesh-Present-If: no tilde\n--- a/Kbuild\n+++ b/Kbuild\n@@ -1 +1 @@\n-a\n+b\n' ".*'no tilde'"
broken 'Kmesh-Present-If: Kbuild ~ (\n--- a/Kbuild\n+++ b/Kbuild\n@@ -1 +1 @@\n-a\n+b\n' ''
broken 'Kmesh-Present-If: /etc/passwd ~ root\n--- a/Kbuild\n+++ b/Kbuild\n@@ -1 +1 @@\n-a\n+b\n' ''
broken 'Kmesh-Present-If: ../../etc/passwd ~ root\n--- a/Kbuild\n+++ b/Kbuild\n@@ -1 +1 @@\n-a\n+b\n' ''

# a folder without a series, no folder, and an empty series (which is fine: nothing is to be added)
make_series
rm "$SERIES/series"
bad
expect_stderr "^error: there is no series file $SERIES/series"
rm -r "$SERIES"
bad
expect_stderr "^error: there is no series file $SERIES/series"
mkdir "$SERIES"
echo '# nothing' > "$SERIES/series"
build --until prep
expect_exit 0
expect_stdout 'the series of this baseline is empty'
# a series with no newline at its end, Windows line ends and comments is one all the same
make_series
printf '%s\r\n\r\n# comment\r\n%s' "$FIRST" "$SECOND" > "$SERIES/series"
build --until plan --json
expect_exit 0
expect_json '[.patches[].verdict] == ["needed", "needed"]'
