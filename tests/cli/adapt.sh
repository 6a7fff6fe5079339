#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# adapt: a series for another source. What is written applies there strictly; what a person must decide is said, with the
# files and their markers, and exit code 1.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
base=$T/linux-5.10.999
target=$T/linux-next
header=include/trace/bpf_probe.h
cp -r "$base" "$target"
adapt() { rm -rf "$T/new"; run adapt --work "$W" --tree "$target" --from "$base" --series "$SERIES" --output "$T/new" --no-verify "$@"; }
outcome() { jq -r --arg file "$1" '.patches[] | select(.file == $file) | .outcome' "$T/out"; }
# applies : the new series, by GNU patch
applies() {
    rm -rf "$T/tried"
    cp -r "$target" "$T/tried"
    grep -v '^#' "$T/new/series" | grep . | while read -r patch; do
        patch -F0 -E -p1 --no-backup-if-mismatch -d "$T/tried" -i "$T/new/$patch" > "$T/patched" ||
            fail "$patch does not apply: $(cat "$T/patched")"
        ! grep -E 'offset|fuzz' "$T/patched" || fail "$patch applies with an offset"
    done
}

# the same source: the same patches
adapt --json
expect_exit 0
expect_same "$(outcome "$FIRST") $(outcome "$SECOND")" "kept kept" "the outcomes"
cmp "$SERIES/$FIRST" "$T/new/$FIRST" || fail "a kept patch is the one it was"
applies

# other lines: refreshed
sed -i '1i /* one */\n/* two */' "$target/$header"
adapt --json
expect_exit 0
expect_same "$(outcome "$SECOND")" refreshed "the outcome"
applies
grep -q '^Kmesh-Feature: ' "$T/new/$SECOND" || fail "the header is gone"
# the call that is printed is one that the build takes
adapt
expect_exit 0
expect_stdout "^Try it:  kmesh-kernel build --tree $target --no-verify --series $T/new\$"
read -ra words < <(sed -n 's/^Try it:  kmesh-kernel //p' "$T/out")
run "${words[@]}" --work "$T/tried-it" --until plan
expect_exit 0

# a line of its context changed: merged, and the report says that a person must read it
sed -i 's/^#define FIRST(x, ...) x$/#define FIRST(x, ...) (x)/' "$target/$header"
adapt --json
expect_exit 0
expect_same "$(outcome "$SECOND")" merged "the outcome"
applies
grep -q '^#define FIRST(x, \.\.\.) (x)$' "$T/tried/$header" || fail "the line of the new source is gone"
grep -q '^#define DEFINE_EVENT_WRITABLE' "$T/tried/$header" || fail "the patch's lines are not there"
adapt
expect_exit 0
expect_stdout "^  merged +$SECOND\$"
expect_stdout 'read it, for a merge knows lines'

# there already: dropped, with the reason in the series
cp "$base/$header" "$target/$header"
patch -s -F0 -E -p1 -d "$target" -i "$SERIES/$SECOND"
adapt --json
expect_exit 0
expect_same "$(outcome "$SECOND")" dropped "the outcome"
refute_file "$T/new/$SECOND"
grep -q "^# dropped $SECOND: .* has the same change" "$T/new/series" || fail "the series does not say why"
applies

# the same lines: undecided. Nothing is claimed, and another run does not write over a person's work
seq 9 > "$base/notes"
sed 's/^5$/changed/' "$base/notes" > wanted
sed 's/^5$/otherwise/' "$base/notes" > "$target/notes"
{
    printf '%s\n' 'Subject: change the notes' 'Kmesh-Feature: notes' ''
    diff -u --label a/notes --label b/notes "$base/notes" wanted || true
} > "$SERIES/last.patch"
echo last.patch >> "$SERIES/series"
adapt --json
expect_exit 1
expect_same "$(outcome last.patch)" undecided "the outcome"
expect_json '.patches[] | select(.file == "last.patch") | .conflicts == ["notes"] and .merged == []'
grep -q '^<<<<<<< ' "$T/new/last.patch.conflicts/notes" || fail "no markers"
grep -q '^# undecided last.patch: ' "$T/new/series" || fail "the series does not say it"
expect_stderr '^error: not every patch could be adapted'
applies
run adapt --work "$W" --tree "$target" --from "$base" --series "$SERIES" --output "$T/new" --no-verify
expect_exit 1
expect_stderr 'is there already'

# the files of it that did merge are kept beside; where there is nothing to resolve nobody is sent there
seq 9 > "$base/other"
sed 's/^1$/one/' "$base/other" > "$target/other"
sed 's/^7$/seven/' "$base/other" > wanted
diff -u --label a/other --label b/other "$base/other" wanted >> "$SERIES/last.patch" || true
adapt
expect_exit 1
expect_stdout '^ +last.patch.conflicts/notes: with conflicts$'
expect_stdout '^ +last.patch.conflicts/other: merged$'
expect_stderr 'resolve what lies in \*.conflicts/'
expect_same "$(sed -n '1p;7p' "$T/new/last.patch.conflicts/other" | tr '\n' ' ')" "one seven " "the merged file"
rm "$target/notes" "$target/other"
adapt
expect_exit 1
refute_file "$T/new/last.patch.conflicts"
refute_stderr 'conflicts/'
expect_stderr 'make the patch anew for this source'

# a mode is no text, and goes with it: a script that is created stays one where its patch is written anew
mkdir "$T/scripts"
seq 9 > "$target/notes"
sed 's/^5$/changed/' "$target/notes" > wanted
{
    printf '%s\n' 'Subject: a script' 'Kmesh-Feature: script' '' 'diff --git a/run.sh b/run.sh' 'new file mode 100755' 'index 0000000..1' \
        '--- /dev/null' '+++ b/run.sh' '@@ -0,0 +1 @@' '+#!/bin/sh'
    diff -u --label a/notes --label b/notes "$target/notes" wanted || true
} > "$T/scripts/script.patch"
cp -r "$target" "$T/written-for"
sed -i '1i zero' "$target/notes"
rm -rf "$T/new"
run adapt --work "$W" --tree "$target" --from "$T/written-for" --series "$T/scripts" --output "$T/new" --no-verify --json
expect_exit 0
expect_same "$(outcome script.patch)" refreshed "the outcome"
applies
[ -x "$T/tried/run.sh" ] || fail "the script is none any more"

# a mode alone is refused, with the patch, the line and the way out
printf '%s\n' 'Subject: x' '' 'diff --git a/notes b/notes' 'old mode 100644' 'new mode 100755' > "$T/scripts/script.patch"
run adapt --work "$W" --tree "$target" --from "$T/written-for" --series "$T/scripts" --output "$T/mode" --no-verify
expect_exit 1
expect_stderr "^error: script.patch: line 3: 'diff --git a/notes b/notes' has no hunk: it changes a file's mode alone"
expect_stderr 'take this section out of the patch'
refute_file "$T/mode"

# what cannot be asked
run adapt --work "$W" --series "$SERIES"
expect_exit 2
run adapt --work "$W" --tree "$target" --series "$SERIES" --no-verify --output "$T/else"
expect_exit 2
expect_stderr 'does not say what it was written for'
run adapt --work "$W" --baseline 5.10
expect_exit 2
expect_stderr 'no older series'
# the same series under another row's name has none before it either
run adapt --baseline openeuler-22.03-sp2 --output "$T/openeuler"
expect_exit 2
expect_stderr 'no older series'
