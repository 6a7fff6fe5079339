#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Values that cannot be right are refused before anything is fetched or written: exit code 2, and the nearest right one.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir "$T/here"
cd "$T/here"
wrong() {
    run "$@"
    expect_exit 2
    [ -z "$(ls -A "$T/here")" ] || fail "a wrong call left files behind: $(ls -A "$T/here")"
}

wrong build --baseline 5.1O
expect_stderr "no baseline '5.1O'; known are 5.10, 6.1, 6.12"
expect_stderr 'kmesh-kernel build --baseline 5.10'
wrong build --baseline ../../elsewhere
refute_file "$T/elsewhere"
wrong build --config slimm
expect_stderr 'slimm'
expect_stderr 'slim'
wrong build --config "$T/none.config"
expect_stderr 'none.config'
wrong build --tarball ''
wrong build --work ''
touch "$T/some.tar"
wrong build --tarball "$T/some.tar" --sha256 123
expect_stderr '64'
wrong build --jobs 0
