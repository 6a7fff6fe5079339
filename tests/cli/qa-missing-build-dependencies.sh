#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# "error: Failed build dependencies: asciidoc is needed by kernel-...": what a distribution's spec wants and this host has not
# is listed at once before anything is unpacked, with the one command that installs it; once it is there the build goes on.
# rpm-host.sh has the same on a host of rpm's, and has dnf install it.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rpm_lib.sh
. "$(dirname "$0")/rpm_lib.sh"

distribution_package
sed -i '0,/^BuildRequires:/s//BuildRequires: asciidoc audit-libs-devel bc\nBuildRequires:/' "$T/distribution/SPECS/kernel.spec"
pack_distribution
package_build() { run build --work "$W" --series "$SERIES" --srpm "$T/kernel.src.rpm" --no-verify --until package "$@"; }

# what dpkg says is installed: this host's list without three packages, then with them
wanted=(asciidoc bc libaudit-dev)
export DPKG_ADMINDIR=$T/dpkg
mkdir -p "$DPKG_ADMINDIR"/{info,updates}
awk -v RS= -v ORS='\n\n' '!/^Package: (asciidoc|bc|libaudit-dev)\n/' /var/lib/dpkg/status > "$DPKG_ADMINDIR/status"

package_build
expect_exit 1
expect_stderr '^error: the spec wants what is not installed: asciidoc, audit-libs-devel, bc$'
expect_stderr '^ +apt-get install --yes --no-remove asciidoc bc libaudit-dev$'
refute_file "$W/enhanced"
package_build --json
expect_exit 1

# rpmbuild's own words, of somebody who built without the kit
rpmbuild --define "_topdir $T/distribution" --define "_dbpath $T/rpmdb" -bb "$T/distribution/SPECS/kernel.spec" \
    > "$T/by-hand.log" 2>&1 && fail "rpmbuild misses nothing"
grep -q 'asciidoc is needed by kernel-5.10.999' "$T/by-hand.log" || fail "$(cat "$T/by-hand.log")"
run explain "$T/by-hand.log"
expect_exit 0
for name in asciidoc audit-libs-devel bc; do expect_stdout "$name"; done

for name in "${wanted[@]}"; do
    printf '%s\n' "Package: $name" 'Status: install ok installed' 'Version: 1' 'Architecture: all' \
        'Maintainer: k <k@k.test>' 'Description: a stand-in' '' >> "$DPKG_ADMINDIR/status"
done
package_build
expect_exit 0
expect_file "$W/packages/SHA256SUMS"
expect_json '[.warnings[] | select(test("checked as [0-9]+ Debian packages"))] | length == 1' "$W/report.json"
