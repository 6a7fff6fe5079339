#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A patch that is in the source is not applied again; one that another change made needless is found by its own check.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
patch -s -p1 -d "$T/linux-5.10.999" < "$SERIES/$FIRST"
sed -i 's/^#define FIRST.*/#define DECLARE_TRACE_WRITABLE/' "$T/linux-5.10.999/include/trace/bpf_probe.h"
pack linux-5.10.999 "$T/$TARBALL"

build --until prep --json
expect_exit 0
expect_json '[.patches[].verdict] == ["present", "equivalent"]'
expect_json '.patches[1].evidence[0] | .path == "include/trace/bpf_probe.h" and .match == "pattern" and .line > 0'
for patch in "$FIRST" "$SECOND"; do
    ! grep -q "$patch" "$W/enhanced/rpmbuild/SPECS/kernel.spec" || fail "$patch was staged"
done

# moved lines: applied, and the offset is said
fake_kernel
sed -i '1i /* one line more */' "$T/linux-5.10.999/include/trace/bpf_probe.h"
pack linux-5.10.999 "$T/$TARBALL"
build --until prep --json
expect_exit 0
expect_json '[.patches[].verdict] == ["needed", "needed"]'
expect_json '[.patches[1].evidence[].offset] == [1, 1, 1, 1, 1]'
build --until prep
expect_stdout '5 moved'
