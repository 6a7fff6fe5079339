#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# "Unrecognized type 'char *', please add it to known types!": a real tree whose series adds a helper that its own
# documentation script cannot read. The kit says so before anything is compiled, mends the script, names the patch that
# should have, and the tree's own tools build. Without the mend they do not.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

series=$scratch/series
mkdir "$series"
cp "$REPOSITORY/tests/data/uapi-series/"* "$series/"
build_same --series "$series" --until prep --work "$scratch/work" --json > "$scratch/report.json" 2> "$scratch/err" ||
    fail "$(cat "$scratch/err")"
report=$scratch/work/report.json
expect '[.warnings[] | select(contains("char *") and contains("scripts/bpf_helpers_doc.py"))] | length' 2 "$report"
expect '[.warnings[] | select(contains("0001-bpf-a-helper-for-tests.patch adds a helper"))] | length' 1 "$report"
tree=$(dirname "$(find "$scratch/work/enhanced/rpmbuild/BUILD" -maxdepth 3 -name .config)")
grep -q "'char \*'," "$tree/scripts/bpf_helpers_doc.py" || fail "the script was not taught the type"
defs=tools/bpf/resolve_btfids/libbpf/bpf_helper_defs.h

# The tree's own tools, as the build makes them.
make -s -C "$tree" prepare > "$scratch/log" 2>&1 || fail "the mended tree's tools do not build: $(tail "$scratch/log")"
grep -qF '(*bpf_kmesh_name)' "$tree/$defs" || fail "the helper is not in $defs"

# Its header, as headers_install gives it to programs: the new enumerator is there, and is not in the system's.
make -s -C "$tree" headers_install INSTALL_HDR_PATH="$scratch/headers" > "$scratch/log" 2>&1 ||
    fail "headers_install: $(tail "$scratch/log")"
printf '%s\n' '#include <linux/bpf.h>' 'int helper = BPF_FUNC_kmesh_name;' > "$scratch/program.c"
! gcc -fsyntax-only "$scratch/program.c" 2> /dev/null || fail "the system's header has the name: nothing was proven"
gcc -fsyntax-only -isystem "$scratch/headers/include" "$scratch/program.c" 2> "$scratch/log" || fail "$(cat "$scratch/log")"

# Not mended, that is where the build ends; and the table tells why.
tar --extract --file "$WORK"/source/linux-source-5.10.tar.xz --to-stdout --wildcards '*/scripts/bpf_helpers_doc.py' \
    > "$tree/scripts/bpf_helpers_doc.py"
rm -r "$tree/tools/bpf/resolve_btfids/libbpf"
! make -C "$tree" prepare > "$scratch/log" 2>&1 || fail "the tools build without the mend: nothing was proven"
"$KMESH" explain "$scratch/log" --json > "$scratch/explained" || fail "$(cat "$scratch/explained")"
expect .name helper-docs-type "$scratch/explained"
expect '.cause | contains("char *")' true "$scratch/explained"
expect .mended_by_kit true "$scratch/explained"
