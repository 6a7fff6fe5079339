#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What packages.sh does in a fresh Debian 12 with /kit: the package is installed with what it depends on and recommends, an
# ordinary user works with it, and it is purged.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# every name but those that apt and dpkg keep of what they did
picture() {
    find / -xdev -mindepth 1 \( -path /kit -o -path /dev -o -path /proc -o -path /sys -o -path /tmp -o -path /var/lib/apt \
        -o -path /var/lib/dpkg -o -path /var/cache -o -path /var/log \) -prune -o -print | sort
}
theirs() { (cd /kit/home && setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/kit/home "$@"); }

chown -R 65534:65534 /kit/home
echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/quick
apt-get -q update
# first what apt installs for it, so that what is left behind is its own
apt-get -q --simulate install /kit/kmesh-kernel_*.deb | awk '$1 == "Inst" && $2 != "kmesh-kernel" { print $2 }' |
    xargs apt-get -q install -y --no-install-recommends
picture > /kit/before
apt-get -q install -y /kit/kmesh-kernel_*.deb | tee /kit/said
grep -q '^0 upgraded, 1 newly installed' /kit/said

theirs kmesh-kernel doctor
theirs man -P cat kmesh-kernel-build > /kit/page
grep -qE '^ +--tarball FILE' /kit/page
theirs kmesh-route --version
theirs kmesh-kernel plan --tarball /kit/linux-*.tar.xz --no-verify --json > /kit/plan.json
theirs kmesh-kernel build --tarball /kit/linux-*.tar.xz --no-verify --series /kit/series --until package --json > /kit/build.json
theirs kmesh-kernel prove /kit/vmlinuz --module /kit/kmesh.ko --json > /kit/proof.json

apt-get -q purge -y kmesh-kernel
picture | diff /kit/before -
[ -z "$(dpkg-query --show --showformat '${Status}' kmesh-kernel)" ]
