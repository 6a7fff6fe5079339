#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The installed kit boots an image with the probes that were installed with it.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

DESTDIR=$scratch/root "$REPOSITORY/tools/install.sh" install "$BUILD" /usr/local
image=$(echo "$WORK/enhanced/root"/lib/modules/*/vmlinuz)
cd "$scratch"
"$scratch/root/usr/local/bin/kmesh-kernel" prove "$image" --module "$WORK/enhanced/kmesh.ko" --json > "$scratch/out" ||
    fail "$(cat "$scratch/out")"
expect '.proof | length' "$(find "$BUILD/guest/probes" -type f | wc -l)" "$scratch/out"
expect '[.proof[].enhanced] | unique | join(",")' pass "$scratch/out"
# its work folder is below the folder it was called in
[ -d build/prove ] || fail "there is no build/prove"
