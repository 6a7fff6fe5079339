#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A tarball that is not the one its checksum was made of is refused, and so is a known one with one byte changed.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
right=$(sum_of "$TARBALL")
cp "$TARBALL" good
change_byte "$TARBALL"
run build --work "$W" --tarball "$T/$TARBALL" --sha256 "$right" --series "$SERIES"
expect_exit 1
expect_stderr '^error: .*does not have the checksum that was given'
expect_stderr "expected $right"
expect_stderr "found    $(sum_of "$TARBALL")"
refute_file "$W/enhanced"
# --no-verify does not switch off a check that was asked for
run build --work "$W" --tarball "$T/$TARBALL" --sha256 "$right" --series "$SERIES" --no-verify
expect_exit 1

# an archive of its own, which knows the good one
cp -r "$REPOSITORY/kernel" data
export KMESH_KERNEL_DATA=$T/data
sed -i "0,/^tarballs = .*/s//tarballs = [\"$right\"]/" data/baselines.toml
run build --work "$W" --tarball "$T/$TARBALL" --series "$SERIES" --until plan
expect_exit 1
expect_stderr '^error: nothing vouches for '
cp good "$TARBALL"
run build --work "$W" --tarball "$T/$TARBALL" --series "$SERIES" --until plan --json
expect_exit 0
expect_json '.baseline.verified == "checksum known for baseline 5.10"'
