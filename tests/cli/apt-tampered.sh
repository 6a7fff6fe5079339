#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A package that is not the one of the signed index is refused, whether its size gives it away or not.
# shellcheck source=tests/cli/apt_lib.sh
. "$(dirname "$0")/apt_lib.sh"

good_mirror
deb=$(echo "$REPO"/pool/linux-source-5.10_*.deb)
cp "$deb" good.deb
refused() {
    fetch --until plan
    nothing_fetched
    expect_stderr "^error: a download does not match the mirror's signed index"
}
change_byte "$deb"
refused
cp good.deb "$deb"
echo more >> "$deb"
refused
cp good.deb "$deb"
truncate -s -1000 "$deb"
refused

cp good.deb "$deb"
fetch --until plan
expect_exit 0
