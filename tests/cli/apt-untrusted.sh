#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An index that is not signed, signed by a stranger, expired or altered: refused, and nothing is downloaded.
# shellcheck source=tests/cli/apt_lib.sh
. "$(dirname "$0")/apt_lib.sh"

good_mirror
make_key stranger
refused() {
    fetch --until plan
    nothing_fetched
    expect_stderr "^error: $1"
    expect_stderr "${2-}"
}
both() { make_suite bullseye "$@"; make_suite bullseye-security "$@"; }

both
refused "the mirror's index is not signed by a key this host trusts" 'nothing was downloaded'
both stranger
refused "the mirror's index is not signed by a key this host trusts" 'apt-get install debian-archive-keyring'
# a host without any key
both archive
use_mirror "$MIRROR"
refused "the mirror's index is not signed by a key this host trusts"
# the key named for this mirror is another one than the host's own
use_mirror "$MIRROR" archive
echo "Signed-By: $T/stranger.gpg" >> "$T/apt/sources.list.d/host.sources"
refused "the mirror's index is not signed by a key this host trusts"
use_mirror "$MIRROR" archive

# the index was altered after it was signed
sed -i 's/^Version: 5.10.999-1/Version: 5.10.998-1/' "$REPO/dists/bullseye-security/main/binary-amd64/Packages"
refused "a download does not match the mirror's signed index"
both archive
sed -i 's/^Suite: .*/Suite: evil/' "$REPO/dists/bullseye/InRelease"
refused "the mirror's index is not signed by a key this host trusts"

# the mirror is put right
both archive
fetch --until plan
expect_exit 0
# --no-verify is about tarballs and trees: it opens no door here
both stranger
rm -rf "$W"
fetch --until plan --no-verify
nothing_fetched
