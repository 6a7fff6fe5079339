# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# For the tests of the headers verb: a work folder with an include root, and roots to replace a header in.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

OLD=$'#define BPF_OLD 1\nenum bpf_cmd { BPF_MAP_CREATE };\n'
NEW=$'#define BPF_OLD 1\nenum bpf_cmd { BPF_MAP_CREATE, BPF_KMESH };\n'
# shellcheck disable=SC2034 # not every script has an update
NEWER=$'#define BPF_OLD 1\nenum bpf_cmd { BPF_MAP_CREATE };\n/* an update */\n'

# include_root FOLDER : a work folder as a build leaves it.
include_root() {
    mkdir -p "$1/headers/include/linux"
    printf %s "$NEW" > "$1/headers/include/linux/bpf.h"
    printf '%s\n' 'Name: kmesh-headers' 'Description: d' 'Version: 5.10.999' > "$1/headers/kmesh-headers.pc"
}

# plain_root FOLDER : a system without dpkg.  dpkg_root FOLDER : one whose header a package owns.
plain_root() {
    mkdir -p "$1/usr/include/linux" "$1/var/lib"
    printf %s "$OLD" > "$1/usr/include/linux/bpf.h"
    # somebody else's, where one may give files away
    [ "$(id -u)" != 0 ] || chown 12:34 "$1/usr/include/linux/bpf.h"
    chmod 640 "$1/usr/include/linux/bpf.h"
    touch -d '2001-02-03 04:05:06.123456789' "$1/usr/include/linux/bpf.h"
}

dpkg_root() {
    plain_root "$1"
    mkdir -p "$1"/var/lib/dpkg/{info,updates}
    echo 1 > "$1/var/lib/dpkg/info/format"
    : > "$1/var/lib/dpkg/diversions"
    printf '%s\n' 'Package: linux-libc-dev' 'Status: install ok installed' 'Version: 1' 'Architecture: amd64' \
        'Multi-Arch: same' 'Maintainer: k <k@k.test>' 'Description: headers' '' > "$1/var/lib/dpkg/status"
    printf '%s\n' /. /usr /usr/include /usr/include/linux /usr/include/linux/bpf.h \
        > "$1/var/lib/dpkg/info/linux-libc-dev:amd64.list"
}

# inventory ROOT : every file with what it says of itself, and the header's bytes. Of dpkg's list of diversions not the time;
# its copy from before the last change, and what is left of a dpkg-divert that was killed, are dpkg's.
inventory() {
    (cd "$1" && find . -path './var/lib/dpkg/diversions-*' -o -type d -printf '%P %M %U:%G\n' -o \
        -path ./var/lib/dpkg/diversions -printf '%P %M %U:%G %s\n' -o -printf '%P %M %U:%G %s %T@ %n %l\n' | sort
     cat usr/include/linux/bpf.h* || true)
}

# ---- killed at a call, or at each; R is the root ----

CALLS=openat,write,pwrite64,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,chmod,fchmod,fchmodat,chown,fchown
CALLS+=,fchownat,utimensat,fsync,fdatasync,link,linkat,symlink,symlinkat,truncate,ftruncate

# from_copy NAME : the root is that copy again
from_copy() { rm -rf "$R" && cp -a "$T/$1" "$R"; }

# calls FILE : each call of a trace as NAME:N, the Nth of its name, from the first that sees the root on; not those that
# open what is there
calls() {
    awk -F '(' -v root="$R" '{ sub(/^[0-9]+ +/, "", $1); n[$1]++ }
        index($0, root) { seen = 1 }
        $1 == "openat" && !/O_CREAT/ { next }
        seen && /^[0-9 ]*[a-z0-9_]+\(/ { print $1 ":" n[$1] }' "$1"
}

# root_of KIND : from here on T is a folder of that kind's own, in which `original` is one; R is the root, HEADER its header
root_of() {
    T=$T/$1
    R=$T/root
    # shellcheck disable=SC2034  # the scripts read it
    HEADER=$R/usr/include/linux/bpf.h
    mkdir "$T"
    "$1" "$T/original"
}
