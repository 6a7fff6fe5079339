#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A script of the package copies the tree before our patches are in, where no reader of the spec can see it, and %build compiles
# the copy as well: no package without our patches is handed over, also not when the build goes on after that.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rpm_lib.sh
. "$(dirname "$0")/rpm_lib.sh"

distribution_package
spec=$T/distribution/SPECS/kernel.spec
echo 'cp -a . ../zz-debug' > "$T/distribution/SOURCES/copies"
sed -i -e 's/^Source11:.*/&\nSource12: copies/' -e 's/^%patch1 -p1/sh %{SOURCE12} to.config\n&/' "$spec"
of_package() { pack_distribution; run build --work "$W" --series "$SERIES" --srpm "$T/kernel.src.rpm" --no-verify --until package; }

# a copy that nothing is made of is the distribution's business
of_package
expect_exit 0
[ -n "$(find "$W/enhanced/rpmbuild/BUILD" -maxdepth 2 -name zz-debug)" ] || fail "there is no copy"

rm -rf "$W"
# shellcheck disable=SC2016 # for the shell of %build to expand
sed -i 's/^%build/&\nfor copy in ..\/zz-debug ..\/*\/zz-debug; do [ ! -d $copy ] || (cd $copy \&\& echo "int a;" > net\/a.c \&\& gcc -c net\/a.c -o a.o); done/' "$spec"
of_package
expect_exit 1
expect_stderr "^error: %prep ended well, and .*\.patch is not in a tree that is built \(.*/zz-debug\)"
refute_file "$W/packages/SHA256SUMS"
run build --work "$W" --series "$SERIES" --srpm "$T/kernel.src.rpm" --no-verify --until package
expect_exit 1
expect_stderr 'is not in a tree that is built'

# the same copy made behind our patches
sed -i -e '/^sh %{SOURCE12} to.config/d' -e 's/^%patch2 -p1/&\nsh %{SOURCE12} to.config/' "$spec"
of_package
expect_exit 0
