#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Real programs on armed sockets. The host's root folder is at /share, read-only; what the programs write lies in memory.
# /bin/programs.tar holds what is told to them, and the cases.
set -u

fail() {
    printf 'KTAP version 1\n1..1\n# %s\nnot ok 1 the root of the programs\n' "$*"
    exit 1
}

[ -e /share/usr ] || fail "the host's root folder is not shared: kmesh-kernel prove --share /"
for folder in tmp run var/log; do
    busybox mount -t tmpfs tmpfs "/share/$folder" || fail "/share/$folder: no tmpfs"
done
for folder in proc dev sys sys/fs/bpf; do
    busybox mount --bind "/$folder" "/share/$folder" || fail "/share/$folder: not bound"
done
busybox mount --bind "$CGROUP2" /share/sys/fs/cgroup || fail "the cgroups: not bound"
busybox tar -xf /bin/programs.tar -C /share/tmp || fail "/bin/programs.tar: not unpacked"
busybox cp /bin/kmesh-route /share/tmp/programs/ || fail "no kmesh-route"
export PATH=/tmp/programs:/usr/sbin:/usr/bin:/sbin:/bin
exec busybox chroot /share /bin/bash /tmp/programs/programs.sh
