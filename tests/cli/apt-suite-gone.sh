#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A mirror that no longer has the suite: the message says which baseline the host's own suite serves instead.
# shellcheck source=tests/cli/apt_lib.sh
. "$(dirname "$0")/apt_lib.sh"

good_mirror
make_suite "$HOST" archive

# one of the two is gone: the other one serves
rm -r "$REPO/dists/bullseye"
fetch --until plan --json
expect_exit 0
expect_json '.baseline.origin | test("bullseye-security")'
rm -rf "$W"
make_suite bullseye archive
rm -r "$REPO/dists/bullseye-security"
fetch --until plan
expect_exit 0
rm -rf "$W"

rm -r "$REPO/dists/bullseye"
gone() {
    nothing_fetched
    expect_stderr "^error: the host's mirror no longer has the suite bullseye-security, bullseye"
    expect_stderr '\-\-tarball FILE'
    case $HOST in
    bookworm) own=6.1 ;;
    trixie) own=6.12 ;;
    *) return 0 ;;
    esac
    expect_stderr "baseline $own, which this host's own suite $HOST serves"
    expect_stderr "^    kmesh-kernel build --baseline $own\$"
}
fetch --until plan
gone
# the same from a folder of files
use_mirror "file://$REPO/" archive
fetch --until plan
gone

# there, and without the package
use_mirror "$MIRROR" archive
rm -r "$REPO"/pool/*
make_suite bullseye archive
make_suite bullseye-security archive
fetch --until plan
nothing_fetched
expect_stderr '^error: .*linux-source-5.10'
refute_stderr '^error: +$'
