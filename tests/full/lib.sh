# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A fresh Debian 12 in a folder, and commands in it. Needs root, for mmdebstrap and a mount namespace.

# fresh_root ROOT PACKAGES : it reaches this host's mirrors as this host does
fresh_root() {
    local root=$1 sources=(/etc/apt/sources.list.d/*.sources) file
    [ -e "${sources[0]}" ] || sources=(/etc/apt/sources.list)
    # in a namespace of its own: what it mounts must not be there for who takes the folder away
    unshare --mount --propagation private mmdebstrap --quiet --variant=minbase \
        --include="ca-certificates,$2" bookworm "$root" "${sources[0]}"
    cp /etc/resolv.conf "$root/etc/"
    for file in /etc/apt/apt.conf.d/99*; do
        [ ! -e "$file" ] || cp "$file" "$root/etc/apt/apt.conf.d/"
    done
}

# inside ROOT [--share FOLDER PLACE] SCRIPT ARGUMENT... : bash runs the script there. A chroot may make no user namespace, and
# bubblewrap needs one: the root is the namespace's own.
inside() {
    local root=$1 folder='' place=''
    shift
    if [ "$1" = --share ]; then
        folder=$2 place=$3
        shift 3
    fi
    unshare --mount --propagation private bash -euc '
        mount --bind "$1" "$1"
        mount -t proc proc "$1/proc"
        mount -t sysfs sysfs "$1/sys"
        mount --rbind /dev "$1/dev"
        [ -z "$2" ] || mount --bind "$2" "$1$3"
        cd "$1"
        shift 3
        mkdir -p .host
        pivot_root . .host
        umount -l /.host
        rmdir /.host
        exec env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin bash -euo pipefail -c "$@"
    ' bash "$root" "$folder" "$place" "$1" bash "${@:2}"
}
