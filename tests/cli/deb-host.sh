#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A host whose packages are Debian's: what a spec wants and is not installed, or is too old, is listed at once by the table of
# packages, and the real apt-get installs it when asked. The host is this one's files with a package database, an apt
# configuration and a repository of its own.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rpm_lib.sh
. "$(dirname "$0")/rpm_lib.sh"

# package NAME VERSION [LINE]... : a package without files in the repository
package() {
    mkdir -p "$T/stand-in/DEBIAN" "$T/packages"
    printf '%s\n' "Package: $1" "Version: $2" 'Architecture: all' 'Maintainer: nobody <nobody@kmesh.test>' 'Description: a stand-in' "${@:3}" \
        > "$T/stand-in/DEBIAN/control"
    dpkg-deb --root-owner-group --build "$T/stand-in" "$T/packages/$1_$2.deb" > "$T/log"
    (cd "$T/packages" && apt-ftparchive packages . > Packages 2> "$T/log") || fail "$(cat "$T/log")"
    "${at_host[@]}" apt-get update > "$T/log" 2>&1 || fail "$(cat "$T/log")"
}

cp -a /etc "$T/etc" 2> "$T/log" || true # what is root's alone is not needed
rm -rf "$T"/etc/apt/sources.list* "$T"/etc/apt/preferences* "$T"/etc/apt/apt.conf.d/*
mkdir -p "$T"/etc/apt/{apt.conf.d,preferences.d,sources.list.d} "$T"/var/{lib/apt/lists/partial,cache/apt/archives/partial,log/apt,tmp}
cp -a /var/lib/dpkg "$T/var/lib/dpkg"
rm -f "$T"/var/lib/dpkg/{lock,lock-frontend} "$T"/var/lib/dpkg/triggers/Lock
# one user is all there is in the namespace, and no terminal
printf '%s\n' 'APT::Sandbox::User "root";' 'Dpkg::Use-Pty "0";' > "$T/etc/apt/apt.conf.d/50kmesh"
echo "deb [trusted=yes] file:$T/packages ./" > "$T/etc/apt/sources.list"
make_host

# two that this host does not have, by their rows of the table
mapfile -t absent < <(awk -F '\t' '!/^#/ && $2 ~ /^[a-z0-9.+-]+$/ && $2 != "-" { print $1 " " $2 }' "$REPOSITORY/kernel/rpm/debian-packages.tsv" |
    while read -r name package; do
        [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2> "$T/log")" = installed ] || echo "$name $package"
    done | sort -u -k 2)
[ ${#absent[@]} -ge 2 ] || fail "this host has all of the table's packages but ${absent[*]}"
read -r first first_package <<< "${absent[0]}"
read -r second second_package <<< "${absent[1]}"

distribution_package
sed -i "0,/^BuildRequires:/s//BuildRequires: $first, ($second >= 3 or kabi-nowhere), (kabi-nowhere if kabi-elsewhere)\nBuildRequires:/" \
    "$T/distribution/SPECS/kernel.spec"
pack_distribution

# ---- all that is missing, at once ----
mkdir "$T/packages"
on_host
expect_exit 1
expect_stderr "^error: the spec wants what is not installed: .*\($second >= 3 or kabi-nowhere\)"
expect_stderr "^error: .* $first(,|$)"
for package in "$first_package" "$second_package"; do expect_stderr "^ +apt-get install --yes .*$package"; done
expect_stderr -- '--install-deps'
refute_stderr 'dnf'

# ---- installed when asked ----
on_host --install-deps
expect_exit 1
expect_stderr '^error: what the spec wants installed could not be'
package "$first_package" 99:1
package "$second_package" 99:2
on_host --install-deps
expect_exit 1
expect_stderr "^error: the spec wants what is not installed: \($second >= 3 or kabi-nowhere\) \($second_package is 99:2\)"
expect_stderr 'brought no such thing'
refute_stderr " $first(,|$)"
# what would take others away is not installed
package "$second_package" 99:3.0-1 'Conflicts: gcc'
on_host --install-deps
expect_exit 1
expect_stderr '^error: what the spec wants installed could not be'
"${at_host[@]}" dpkg-query --show --showformat '${db:Status-Status}\n' gcc | grep -qx installed || fail "gcc is gone"
package "$second_package" 99:3.0-2
on_host --install-deps --json
expect_exit 0
expect_json '.warnings | any(test("BuildRequires were checked as [0-9]+ Debian packages; rpm.s own check was switched off"))'
expect_json '.warnings | any(test("no Debian package for: \\(kabi-nowhere if kabi-elsewhere\\)"))'
"${at_host[@]}" dpkg-query --show "$second_package" > "$T/log" || fail "apt-get installed nothing"
grep -q '99:3.0-2' "$T/log" || fail "apt-get installed $(cat "$T/log")"
! dpkg-query --show --showformat '${db:Status-Status}\n' "$first_package" 2> "$T/log" | grep -qx installed || fail "it was installed on this host"
