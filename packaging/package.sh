#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The kit as a package, made of the files that git knows or would know.
#   package.sh deb DIR   DIR/kmesh-kernel_VERSION_ARCH.deb and the source package, by dpkg-buildpackage
set -eu
usage() {
    echo "usage: $0 deb DIR" >&2
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

case $1 in
deb)
    lay_out
    "$1"
    ;;
*) usage ;;
esac
