#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# plan reads a tarball of large xz blocks, several at once where they are small enough, in less than 200 MB.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
for i in 1 2 3 4 5; do head -c 64M /dev/urandom > "$T/linux-5.10.999/large-$i"; done
tar -C "$T" -c linux-5.10.999 | xz -0 -T2 --block-size=64MiB > "$T/$TARBALL"
rm "$T"/linux-5.10.999/large-*
[ "$(xz --robot -l "$T/$TARBALL" | awk '$1 == "file" { print $3 }')" -ge 5 ] || fail "too few blocks"
python3 - "$KMESH" plan --work "$W" --tarball "$T/$TARBALL" --series "$SERIES" --no-verify > "$T/peak" <<'EOF'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
EOF
[ "$(cat "$T/peak")" -lt 200000 ] || fail "the most memory was $(cat "$T/peak") kB"
