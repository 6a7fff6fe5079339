#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What patches touch is compiled before the rest: an error in a patch ends the build at once, with its cause.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# two objects of the fake kernel: one that a patch changes, and one that stands for all the others
cat > hooks.mk <<'MAKE'
HOOK_BUILD = $(MAKE) init/main.o net/core/filter.o
%.o: %.c
	@echo '  AS      $@'
	@! grep -q kmesh_missing $< || { echo "$<:9:1: error: implicit declaration of function 'kmesh_missing'"; exit 1; }
	cp $< $@
MAKE
fake_kernel
mkdir -p linux-5.10.999/init
echo 'int main_of_it;' > linux-5.10.999/init/main.c
echo 'obj-y += core/' > linux-5.10.999/net/Makefile
list_filter() {
    echo "$1" > linux-5.10.999/net/core/Makefile
    pack linux-5.10.999 "$T/$TARBALL"
}
compiled() { grep -hoE '^  AS      (init|net/core)[a-z/]*\.o' "$W/logs/build.log" | awk '{ printf "%s ", $2 }'; }

list_filter 'obj-y += filter.o'
build --until package
expect_exit 0
expect_same "$(compiled)" "net/core/filter.o init/main.o " "compiled, in this order"

# the patch uses what this kernel has not
sed -i 's/^+.*bpf_ctx_range.*/&\tkmesh_missing();/' "$SERIES/$FIRST"
build --until package
expect_exit 1
expect_stderr 'code uses kmesh_missing, which this kernel does not have'
expect_same "$(compiled)" "net/core/filter.o " "compiled before the error"
sed -i 's/kmesh_missing();//' "$SERIES/$FIRST"
build --until package
expect_exit 0

# a Makefile lists an object that nothing makes
list_filter 'obj-y += filter.o gone.o'
cat > "$SERIES/lists.patch" <<'PATCH'
From: a test <test@kmesh.test>
Subject: [PATCH] net: one more object

Kmesh-Feature: lists
---
--- a/net/core/Makefile
+++ b/net/core/Makefile
@@ -1 +1 @@
-obj-y += filter.o gone.o
+obj-y += gone.o filter.o
PATCH
echo lists.patch >> "$SERIES/series"
build --until package
expect_exit 1
expect_stderr "make knows no way to net/core/gone.o"
expect_same "$(compiled)" "net/core/filter.o " "compiled before the error"

# where the configuration builds neither, the build comes to them in its own order
list_filter 'obj-$(CONFIG_OFF) += filter.o gone.o'
sed -i '/lists.patch/d' "$SERIES/series"
build --until package
expect_exit 0
expect_same "$(compiled)" "init/main.o net/core/filter.o " "compiled in make's order"
