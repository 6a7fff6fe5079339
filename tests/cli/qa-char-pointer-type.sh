#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# "Unrecognized type 'char *', please add it to known types!" in a small tree, from the patch to a program that uses the helper it
# adds: the script is mended and the patch named, the header goes through headers_install into the private include root, and a
# program with the new enumerator compiles with pkg-config's words for that and not without. tests/boot has it with a real tree.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

PATCH=0001-bpf-a-helper-for-tests.patch
fake_kernel
tree=$T/linux-5.10.999
fake_helper_docs "$tree"
mkdir -p "$tree/include/uapi/linux"
# the lines that the patch wants to see, with what makes a header of them
{
    echo '/*'
    awk '/^\+\+\+ b\/include\// { inside = 1; next } /^--- / { inside = 0 } inside && /^ / { print substr($0, 2) }' \
        "$REPOSITORY/tests/data/uapi-series/$PATCH"
    printf '%s\n' ' * function eBPF program intends to call' ' */' '#define __BPF_ENUM_FN(x) BPF_FUNC_ ## x' 'enum bpf_func_id {' \
        '	__BPF_FUNC_MAPPER(__BPF_ENUM_FN)' '	__BPF_FUNC_MAX_ID,' '};'
} > "$tree/include/uapi/linux/bpf.h"
cp "$tree/include/uapi/linux/bpf.h" "$tree/tools/include/uapi/linux/bpf.h"
pack linux-5.10.999 "$T/$TARBALL"
cp "$REPOSITORY/tests/data/uapi-series/$PATCH" "$SERIES/"
echo "$PATCH" >> "$SERIES/series"

printf '%s\n' '#include <linux/bpf.h>' 'int helper = BPF_FUNC_kmesh_name;' > program.c
compiles() { gcc -fsyntax-only "$@" program.c 2> gcc.log; }
! compiles || fail "the system's header has the name already: nothing can be proven"
grep -q BPF_FUNC_kmesh_name gcc.log || fail "the program does not compile for another reason: $(cat gcc.log)"
! compiles -nostdinc -isystem "$tree/include/uapi" || fail "the unpatched header has the name: nothing can be proven"

build --until module
expect_exit 0
expect_json '[.warnings[] | select(contains("char *") and contains("scripts/bpf_helpers_doc.py"))] | length == 2' "$W/report.json"
expect_json "[.warnings[] | select(startswith(\"$PATCH adds a helper\"))] | length == 1" "$W/report.json"

words=()
eval "words=($(PKG_CONFIG_PATH=$W/headers pkg-config --cflags kmesh-headers))"
compiles "${words[@]}" || fail "with pkg-config's words: $(cat gcc.log)"
run headers path --work "$W"
expect_exit 0
compiles -isystem "$(cat "$T/out")" || fail "with the folder that is named: $(cat gcc.log)"
