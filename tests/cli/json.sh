#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# With --json standard output is one JSON document whatever happens; progress and messages stay on standard error.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel

# `run` itself checks that it is one document, and that .ok says what the exit code says
build --json --until package
expect_exit 0
cmp -s "$T/out" "$W/report.json" || fail "standard output is not the report"
expect_json '.stages | map(.name) == ["baseline", "series", "plan", "stage", "edit", "prep", "build", "module", "package"]'
expect_json '.until == "package"'
expect_stderr '^build +done'
refute_stdout 'done \('
jq -r '.packages[] | "\(.sha256)  \(.path)"' "$T/out" > sums
(cd "$W" && sha256sum --quiet --check "$T/sums") || fail "the JSON's checksums are wrong"
expect_same "$(jq '[.packages[].bytes] | add' "$T/out")" "$(cat "$W"/packages/*.rpm | wc -c)" "the packages' size"

# errors of the work
run build --json --work "$W" --tarball "$T/none" --no-verify
expect_exit 1
expect_json '(.error.what | test("none")) and (.error | has("hint") and has("command") and has("detail"))'
run build --json --work "$T/other" --tarball "$T/$TARBALL" --series "$SERIES"
expect_exit 1
expect_json '.error.command | test("--sha256 HEX")'
echo nowhere.patch >> "$SERIES/series"
build --json
expect_exit 1
expect_json '.error.what | test("nowhere.patch")'
run prove --json "$T/none" --work "$T/prove"
expect_exit 1
expect_json '.error.what | length > 0'

# errors of the call
run build --json --until pln
expect_exit 2
expect_json '.error.what | test("pln")'
run build --jsn
expect_exit 2
expect_empty_stdout
run prove --json
expect_exit 2

# text that is no UTF-8 does not make it invalid
make_series
build --json --config "$(printf 'caf\351')" --until stage
expect_exit 2
