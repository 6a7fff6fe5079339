#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Missing programs are named all at once, with the one command that installs them, before anything is done.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# a PATH with all there is, without some
fake_kernel
mkdir tools
ln -s -t tools /usr/bin/* 2>/dev/null || true
without() {
    rm -rf "$W"
    rm -f "$@"
    run_as env PATH="$T/tools" "$KMESH" build --work "$W" --tarball "$T/$TARBALL" --no-verify --series "$SERIES"
    expect_exit 1
    refute_file "$W/plan"
}
cd tools
without flex bison
expect_stderr '^error: .*: flex, bison$'
expect_stderr '^    apt-get install (bison flex|flex bison)$'
without flex bison pahole
expect_stderr '^error: .*: flex, bison, pahole$'
expect_stderr '^    apt-get install .*dwarves'
without flex bison pahole rpmbuild
expect_stderr '^error: .*: flex, bison, pahole, rpmbuild$'
expect_same "$(grep -c '^    apt-get install' "$T/err")" 1 "commands to install"

# a tool that another output needs is not missed
rm -f dpkg-buildpackage
without flex bison
refute_stderr 'dpkg-buildpackage'
run_as env PATH="$T/tools" "$KMESH" build --work "$W" --tarball "$T/$TARBALL" --no-verify --series "$SERIES" --output deb
expect_exit 1
expect_stderr '^error: .*dpkg-buildpackage'
refute_stderr '^error: .*rpmbuild'

# what the message names is looked for by its own name: with them back it goes on
ln -s /usr/bin/flex /usr/bin/bison /usr/bin/pahole /usr/bin/rpmbuild .
run_as env PATH="$T/tools" "$KMESH" build --work "$W" --tarball "$T/$TARBALL" --no-verify --series "$SERIES" --until plan
expect_exit 0
