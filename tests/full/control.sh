#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The control that took over what the enhanced kernel's build had made is the control that is built from nothing: the same
# packages, byte for byte. $WORK has the former.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"

build_same --work "$scratch/work" --until package
rm -rf "$scratch/work/enhanced/rpmbuild/BUILD" # nothing to lend
build_same --work "$scratch/work" --until control

# steps WORK: how many compile steps its control took
steps() { grep -cE '^  (CC|AS|LD) ' "$1/logs/control.log"; }
[ "$(steps "$scratch/work")" -gt 1000 ] || fail "the control was not built from nothing"
[ "$(steps "$WORK")" -lt 1000 ] || fail "the control of $WORK took nothing over"
sums() { (cd "$1/baseline/rpmbuild/RPMS" && find . -name '*.rpm' -print0 | sort -z | xargs -0 sha256sum); }
sums "$WORK" > "$scratch/lent"
sums "$scratch/work" > "$scratch/whole"
[ "$(wc -l < "$scratch/whole")" = 3 ] || fail "there are not three packages: $(cat "$scratch/whole")"
diff "$scratch/lent" "$scratch/whole" || fail "the control's packages differ"
