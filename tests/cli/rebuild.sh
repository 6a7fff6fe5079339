#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# After one patch was edited only what it touches is compiled again, and the packages are those of a build from nothing.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# The fake kernel with objects that make decides about: two of what the patches change, two of files they do not.
cat > hooks.mk <<'MAKE'
HOOK_BUILD = $(MAKE) vmlinux
%.o: %.c
	@echo '  CC      $@'
	! grep -q BROKEN $<
	cp $< $@
net/core/filter.o: include/trace/bpf_probe.h
vmlinux: init/main.o init/other.o net/core/filter.o
	cat $^ include/trace/bpf_probe.h > $@
MAKE
fake_kernel
mkdir -p linux-5.10.999/init
for file in main other; do echo "$file" > "linux-5.10.999/init/$file.c"; done
echo 'obj-y += main.o' > linux-5.10.999/init/Makefile
pack linux-5.10.999 "$T/$TARBALL"

# the fake kernel says net/core/filter.o in any case
compiled() { grep -hoE '^  CC      [a-z].*\.o$' "$W/logs/build.log" | sort -u | tr '\n' ' '; }
packages() { cat "$W/packages/SHA256SUMS"; }

build --until package
expect_exit 0
expect_same "$(compiled)" "  CC      init/main.o   CC      init/other.o   CC      net/core/filter.o " "compiled"

# the edited patch changes net/core/filter.c; nothing is unpacked for it, and what the first build left stays
tree=$(dirname "$(find "$W/enhanced/rpmbuild/BUILD" -name Kbuild)")
touch "$tree/init/left.o"
sed -i 's/^+.*bpf_ctx_range.*/&\t\/* edited *\//' "$SERIES/$FIRST"
build --until package
expect_exit 0
expect_stage prep "done: $FIRST changed"
expect_same "$(compiled)" "  CC      net/core/filter.o " "compiled after one patch was edited"
expect_file "$tree/init/left.o"
refute_file "$W/logs/prep.log.old"
refute_file "$W/previous"
rebuilt=$(packages)
mv "$W" first
build --until package
expect_exit 0
expect_same "$(packages)" "$rebuilt" "the packages of a build from nothing"
rm -rf "$W"
mv first "$W"

# killed in between: the tree is nobody's until prep is recorded
sed -i 's/ edited / edited once more /' "$SERIES/$FIRST"
build --until edit
expect_exit 0
expect_file "$W/previous/sealed"
build --until package
expect_exit 0
expect_same "$(compiled)" "  CC      net/core/filter.o " "compiled by the run that goes on"
expect_file "$tree/init/left.o"
# and changed by hand it is nobody's either
echo 'by hand' >> "$tree/init/main.c"
build --until package
expect_exit 0
expect_stage prep reused
sed -i 's/ edited once more / edited /' "$SERIES/$FIRST"
build --until package
expect_exit 0
refute_file "$tree/init/left.o"
expect_same "$(packages)" "$rebuilt" "the packages after a change by hand"

# a patch that is taken out of the series: what it had changed is compiled; a header that is as it came again has the time in
# the packages that it has in those of a build from nothing
sed -i "/$SECOND/d" "$SERIES/series"
build --until package
expect_exit 0
expect_same "$(compiled)" "  CC      net/core/filter.o " "compiled without the patch"
rebuilt=$(packages)
mv "$W" first
build --until package
expect_exit 0
expect_same "$(packages)" "$rebuilt" "the packages of a build from nothing without the patch"
rm -rf "$W"
mv first "$W"
make_series

# with another source the objects are of no use
echo changed > linux-5.10.999/init/other.c
pack linux-5.10.999 "$T/$TARBALL"
build --until package
expect_exit 0
expect_same "$(compiled)" "  CC      init/main.o   CC      init/other.o   CC      net/core/filter.o " "compiled of another source"
refute_file "$W/previous"

# nor are they where somebody changed the tree they came of
tree=$(dirname "$(find "$W/enhanced/rpmbuild/BUILD" -name Kbuild)")
echo 'by hand' >> "$tree/init/main.c"
sed -i 's/^+.*bpf_ctx_range.*/&\t\/* once more *\//' "$SERIES/$FIRST"
build --until package
expect_exit 0
expect_same "$(compiled)" "  CC      init/main.o   CC      init/other.o   CC      net/core/filter.o " "compiled of a tree changed by hand"

# killed while the tree lies aside: the next run uses it
sed -i 's/ once more / twice more /' "$SERIES/$FIRST"
build --until edit
expect_exit 0
expect_file "$W/previous/previous.json"
build --until package
expect_exit 0
expect_same "$(compiled)" "  CC      net/core/filter.o " "compiled after a run that ended between"

# A first build that fails: what it has compiled is kept for the edited patch, by a tree that is renewed and by one that is new.
break_patch() { sed -i 's/^+.*bpf_ctx_range.*/&\t\/* BROKEN *\//' "$SERIES/$FIRST"; }
for output in rpm image; do
    rm -rf "$W"
    make_series
    break_patch
    build --until build --output "$output"
    expect_exit 1
    [[ $(compiled) == *init/main.o*init/other.o* ]] || fail "compiled before it failed: $(compiled)"
    refute_file "$(find "$W/enhanced" -name vmlinux)"
    make_series
    build --until build --output "$output"
    expect_exit 0
    expect_same "$(compiled)" "  CC      net/core/filter.o " "compiled after a first build that failed ($output)"
done
rm -rf "$W"
break_patch
build --until build
expect_exit 1
sed -i "/$FIRST/d" "$SERIES/series"
build --until package
expect_exit 0
expect_same "$(compiled)" "  CC      net/core/filter.o " "compiled after a first build that failed, without the patch"
rebuilt=$(packages)
rm -rf "$W"
build --until package
expect_exit 0
expect_same "$(packages)" "$rebuilt" "the packages of a build that never failed"

# A check of the tree that fails once the built tree has the new texts: the tree is kept all the same.
make_series
cat > "$SERIES/makefile.patch" <<'PATCH'
From: a test <test@kmesh.test>
Subject: [PATCH] init: one more object

Kmesh-Feature: makefile
---
--- a/init/Makefile
+++ b/init/Makefile
@@ -1 +1,2 @@
 obj-y += main.o
+obj-y += other.o
PATCH
echo makefile.patch >> "$SERIES/series"
build --until build
expect_exit 0
sed -i 's/^+obj-y += other.o/+obj-y other.o/' "$SERIES/makefile.patch"
build --until build
expect_exit 1
expect_stderr 'make cannot read init/Makefile'
sed -i 's/^+obj-y other.o/+obj-y += other.o/' "$SERIES/makefile.patch"
build --until build
expect_exit 0
expect_same "$(compiled)" "  CC      net/core/filter.o " "compiled after a check that failed"
