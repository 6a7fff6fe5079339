#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A host whose package sources name no Debian mirror is told to bring the source, and apt's files are left alone.
# shellcheck source=tests/cli/apt_lib.sh
. "$(dirname "$0")/apt_lib.sh"

make_series
use_mirror http://127.0.0.1:9/
sed -i 's/^Suites: .*/Suites: jammy/' "$T/apt/sources.list.d/host.sources"
fetch --until plan
nothing_fetched
expect_stderr '^error: .*no Debian mirror for linux-source-5.10'
expect_stderr '^    kmesh-kernel build --tarball FILE --sha256 HEX'
rm "$T"/apt/sources.list.d/*
fetch --until plan
nothing_fetched
expect_stderr '^error: .*no Debian mirror for linux-source-5.10'

# one without apt
mkdir tools
ln -s -t tools /usr/bin/* 2>/dev/null || true
rm tools/apt-get
run_as env PATH="$T/tools" "$KMESH" build --work "$W" --until plan
expect_exit 1
expect_stderr '^error: this host has no apt'
expect_stderr '\-\-tarball FILE'
