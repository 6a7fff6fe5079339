#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds ninja's targets in a folder, and says so first where something is new: a terminal then has ninja's own line of how far it
# is, a file that one line alone. Where nothing is new it says nothing.
# usage: build-kit.sh BUILD TARGET...
set -eu
[ $# -ge 2 ] || { echo "usage: $0 BUILD TARGET..." >&2; exit 2; }
build=$1
shift
# ninja itself cannot tell beforehand: its dry run ends at the first file that a list of files is made of
built=$build/kit-built
terminal=
if [ ! -e "$built" ] || [ -n "$(find CMakeLists.txt CMakePresets.json src bpf guest packaging -type f -newer "$built" -print -quit)" ]; then
    echo 'building the kit itself: a few minutes the first time'
    [ ! -t 1 ] || terminal=yes
fi
# of the moment before: what is edited meanwhile is newer
touch "$built.new"
if [ "$terminal" ]; then
    ninja -C "$build" "$@"
else
    code=0
    ninja -C "$build" --quiet "$@" > "$built.log" 2>&1 || code=$?
    grep -v '^ninja: no work to do' "$built.log" || true
    [ "$code" = 0 ] || exit "$code"
fi
mv "$built.new" "$built"
