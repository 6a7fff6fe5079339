#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a signed mirror: Debian's source is fetched, planned and built; a second run reuses it and needs no network.
# shellcheck source=tests/cli/apt_lib.sh
. "$(dirname "$0")/apt_lib.sh"

good_mirror
fetch --until plan --json
expect_exit 0
expect_json '.baseline | .name == "5.10" and .version == "5.10.999" and (.verified | test("^apt: signed"))'
expect_json '.baseline.origin | test("linux-source-5.10 5.10.999-1")'
expect_json '[.patches[].verdict] == ["needed", "needed"] and .warnings == []'
[ -z "$(find "$W" -name '*.deb')" ] || fail "the package is kept beside what is in it"
expect_same "$(ls "$HOME")" "" "what is in the home folder"

# without a network
kill "$SERVER"
fetch --until package --json
expect_exit 0
expect_stage baseline reused
expect_stage plan reused
expect_json '.packages | length == 4'
# asked for again, it needs one; what was there is not lost by that
fetch --until plan --refresh
expect_exit 1
expect_stderr '^error: the package mirror cannot be reached'
serve
use_mirror "$MIRROR" archive
fetch --until package
expect_exit 0
expect_stage build reused

# a newer version is there: only --refresh takes it
make_deb 5.10 5.10.1000-1
make_suite bullseye archive
fetch --until plan --json
expect_json '.baseline.version == "5.10.999"'
fetch --until plan --refresh --json
expect_exit 0
expect_json '.baseline.version == "5.10.1000"'
expect_stage plan "done: source changed"

# Debian's own configuration
fetch --until prep --config distro
expect_exit 0
grep -qx CONFIG_MODULES=y "$W/source/distro.config" || fail "Debian's configuration was not fetched"
