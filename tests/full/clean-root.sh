#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# As a new user would: a fresh Debian 12 with git and make, a clone, and README's two commands, one after the other; then its way
# to undo them. Finds packages that packages.txt forgets. The compiler cache is this checkout's: what the same compiler made of the same text is not
# made again.
# usage: clean-root.sh [TARGET...]   (default: kernel check)
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"
# shellcheck source=tests/full/lib.sh
. "$(dirname "$0")/lib.sh"

[ $# -gt 0 ] || set -- kernel check
root=$scratch/root
fresh_root "$root" git,make
git clone --quiet "$REPOSITORY" "$root/kmesh"
mkdir -p "$root/kmesh/build/ccache" "$CCACHE_DIR"
# shellcheck disable=SC2016 # for the shell in there to expand
inside "$root" --share "$CCACHE_DIR" /kmesh/build/ccache '
    for target in "$@"; do
        make -C /kmesh "$target" || exit 1
        echo "make $target: $((SECONDS / 60)) min since the start"
    done
' "$@" || fail "README's commands ($*) do not work in a fresh Debian 12"

case " $* " in *' kernel '*)
    expect .ok true "$root/kmesh/build/kernel/report.json"
    [ -s "$root/kmesh/kernel/ko/kmesh.ko" ] || fail "there is no kernel/ko/kmesh.ko"
    ;;
esac

# `make clean` in there leaves what was cloned. The compiler cache lies outside by then.
inside "$root" 'make -C /kmesh clean' || fail "make clean does not work"
for folder in build kernel/ko; do
    [ ! -e "$root/kmesh/$folder" ] || fail "make clean leaves $folder"
done
left=$(git -C "$root/kmesh" status --porcelain --ignored)
[ -z "$left" ] || fail "make clean leaves: $left"
