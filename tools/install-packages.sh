#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what packages.txt names for a target and this host lacks, in one apt call; says nothing where
# nothing is missing.  usage: install-packages.sh kernel|check|full
set -eu
cd "$(dirname "$0")/.."
case $1 in
kernel) groups='kernel' ;;
check) groups='kernel check' ;;
full) groups='kernel check full' ;;
*) echo "usage: $0 kernel|check|full" >&2; exit 2 ;;
esac

wanted=$(awk -v groups=" $groups " '$1 !~ /^#/ && NF > 1 && index(groups, " " $2 " ") { print $1 }' packages.txt)
# shellcheck disable=SC2086 # the list is words
installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' $wanted 2>/dev/null || true)"
missing=
for package in $wanted; do
    case $installed in *" installed:$package "*) ;; *) missing="$missing $package" ;; esac
done
[ -n "$missing" ] || exit 0

echo "installing:$missing"
as_root=
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null; then
        echo "error: these packages are missing, and there is no sudo; as root run:" >&2
        echo "    apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
fi
# An empty list of packages (a fresh image) is brought up to date first.
if ! apt-cache show bubblewrap >/dev/null 2>&1; then
    $as_root apt-get -q update
fi
# shellcheck disable=SC2086 # the list is words, and sudo may be none
if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing; then
    echo "error: apt-get could not install them; if the list of packages is old, bring it up to date and try again:" >&2
    echo "    ${as_root:+sudo }apt-get update" >&2
    exit 1
fi
# Tests want these as programs. Where installing them started a service as well, it is stopped, and stays so.
for service in nginx haproxy; do
    case "$missing " in *" $service "*) ;; *) continue ;; esac
    [ ! -d /run/systemd/system ] || $as_root systemctl --quiet disable --now "$service"
done
