#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what was built, and takes it away again exactly: what lies where is recorded beside it, with the folders that had to
# be made. Another installation over it takes away what only the one before had.
# usage: [DESTDIR=DIR] install.sh install BUILD PREFIX | uninstall PREFIX
set -eu
usage() {
    echo "usage: [DESTDIR=DIR] $0 install BUILD PREFIX | uninstall PREFIX" >&2
    exit 2
}
case ${1-}:$# in
install:3) build=$2 prefix=$3 ;;
uninstall:2) build='' prefix=$2 ;;
*) usage ;;
esac
case $prefix in
/?*) ;;
*)
    echo "error: PREFIX is '$prefix', and must be an absolute path" >&2
    exit 2
    ;;
esac
root=${DESTDIR-}
case $root in '' | /*) ;; *) root=$PWD/$root ;; esac
record=$prefix/share/kmesh/installed

# remove FILE : what a record says, folders behind what is in them; a folder that others use as well stays
remove() {
    sed -n 's/^file //p' "$1" | while IFS= read -r path; do rm -f "$root$path"; done
    sed -n 's/^folder //p' "$1" | sort -r | while IFS= read -r path; do
        rmdir "$root$path" 2> /dev/null || true
    done
}

if [ "$1" = uninstall ]; then
    if [ ! -e "$root$record" ]; then
        echo "error: nothing is installed in $root$prefix ($root$record is missing)" >&2
        exit 1
    fi
    kept=$(mktemp)
    trap 'rm -f "$kept"' EXIT
    cp "$root$record" "$kept"
    remove "$kept"
    exit 0
fi

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
# once beside, to know what it will be
DESTDIR=$stage/tree cmake --install "$build" --prefix "$prefix" > /dev/null
mkdir -p "$stage/tree$prefix/share/kmesh"
: > "$stage/tree$record"
(cd "$stage/tree" && find . ! -type d | sed 's/^\./file /' | sort) > "$stage/record"
(cd "$stage/tree" && find . -mindepth 1 -type d | sed 's/^\.//' | sort) | while IFS= read -r folder; do
    if [ ! -d "$root$folder" ] || { [ -e "$root$record" ] && grep -qxF "folder $folder" "$root$record"; }; then
        echo "folder $folder"
    fi
done >> "$stage/record"
if [ -e "$root$record" ]; then
    grep -vxFf "$stage/record" "$root$record" > "$stage/gone" || true
else
    : > "$stage/gone"
fi
DESTDIR=$root cmake --install "$build" --prefix "$prefix" > /dev/null
remove "$stage/gone"
cp "$stage/record" "$root$record"
