#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Somebody's spec may keep make silent, or have it say whole commands: how far the build is shows all the same, by the files
# that were compiled and by those that the tree's Makefiles list.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rpm_lib.sh
. "$(dirname "$0")/rpm_lib.sh"

# shellcheck disable=SC2016 # for make and its shell to expand
{
    printf '%s\n' 'HOOK_PREP = mkdir -p net/quick; echo "obj-y += quick/" > net/Makefile; for i in 1 2 3 4 5 6 7 8; do ' \
        'echo "int x = $$i;" > net/quick/f$$i.c; echo "obj-y += f$$i.o" >> net/quick/Makefile; done' | tr -d '\n'
    echo
    printf '%s' 'HOOK_BUILD = gcc -c -x c /dev/null -o none.o; echo "int a;" | gcc -c -x c - -o none.o; ' \
        'for i in 1 2 3 4 5 6 7 8; do gcc -c -o f$$i.o net/quick/f$$i.c; sleep 0.25; done'
} > "$T/hooks.mk"
distribution_package
silence() { # HOW : what the spec tells make besides
    sed -i "s/^%global kmake make.*/%global kmake make $1/" "$T/distribution/SPECS/kernel.spec"
    pack_distribution
}
watched() { # a terminal, which says more often how far it is
    rm -rf "$W"
    script -qec "$KMESH build --work $W --series $SERIES --srpm $T/kernel.src.rpm --no-verify --until build" "$T/screen" \
        > "$T/out" || fail "$(tail -n 20 "$T/screen")"
    jq -r '.stages.build.facts | to_entries[] | select(.key | startswith("steps")) | .value' "$W/journal.json"
}

silence -s
expect_same "$(watched)" 8 "the files compiled by a silent make"
for seen in 'build +37 %, 3 of 8 +CC net/quick/f3\.c' 'build +75 %, 6 of 8 +CC net/quick/f6\.c'; do
    grep -Eq "$seen" "$T/screen" || fail "nothing says $seen: $(tr '\r' '\n' < "$T/screen" | grep build)"
done
silence V=1
expect_same "$(watched)" 8 "the files compiled by a make that says whole commands"
