#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# As a new user would: a fresh Debian 12 with git and make, a clone, and README's two commands, one after the other. Finds
# packages that packages.txt forgets. Needs root, for mmdebstrap and a mount namespace. The compiler cache is this
# checkout's: what the same compiler made of the same text is not made again.
# usage: clean-root.sh [TARGET...]   (default: kernel check)
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"

[ $# -gt 0 ] || set -- kernel check
sources=(/etc/apt/sources.list.d/*.sources)
[ -e "${sources[0]}" ] || sources=(/etc/apt/sources.list)
root=$scratch/root
# in a namespace of its own: what it mounts must not be there for who takes the scratch folder away
unshare --mount --propagation private mmdebstrap --quiet --variant=minbase \
    --include=git,make,ca-certificates bookworm "$root" "${sources[0]}"
git clone --quiet "$REPOSITORY" "$root/kmesh"
mkdir -p "$root/kmesh/build/ccache" "$CCACHE_DIR"
cp /etc/resolv.conf "$root/etc/"
for file in /etc/apt/apt.conf.d/99*; do # how this host reaches its mirrors
    [ ! -e "$file" ] || cp "$file" "$root/etc/apt/apt.conf.d/"
done

# a chroot may make no user namespace, and bubblewrap needs one: the root must be the namespace's own
unshare --mount --propagation private bash -euc '
    mount --bind "$1" "$1"
    mount -t proc proc "$1/proc"
    mount -t sysfs sysfs "$1/sys"
    mount --rbind /dev "$1/dev"
    mount --bind "$2" "$1/kmesh/build/ccache"
    cd "$1"
    shift 2
    mkdir -p .host
    pivot_root . .host
    umount -l /.host
    for target in "$@"; do
        env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin make -C /kmesh "$target" || exit 1
        echo "make $target: $((SECONDS / 60)) min since the start"
    done
' bash "$root" "$CCACHE_DIR" "$@" || fail "README's commands ($*) do not work in a fresh Debian 12"

case " $* " in *' kernel '*)
    expect .ok true "$root/kmesh/build/kernel/report.json"
    [ -s "$root/kmesh/kernel/ko/kmesh.ko" ] || fail "there is no kernel/ko/kmesh.ko"
    ;;
esac
