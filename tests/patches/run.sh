#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is added to Linux, held against the tree it is for: patches and module pass that tree's own checkpatch
# --strict, and the module builds without a word from gcc W=1 and sparse.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"

tree=$(echo "$WORK"/baseline/rpmbuild/BUILD/*/linux-*)
"$REPOSITORY/tests/patches/checkpatch.sh" "$tree" "$REPOSITORY/kernel/patches/5.10.0"

cp -r "$REPOSITORY/kernel/ko_src" "$scratch/module"
cd "$scratch/module" # checkpatch leaves a cache where it is run
"$tree/scripts/checkpatch.pl" --strict --no-summary --terse --root "$tree" -f ./*.[ch] > "$scratch/checkpatch" || true
[ ! -s "$scratch/checkpatch" ] || fail "checkpatch: $(cat "$scratch/checkpatch")"

rm -f .checkpatch-*
make -C "$WORK"/enhanced/root/usr/src/kernels/* M="$scratch/module" W=1 C=2 modules > "$scratch/make" 2>&1 ||
    fail "the module does not build: $(cat "$scratch/make")"
if grep -E "(^|/)kmesh_[a-z]+\.[ch]:[0-9]+:([0-9]+:)? *(warning|error)" "$scratch/make"; then fail "gcc W=1 or sparse have something to say"; fi
