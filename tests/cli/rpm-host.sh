#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A host whose packages are rpm's: what a spec wants and is not installed is listed at once, by rpm's own word, and dnf
# installs it when asked. The host is this one's files with an rpm database, a dnf configuration and a repository of its own.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rpm_lib.sh
. "$(dirname "$0")/rpm_lib.sh"

# package NAME VERSION [LINE]... : a package without files in $T/packages
package() {
    printf '%s\n' "Name: $1" "Version: $2" 'Release: 1' 'Summary: a stand-in' 'License: MIT' 'BuildArch: noarch' "${@:3}" \
        '%description' 'A stand-in.' '%files' > "$T/$1.spec"
    rpmbuild --define "_topdir $T/stand-ins" --define "_rpmdir $T/packages" --define "_dbpath $T/rpmdb" -bb "$T/$1.spec" \
        > "$T/log" 2>&1 || fail "$(cat "$T/log")"
}

cp -a /etc "$T/etc" 2> "$T/log" || true # what is root's alone is not needed
rm -rf "$T/etc/yum.repos.d"
mkdir -p "$T/etc/yum.repos.d" "$T/etc/dnf" "$T/etc/rpm" "$T/var/lib/rpm" "$T/var/cache" "$T/var/log" "$T/var/tmp"
echo '%_dbpath /var/lib/rpm' > "$T/etc/rpm/macros"
printf '[main]\n' > "$T/etc/dnf/dnf.conf"
printf '[stand-ins]\nname=stand-ins\nbaseurl=file://%s/packages\ngpgcheck=0\nmetadata_expire=1\n' "$T" > "$T/etc/yum.repos.d/stand-ins.repo"
make_host

distribution_package
# conditional for this host: the spec's macros decide, not those of the packager
sed -i -e '0,/^BuildRequires:/s//BuildRequires: fit-for-100%%\nBuildRequires: (tool-new >= 2 or tool-old)\nBuildRequires:/' \
    -e '0,/^BuildRequires:/s//%if 0%{?with_more:1}\nBuildRequires: more\n%endif\nBuildRequires:/' "$T/distribution/SPECS/kernel.spec"
pack_distribution
mapfile -t all < <(rpmspec -q --buildrequires --define "_topdir $T/distribution" "$T/distribution/SPECS/kernel.spec" | sort -u)
[ ${#all[@]} -gt 5 ] || fail "the spec wants only ${all[*]}"

# ---- all that is missing, at once ----
package rpm 4.18
package tool-new 1
"${at_host[@]}" rpm --install --justdb "$T"/packages/noarch/{rpm,tool-new}-*.rpm > "$T/log" 2>&1 || fail "$(cat "$T/log")"
rm -rf "$T/packages"
on_host
expect_exit 1
for one in "${all[@]}"; do grep -qF -- "${one%% *}" "$T/err" || fail "not listed: $one"; done
expect_stderr '^error: the spec wants what is not installed: .*\(tool-new >= 2 or tool-old\)'
expect_stderr '^ +dnf --assumeyes builddep --spec '
expect_stderr -- '--install-deps'
refute_stderr 'apt-get'
on_host --json
expect_exit 1

[ -e "$T/var/lib/rpm/rpmdb.sqlite" ] || fail "the stand-in for an RPM host has no database"

# ---- installed when asked ----
mkdir -p "$T/packages"
createrepo_c --quiet "$T/packages"
sleep 2 # dnf takes its index anew once it is older than a second
on_host --install-deps
expect_exit 1
expect_stderr '^error: what the spec wants installed could not be'
provides=()
for one in "${all[@]}"; do
    case $one in tool-* | \(*) ;; *) provides+=("Provides: ${one//%/%%}") ;; esac
done
package tools 1 "${provides[@]}"
package tool-old 1
createrepo_c --quiet "$T/packages"
sleep 2 # dnf takes its index anew once it is older than a second
on_host --install-deps --refresh
expect_exit 0
"${at_host[@]}" rpm --query tools tool-old > "$T/log" || fail "dnf installed: $(cat "$T/log")"
on_host --json
expect_exit 0
expect_json '[.warnings[] | select(test("BuildRequires were checked by this host.s rpm"))] | length == 1'
expect_json '[.warnings[] | select(test("Debian"))] == []'

# the packager's macros are not this host's: with the macro more is wanted
echo '%with_more 1' > "$T/etc/rpm/macros.more"
on_host --refresh
expect_exit 1
expect_stderr '^error: the spec wants what is not installed: more$'
