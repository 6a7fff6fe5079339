#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is added to Linux, held against the tree it is for: patches and module pass that tree's own checkpatch
# --strict, and the module builds without a word from gcc W=1 and sparse.  usage: run.sh SERIES
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"

tree=$(echo "$WORK"/baseline/rpmbuild/BUILD/*/linux-*)
"$REPOSITORY/tests/patches/checkpatch.sh" "$tree" "$REPOSITORY/kernel/patches/$1"

cp -r "$REPOSITORY/kernel/ko_src" "$scratch/module"
cd "$scratch/module" # checkpatch leaves a cache where it is run
"$tree/scripts/checkpatch.pl" --strict --no-summary --terse --show-types --root "$tree" -f ./*.[ch] > "$scratch/said" || true
# "TYPE FILE", once each; what is said and what is tolerated must be the same
sed -nE 's,^(\./)?([^:]+):[0-9]+: (ERROR|WARNING|CHECK):([A-Z0-9_]+): .*,\4 \2,p' "$scratch/said" | sort -u > "$scratch/types"
sed -nE 's,^([A-Z0-9_]+) \| ([^ ]+) \| [^|]+ \| [^|]+$,\1 \2,p' checkpatch-exceptions | sort -u > "$scratch/tolerated"
diff "$scratch/tolerated" "$scratch/types" > "$scratch/differ" || fail "checkpatch: $(cat "$scratch/differ" "$scratch/said")"
[ "$(grep -c . "$scratch/said")" = "$(grep -cE '^(\./)?[^:]+:[0-9]+: (ERROR|WARNING|CHECK):' "$scratch/said")" ] ||
    fail "checkpatch: not understood: $(cat "$scratch/said")"

rm -f .checkpatch-*
make -C "$WORK"/enhanced/root/usr/src/kernels/* M="$scratch/module" W=1 C=2 modules > "$scratch/make" 2>&1 ||
    fail "the module does not build: $(cat "$scratch/make")"
if grep -E "(^|/)(compat|kmesh_[a-z]+)\.[ch]:[0-9]+:([0-9]+:)? *(warning|error)" "$scratch/make"; then fail "gcc W=1 or sparse have something to say"; fi
