#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An index that is newer than the pool behind it: the next older version is taken; with none there it says so.
# shellcheck source=tests/cli/apt_lib.sh
. "$(dirname "$0")/apt_lib.sh"

good_mirror
make_deb 5.10 5.10.1000-1
make_deb 5.10 5.10.1001-1
make_suite bullseye archive
make_suite bullseye-security archive
rm "$REPO"/pool/linux-source-5.10_5.10.100?-1_all.deb
fetch --until plan --json
expect_exit 0
expect_json '.baseline.version == "5.10.999"'

rm -rf "$W"
rm "$REPO"/pool/linux-source-5.10_*
fetch --until plan
nothing_fetched
expect_stderr '^error: .*linux-source-5.10'
refute_stderr 'no longer has the suite'
