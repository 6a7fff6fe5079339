#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The series builds at each step: after every patch but the last (which the test of the whole kernel builds), what it
# touches is compiled on the baseline's own built tree.  usage: bisect.sh SERIES
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"

series=$REPOSITORY/kernel/patches/$1
tree=$(echo "$WORK"/baseline/rpmbuild/BUILD/*/linux-*)
# where the package was made: the tools that everything depends on know their path
inside=/kmesh/${tree#"$WORK/baseline/"}
copy=$scratch/${tree#"$WORK/baseline/"}
mkdir -p "$copy" "${CCACHE_DIR:=$scratch/ccache}"
cp -a --reflink=auto "$tree/." "$copy"
# what its package was made with: objects whose command is the same are not made again
flags=$(grep -oe '-fdebug-prefix-map=[^ ]*' "$tree/init/.main.o.cmd" | head -n 1)
compiler=$(sed -n 's/^cmd_[^ ]* := \(.*gcc\) -Wp,.*/\1/p' "$tree/init/.main.o.cmd")
in_place() {
    bwrap --unshare-all --die-with-parent --ro-bind /usr /usr --ro-bind /etc /etc --symlink usr/bin /bin --symlink usr/sbin /sbin \
        --symlink usr/lib /lib --symlink usr/lib64 /lib64 --proc /proc --dev /dev --tmpfs /tmp --bind "$scratch" /kmesh \
        --bind "$CCACHE_DIR" /ccache --setenv CCACHE_DIR /ccache --chdir "$inside" "$@"
}
grep -vE '^(#|$)' "$series/series" | sed '$d' | while read -r patch; do
    patch -s -F0 -E -p1 --no-backup-if-mismatch -d "$copy" -i "$series/$patch"
    in_place make -j"$(nproc)" ARCH=x86_64 CC="$compiler" HOSTCC="$compiler" KCFLAGS="$flags" bzImage modules > "$scratch/make" 2>&1 ||
        fail "after $patch the kernel does not build: $(tail -20 "$scratch/make")"
    if grep -E 'warning:' "$scratch/make"; then fail "$patch brings a warning"; fi
    grep -q '^  CC' "$scratch/make" || fail "after $patch nothing was compiled"
    echo "$patch: $(grep -c '^  CC' "$scratch/make") files compiled"
done
