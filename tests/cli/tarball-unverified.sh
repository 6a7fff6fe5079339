#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A tarball nothing vouches for needs its checksum or --no-verify, and then the report says so.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
take() { run build --work "$W" --tarball "$T/$TARBALL" --series "$SERIES" --until plan "$@"; }

take
expect_exit 1
expect_stderr '^error: nothing vouches for '
expect_stderr '\-\-no-verify'
expect_stderr "its sha256 is $(sum_of "$TARBALL")"
expect_stderr "^    kmesh-kernel build --tarball $T/$TARBALL --sha256 HEX"

take --no-verify
expect_exit 0
expect_stdout 'not verified \(--no-verify\)'
expect_stdout '^verified by: nothing'
take --no-verify --json
expect_json '.baseline.verified == ""'
expect_json '.warnings | any(test("not verified"))'
grep -q 'not verified' "$W/report.html" || fail "the HTML report does not warn"

take --sha256 "$(sum_of "$TARBALL")" --json
expect_exit 0
expect_json '.baseline.verified | test("--sha256")'
expect_json '.warnings | any(test("not verified")) | not'
# a checksum is the same in capitals
take --sha256 "$(sum_of "$TARBALL" | tr a-f A-F)"
expect_exit 0

# a tree carries no checksum at all
run build --work "$T/other" --tree "$T/linux-5.10.999" --series "$SERIES" --until plan
expect_exit 1
expect_stderr '^error: nothing vouches for the tree'
run build --work "$T/other" --tree "$T/linux-5.10.999" --series "$SERIES" --until plan --no-verify --json
expect_exit 0
expect_json '.warnings | any(test("not verified"))'
