#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# doctor says what would make a build fail, on the host and in the tree that lies prepared; it looks, and changes nothing.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
tree=$T/linux-5.10.999
fake_helper_docs "$tree"
echo ' * char * bpf_kmesh_name(u32 index)' > "$tree/tools/include/uapi/linux/bpf.h"
pack linux-5.10.999 "$T/$TARBALL"

doctor() { run doctor --work "$W" "$@"; }
found() { jq -r --arg check "$1" '.checks[] | select(.check == $check) | .grade' "$T/out"; }
# what there is in the work folder, with its content and times; what is put there to look and taken away touches no more than the
# folder itself and that of half-written files
inventory() { (cd "$W" && find . -mindepth 1 ! -path ./.kmesh-tmp ! -type f -printf '%P %M %T@ %l\n' -o -type f -printf '%P %M %s %T@ ' -exec sha256sum {} \;) | sort; }

# ---- the host ----
doctor --json
expect_exit 0
for check in tools sandbox folder space limits clock; do expect_same "$(found $check)" ok "$check"; done
[ -z "$(found helper-docs)" ] || fail "there is no tree to look at"
doctor
expect_exit 0
expect_stdout 'tools'

mkdir tools
ln -s -t tools /usr/bin/* 2>/dev/null || true
rm tools/flex tools/bison
run_as env PATH="$T/tools" "$KMESH" doctor --work "$W" --json
expect_exit 1
expect_same "$(found tools)" failure "tools without flex and bison"
expect_json '.checks[] | select(.check == "tools") | (.what | contains("flex")) and (.command | startswith("apt-get install"))'
expect_same "$(found sandbox)" ok "the other checks"

# a folder that is not there yet, or has nothing in it, is left as it was
mkdir empty
for folder in new/folder/5.10 empty; do
    run doctor --work "$folder"
    expect_exit 0
done
[ ! -e new ] || fail "doctor made $(find new)"
expect_same "$(find empty)" empty "what is in an empty folder"

# ---- a tree ----
build --until prep
expect_exit 0
expect_json '[.warnings[] | select(contains("char *"))] | length >= 1' "$W/report.json"
inventory > before
doctor --json
expect_exit 0
expect_same "$(found helper-docs)" ok "a tree that the build has mended"
inventory | diff before - >&2 || fail "doctor changed something"

prepared=$(dirname "$(find "$W/enhanced/rpmbuild/BUILD" -name Kbuild)")
grep -q "'char \*'," "$prepared/scripts/bpf_helpers_doc.py" || fail "the build did not mend the script"
cp "$tree/scripts/bpf_helpers_doc.py" "$prepared/scripts/bpf_helpers_doc.py"
inventory > before
for again in once twice; do
    doctor --json
    expect_exit 0
    expect_same "$(found helper-docs)" warning "a script that does not know a type, looked at $again"
    expect_json ".checks[] | select(.check == \"helper-docs\") | .what == \"scripts/bpf_helpers_doc.py does not know the type 'char *'\""
    inventory | diff before - >&2 || fail "doctor changed something"
done
documented=$(sed -n 's/^| \([a-z, -]*\) |.*/\1/p' "$REPOSITORY/docs/when-it-fails.md" | tr -d ' ' | tr ',' '\n')
for check in $(jq -r '.checks[].check' "$T/out"); do
    grep -qxF "$check" <<< "$documented" || fail "docs/when-it-fails.md has no row for $check"
done
doctor
expect_stdout "does not know the type 'char \*'"

# a driver that a patch brings, with a licence that keeps it from what it calls
mkdir "$prepared/drivers"
printf '%s\n' 'int answer(void) { kmesh_only(); return 0; }' 'MODULE_LICENSE("Proprietary");' > "$prepared/drivers/small.c"
printf '%s\n' 'EXPORT_SYMBOL_GPL(kmesh_only);' > "$prepared/drivers/exports.c"
jq '.touched += ["drivers/small.c"]' "$W/enhanced/prepared.json" > touched && cp touched "$W/enhanced/prepared.json"
doctor
expect_exit 0
expect_stdout 'drivers/small.c declares the licence "Proprietary" and calls kmesh_only'
