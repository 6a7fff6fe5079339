#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The kit as a package, made of the files that git knows or would know.
#   package.sh deb DIR   DIR/kmesh-kernel_VERSION_ARCH.deb and the source package, by dpkg-buildpackage
#   package.sh rpm DIR   DIR/kmesh-kernel-VERSION-RELEASE.ARCH.rpm and the source package, by rpmbuild
# RPMBUILD_OPTIONS goes to rpmbuild: --nodeps where its database knows nothing of the host, as on Debian.
set -eu
usage() {
    echo "usage: $0 deb|rpm DIR" >&2
    exit 2
}
[ $# = 2 ] || usage
repository=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
version=$(sed -n 's/^project(kmesh VERSION \([0-9.]*\) .*/\1/p' "$repository/CMakeLists.txt")
released=$(sed -n 's/^set(KMESH_RELEASED \([-0-9]*\)).*/\1/p' "$repository/CMakeLists.txt")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/kmesh-kernel-$version

# lay_out : a copy of the sources, of one time: the same sources give the same archive
lay_out() {
    cd "$repository"
    git ls-files -z --cached --others --exclude-standard > "$work/files"
    mkdir "$tree"
    xargs -0 cp --no-dereference --preserve=mode --parents --target-directory="$tree" < "$work/files"
    find "$tree" -exec touch --no-dereference --date="${released}T00:00:00Z" {} +
}

# said COMMAND... : its output only where it fails
said() {
    "$@" > "$work/log" 2>&1 && return 0
    cat "$work/log" >&2
    echo "error: $1 failed" >&2
    exit 1
}

deb() {
    cd "$tree"
    cp -r packaging/debian debian
    said dpkg-buildpackage --no-sign
    rm -rf "$tree" "$work/files" "$work/log"
    cp "$work"/* "$out/"
    ls "$out"/kmesh-kernel_*.deb
}

rpm() {
    mkdir "$work/SOURCES"
    tar --create --gzip --file "$work/SOURCES/kmesh-kernel-$version.tar.gz" --sort=name --owner=0 --group=0 --numeric-owner \
        --directory "$work" "kmesh-kernel-$version"
    # rpm's brp-compress reads names as bash does; Debian's rpm has it run by dash, and no page is compressed
    # shellcheck disable=SC2086 # options
    said rpmbuild -ba ${RPMBUILD_OPTIONS-} --define "_topdir $work" --define "_dbpath $work/rpmdb" \
        --define "packager $(sed -n 's/^Maintainer: //p' "$tree/packaging/debian/control")" \
        --define '__brp_compress bash %{_rpmconfigdir}/brp-compress %{?_prefix}' \
        "$tree/packaging/kmesh-kernel.spec"
    find "$work/RPMS" "$work/SRPMS" -name '*.rpm' -exec cp --target-directory="$out" {} +
    ls "$out"/kmesh-kernel-*.rpm
}

case $1 in
deb | rpm)
    lay_out
    "$1"
    ;;
*) usage ;;
esac
