#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The module's sources as DKMS wants them.
#   package.sh tree DIR   DIR/kmesh-VERSION, which DKMS looks for in /usr/src
#   package.sh deb DIR    DIR/kmesh-dkms_VERSION_all.deb
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sources=$here/../ko_src
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$here/dkms.conf")

tree() {
    tree=$1/kmesh-$version
    rm -rf "$tree"
    mkdir -p "$tree"
    for file in "$sources"/*.[ch] "$sources/Kbuild" "$here/dkms.conf" "$here/build.sh" "$here/btf_check.c"; do
        case $file in *.mod.c) ;; *) cp "$file" "$tree/" ;; esac
    done
}

# PHASE: the scripts of a package are run with what is to be done
maintainer_script() {
    echo '#!/bin/sh'
    echo 'set -e'
    case $1 in
    postinst)
        echo 'if [ "$1" = configure ]; then'
        echo "    /usr/lib/dkms/common.postinst kmesh $version /usr/share/kmesh-dkms '' \"\$2\""
        echo 'fi'
        ;;
    prerm)
        echo 'case $1 in remove|upgrade|deconfigure)'
        echo "    if [ -n \"\$(dkms status -m kmesh -v $version)\" ]; then dkms remove -m kmesh -v $version --all; fi ;;"
        echo 'esac'
        ;;
    esac
}

deb() {
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
    tree "$root/usr/src"
    mkdir -p "$root/DEBIAN" "$root/usr/share/doc/kmesh-dkms"
    cat > "$root/DEBIAN/control" <<CONTROL
Package: kmesh-dkms
Version: $version
Architecture: all
Maintainer: Kmesh developers <kmesh@localhost>
Section: kernel
Priority: optional
Depends: dkms, dwarves | pahole, libc6-dev, binutils, xz-utils, zstd
Description: Kmesh, the service mesh in the kernel: its module (DKMS source)
 Builds kmesh.ko for kernels that need no patch for it, from 6.12 on, with the
 BTF by which connect programs find its function.
CONTROL
    cat > "$root/usr/share/doc/kmesh-dkms/copyright" <<COPYRIGHT
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: Kmesh developers
License: GPL-2.0-only or BSD-2-Clause

Files: usr/src/*/dkms.conf usr/src/*/build.sh usr/src/*/btf_check.c
Copyright: Kmesh developers
License: Apache-2.0
COPYRIGHT
    for script in postinst prerm; do
        maintainer_script $script > "$root/DEBIAN/$script"
        chmod 755 "$root/DEBIAN/$script"
    done
    find "$root" -type d -exec chmod 755 {} +
    # the same sources give the same package
    SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1767225600} dpkg-deb --root-owner-group --build "$root" "$1" > /dev/null
    echo "$1/kmesh-dkms_${version}_all.deb"
}

case ${1-}:$# in
tree:2) tree "$2" ;;
deb:2) mkdir -p "$2" && deb "$2" ;;
*)
    echo "usage: package.sh tree|deb DIR" >&2
    exit 2
    ;;
esac
