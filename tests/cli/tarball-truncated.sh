#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A truncated or damaged tarball is named as such, whatever compressed it; nothing is taken from it.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
for ending in tar tar.gz tar.xz tar.bz2; do
    rm -rf "$W"
    TARBALL=linux.$ending
    pack linux-5.10.999 "$T/$TARBALL"
    build --until plan
    expect_exit 0

    rm -rf "$W"
    size=$(stat -c %s "$TARBALL")
    truncate -s $((size / 3)) "$TARBALL"
    build --until plan
    expect_exit 1
    expect_stderr "^error: .*$TARBALL"
    expect_stderr 'truncated or damaged'
    expect_stderr "^    sha256sum $T/$TARBALL"
    refute_file "$W/enhanced"
done

# damaged behind all that the plan reads: unpacking sees it
pack linux-5.10.999 "$T/linux.tar"
head -c 300000 /dev/urandom | base64 > "$T/linux-5.10.999/zzz"
TARBALL=linux.tar.xz
pack linux-5.10.999 "$T/$TARBALL"
truncate -s -40000 "$TARBALL"
rm -rf "$W"
build --until prep
expect_exit 1
expect_stderr '^error: '
expect_stderr 'nexpected end|truncated|damaged'
build --until prep --output image
expect_exit 1
expect_stderr 'nexpected end|truncated|damaged'

# empty, not an archive, a folder, nothing at all
: > empty.tar.xz
echo 'Not Found' > page.tar.xz
for TARBALL in empty.tar.xz page.tar.xz; do
    rm -rf "$W"
    build --until plan
    expect_exit 1
    expect_stderr "^error: .*$TARBALL"
done
mkfifo pipe.tar
for path in "$T/linux-5.10.999" "$T/nothing.tar.xz" "$T/pipe.tar" /dev/zero; do
    LIMIT=10 run build --work "$W" --tarball "$path" --no-verify --until plan
    expect_exit 1
    expect_stderr "^error: .*$path"
done
