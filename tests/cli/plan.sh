#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# plan: every patch on every source named, with the evidence; exit code 0 whatever the verdicts are, nothing unpacked.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
sum=$(sha256sum "$T/$TARBALL" | cut -d' ' -f1)
touch -d '1 hour ago' "$T/$TARBALL"   # a file that has just changed may change again: its checksum is not remembered
# what it opens is in $T/opened
plan() { run_as strace -f -qq -e trace=open,openat -o "$T/opened" "$KMESH" plan --work "$W" "$@"; }
opened() { grep -qF "\"$T/$TARBALL\"" "$T/opened"; }

# cell FILE COLUMN : the verdict, of the JSON on standard output
cell() { jq -r --arg file "$1" ".patches[] | select(.file == \$file) | .cells[$2].verdict" "$T/out"; }

# a tarball and the tree it was made of, where one of the patches is in already
cp -r "$T/linux-5.10.999" "$T/patched"
patch -s -F0 -E -p1 -d "$T/patched" -i "$SERIES/$SECOND"
plan --series "$SERIES" --tarball "$T/$TARBALL" --sha256 "$sum" --tree "$T/patched" --no-verify --json
expect_exit 0
opened || fail "how can it tell what is in the tarball?"
expect_stderr 'reading'
expect_json '[.baselines[].version] == ["5.10.999", "5.10.999"]'
expect_json ".baselines[0].fingerprint == \"$sum\""
expect_json '.baselines[0].verified | test("--sha256")'
expect_json '.baselines[1].verified == ""'
expect_same "$(cell "$FIRST" 0) $(cell "$SECOND" 0)" "needed needed" "the tarball's verdicts"
expect_same "$(cell "$FIRST" 1) $(cell "$SECOND" 1)" "needed present" "the tree's verdicts"
expect_json '[.patches[].cells[].evidence[]] | length >= 8 and all(has("path") and has("line") and has("offset") and has("match"))'
refute_file "$W/enhanced"

# what was read is kept: the tarball is not even opened. With another time its checksum is looked at, and no more
plan --series "$SERIES" --tarball "$T/$TARBALL" --sha256 "$sum"
expect_exit 0
refute_stderr 'reading'
! opened || fail "the tarball was read again"
touch -d '2 hours ago' "$T/$TARBALL"
plan --series "$SERIES" --tarball "$T/$TARBALL" --sha256 "$sum"
expect_exit 0
refute_stderr 'reading'
opened || fail "it may be another file by now, and nobody looked"
mv "$T/$TARBALL" "$T/kept.tar.xz"
head -c 1000 "$T/kept.tar.xz" > "$T/$TARBALL"
plan --series "$SERIES" --tarball "$T/$TARBALL" --sha256 "$sum"
expect_exit 1
expect_stderr 'does not have the checksum that was given'
mv "$T/kept.tar.xz" "$T/$TARBALL"

# the patch's own check finds the feature by another change; without it the evidence is the hunks alone
file=$T/patched/include/trace/bpf_probe.h
sed -i 's/^#define FIRST(x, ...) x$/#define FIRST(x, ...) (x)/' "$file"
plan --series "$SERIES" --tree "$T/patched" --no-verify
expect_exit 0
expect_stdout "^$SECOND +equivalent$"
expect_stdout 'include/trace/bpf_probe.h:[0-9]+ has it by another change'
sed -i '/^Kmesh-Present-If/d' "$SERIES/$SECOND"

# for people: a table, and what stands behind each cell; conflicts with what was expected and found
plan --series "$SERIES" --tree "$T/patched" --no-verify
expect_exit 0
expect_stdout "^$SECOND +partial$"
expect_stdout 'already there'
expect_stdout '^ +! #define FIRST\(x, \.\.\.\) x +\| #define FIRST\(x, \.\.\.\) \(x\)$'

# each hunk with its length; of one that does not fit, the lines it wants and those that are there
plan --series "$SERIES" --tree "$T/patched" --no-verify --json
expect_exit 0
expect_json '[.patches[].cells[].evidence[]] | length >= 4 and all(.old_lines > 0 and .new_lines > 0)'
expect_json "[.patches[] | select(.file == \"$SECOND\") | .cells[0].evidence[] | select(.match == \"none\") |
    (.expected | index(\"#define FIRST(x, ...) x\")) and (.found.lines | index(\"#define FIRST(x, ...) (x)\")) and .found.line > 0] | any"
plan --series "$SERIES" --tree "$T/patched" --no-verify --verbose
expect_exit 0
expect_stdout '^    net/core/filter.c:[0-9]+-[0-9]+: forward, at its own line$'
expect_stdout '^    include/trace/bpf_probe.h:[0-9]+-[0-9]+: reverse, at its own line$'
cp out verbose
plan --series "$SERIES" --tree "$T/patched" --no-verify -v
cmp out verbose || fail "-v is not --verbose"

# without a series file the patches of a folder are taken by name
mkdir by-name
cp "$SERIES/$FIRST" by-name/2.patch
cp "$SERIES/$SECOND" by-name/1.patch
plan --series by-name --tarball "$T/$TARBALL" --sha256 "$sum" --json
expect_exit 0
expect_json '[.patches[].file] == ["1.patch", "2.patch"]'
mkdir empty
plan --series empty --tarball "$T/$TARBALL" --sha256 "$sum"
expect_exit 1
expect_stderr 'there is no series file .*/empty/series, nor any patch beside it'

# revisions of a git repository, without a checkout
git init -q "$T/repository"
git_in() { git -C "$T/repository" -c user.name=n -c user.email=e "$@"; }
cp -r "$T/linux-5.10.999/." "$T/repository/"
git_in add -A
git_in commit -qm one
git_in tag one
cp "$T/patched/include/trace/bpf_probe.h" "$T/repository/include/trace/bpf_probe.h"
git_in commit -qam two
rm -rf "$T/repository/include"
plan --series "$SERIES" --tree "$T/repository" --revision one --revision HEAD --no-verify --json
expect_exit 0
expect_json '[.baselines[].name] == ["one", "HEAD"]'
expect_json ".baselines[0].fingerprint == \"$(git_in rev-parse one)\""
expect_same "$(cell "$SECOND" 0) $(cell "$SECOND" 1)" "needed partial" "the revisions' verdicts"
plan --series "$SERIES" --tree "$T/repository" --revision nowhere --no-verify
expect_exit 1
expect_stderr 'has no revision nowhere'
expect_stderr 'git -C .* tag --list'
plan --series "$SERIES" --tree "$T/patched" --revision one --no-verify
expect_exit 1
expect_stderr 'cannot be opened as a git repository'
plan --series "$SERIES" --tree "$T/repository" --revision one
expect_exit 1
expect_stderr 'nothing vouches for the repository'

# what cannot be asked
plan --tree "$T/patched" --tree "$T/repository" --revision one --no-verify
expect_exit 2
plan --tarball "$T/$TARBALL" --sha256 nonsense
expect_exit 2
expect_stderr '64 hexadecimal digits'
plan --tarball "$T/$TARBALL" --sha256 "$sum" --sha256 "$sum"
expect_exit 2
plan --baseline 5.1
expect_exit 2
expect_stderr '5.10'
plan --tarball "$T/nowhere.tar.xz"
expect_exit 1
expect_stderr 'there is no file'
plan --series "$SERIES" --tarball "$T/$TARBALL"
expect_exit 1
expect_stderr 'nothing vouches for'
