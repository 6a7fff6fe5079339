#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The commands of the documents, read out of them and run as they stand: each document on a copy of the checkout of its own, which
# takes the checkout's place in a sandbox where all else may only be read. What takes hours another test runs, and
# commands.tsv says which. In the copy build/kernel is what `make kernel` left; nothing is fetched.
# usage: run.sh [DOCUMENT...]      (default: README.md, ARCHITECTURE.md and all below docs/)
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"
# shellcheck source=tests/docs/layout.sh
. "$(dirname "$0")/layout.sh"

cd "$REPOSITORY"
if [ $# = 0 ]; then
    mapfile -t documents < <(git ls-files --cached --others --exclude-standard README.md ARCHITECTURE.md 'docs/*.md' 'docs/**/*.md' | sort -u)
    set -- "${documents[@]}"
fi
for document in "$@"; do
    copy=$scratch/copy
    rm -rf "$copy"
    lay_out "$document" "$copy"
    echo "$document"
    inside "$copy" tests/docs/follow.py "$document" || fail "$document says what is not so"
    # what a page had changed in the checkout it takes back at its end
    [ ! -e "$copy/.git" ] || [ -z "$(git -C "$copy" status --porcelain)" ] ||
        fail "$document leaves the checkout changed: $(git -C "$copy" status --porcelain)"
    # and what it had made besides what `make kernel` leaves
    if grep -q '^## Undo' "$document"; then
        left=$(find "$copy/build" -mindepth 1 -maxdepth 1 -printf '%f\n' | grep -vxE 'home|gcc|kernel|ccache|kmesh-kernel|kmesh-route' || true)
        [ -z "$left" ] || fail "$document leaves below build/: $left"
    fi
done
