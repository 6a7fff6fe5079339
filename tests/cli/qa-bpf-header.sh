#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A patch changes include/uapi/linux/bpf.h, and the system's header does not know the new names: a program that uses them is
# compiled with the build's own headers; the system's are replaced when asked, with the original kept and given back.
# shellcheck source=tests/cli/headers_lib.sh
. "$(dirname "$0")/headers_lib.sh"

fake_kernel
mkdir -p linux-5.10.999/include/uapi/linux
printf %s "$OLD" > linux-5.10.999/include/uapi/linux/bpf.h
pack linux-5.10.999 "$T/$TARBALL"
cat > "$SERIES/uapi.patch" <<'PATCH'
From: a test <test@kmesh.test>
Subject: [PATCH] bpf: one more command

Kmesh-Feature: uapi
---
--- a/include/uapi/linux/bpf.h
+++ b/include/uapi/linux/bpf.h
@@ -1,2 +1,2 @@
 #define BPF_OLD 1
-enum bpf_cmd { BPF_MAP_CREATE };
+enum bpf_cmd { BPF_MAP_CREATE, BPF_KMESH };
PATCH
echo uapi.patch >> "$SERIES/series"
dpkg_root "$T/system"
HEADER=$T/system/usr/include/linux/bpf.h
inventory "$T/system" > before
printf '%s\n' '#include <linux/bpf.h>' 'int command = BPF_KMESH;' > program.c
compiles() { gcc -fsyntax-only -nostdinc "$@" -isystem "$T/system/usr/include" program.c 2> gcc.log; }
! compiles || fail "the system's header has the name already: nothing can be proven"
grep -q BPF_KMESH gcc.log || fail "the program does not compile for another reason: $(cat gcc.log)"

build --until module
expect_exit 0
words=()
eval "words=($(PKG_CONFIG_PATH=$W/headers pkg-config --cflags kmesh-headers))"
compiles "${words[@]}" || fail "with the build's own headers: $(cat gcc.log)"
run headers path --work "$W"
expect_exit 0
compiles -I "$(cat "$T/out")" || fail "with the folder that is named: $(cat gcc.log)"
inventory "$T/system" | cmp - before || fail "the build touched the system's headers"

run headers install --work "$W" --root "$T/system"
expect_exit 0
compiles || fail "after the install: $(cat gcc.log)"
run headers restore --root "$T/system"
expect_exit 0
! compiles || fail "the header is still there"
inventory "$T/system" | cmp - before || fail "the system is not as it was"
[ "$(cat "$HEADER")" = "${OLD%$'\n'}" ] || fail "the header is another"
