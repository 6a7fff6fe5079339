#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# --config distro: Debian's own configuration is fetched and resolved on the patched tree; compiling it takes
# hours and is left to those who install it.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

"$KMESH" build --baseline 5.10 --config distro --until prep --work "$scratch/distro" > "$scratch/out" 2>&1 ||
    fail "$(cat "$scratch/out")"
config=$scratch/distro/enhanced/resolved.config
for option in CONFIG_E1000E=m CONFIG_EXT4_FS=m CONFIG_CGROUP_BPF=y CONFIG_BPF_EVENTS=y CONFIG_MODULES=y; do
    grep -qx "$option" "$config" || fail "the resolved configuration lacks $option"
done
[ "$(grep -c '=[ym]$' "$config")" -gt 3000 ] || fail "this is not a distribution's configuration"
grep -qF 'bpf_ctx_range(struct bpf_sock_ops, replylong)' "$scratch/distro"/enhanced/rpmbuild/BUILD/*/*/net/core/filter.c || fail "the tree is not patched"
