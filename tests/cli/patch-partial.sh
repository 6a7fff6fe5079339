#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Half a patch is in the source already: the build stops and says which half, and what the other half wants.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
patch=$SECOND
file=include/trace/bpf_probe.h
# the first two hunks of five
awk '/^@@/ { n++ } n > 2 { exit } { print }' "$SERIES/$patch" > half.patch
patch -s -p1 -d "$T/linux-5.10.999" < half.patch
sed -i '/^#define FIRST/d' "$T/linux-5.10.999/$file"
pack linux-5.10.999 "$T/$TARBALL"

build --until package
expect_exit 1
expect_stderr "^error: $patch does not apply to Linux 5.10.999 \(partial\)"
expect_stderr "$file:[0-9]+: already there"
expect_stderr "$file, hunk 3 of 5"
refute_file "$W/enhanced"
expect_json '.ok == false and ([.patches[].verdict] == ["needed", "partial"])' "$W/report.json"
