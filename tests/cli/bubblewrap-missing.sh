#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Without bubblewrap the build stops and names --no-sandbox; with that it works, and the report says so.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
mkdir tools
ln -s -t tools /usr/bin/* 2>/dev/null || true
rm tools/bwrap
build_without() {
    run_as env PATH="$T/tools" "$KMESH" build --work "$W" --tarball "$T/$TARBALL" --no-verify --series "$SERIES" "$@"
}
refused() {
    expect_exit 1
    expect_stderr '\-\-no-sandbox'
    refute_file "$W/enhanced"
}

build_without --until prep
refused
expect_stderr '^error: bubblewrap is not installed'
expect_stderr '^    apt-get install bubblewrap'

# there, but it may not make namespaces
printf '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n' > tools/bwrap
chmod 755 tools/bwrap
build_without --until prep
refused
expect_stderr '^error: bubblewrap cannot make a sandbox here'
expect_stderr 'No permissions to create new namespace'

build_without --until package --no-sandbox --json
expect_exit 0
expect_json '.warnings | any(test("without a sandbox"))'
build_without --until package --no-sandbox
expect_stdout 'without a sandbox \(--no-sandbox\)'
(cd "$W/packages" && sha256sum --quiet --check SHA256SUMS) || fail "the packages do not have the sums beside them"
