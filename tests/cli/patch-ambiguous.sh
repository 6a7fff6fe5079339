#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A hunk that fits in two places, and at its own line in none, is a conflict: patch would take the nearer without a word.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
file=$T/linux-5.10.999/net/core/filter.c
# the lines the first patch looks for, twice, and both away from where it expects them
cp "$file" lines
{ printf '/* one */\n/* two */\n'; cat lines lines; } > "$file"
pack linux-5.10.999 "$T/$TARBALL"
build --until plan
expect_exit 1
expect_stderr "^error: $FIRST does not apply to Linux 5.10.999 \(conflict\)"
expect_json '.patches[0].evidence[0].match == "ambiguous"' "$W/report.json"
