#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# plan of a stranger's series: which earlier patch is in the way, and what is said of the places.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
tree=$T/linux-5.10.999
own=$T/own
mkdir "$own"
seq 60 | sed 's/^/line /' > "$tree/notes"

# change NAME SED-EXPRESSION : a patch of the notes as they are written in $T/notes
change() {
    sed "$2" "$T/notes" > "$T/wanted"
    diff -u --label a/notes --label b/notes "$T/notes" "$T/wanted" > "$own/$1" || true
}
plan() { run plan --work "$W" --tree "$tree" --series "$own" --no-verify "$@"; }
verdicts() { jq -r '[.patches[].cells[0] | .verdict + if .blocked_by then " behind " + .blocked_by else "" end] | join(", ")' "$T/out"; }

# ---- blocked by the patch without which it applies; in conflict for a reason of its own ----
cp "$tree/notes" "$T/notes"
change 1.patch 's/^line 5$/one/'
change 2.patch 's/^line 50$/two/'
change 3.patch 's/^line 5$/three/'
plan --json
expect_exit 0
expect_same "$(verdicts)" "needed, needed, blocked behind 1.patch" "the verdicts"
rm "$own/3.patch"
sed -i 's/^line 50*$/foreign/' "$tree/notes"
plan --json
expect_exit 0
expect_same "$(verdicts)" "conflict, conflict" "the verdicts"

# ---- there, under what a later patch made of it: its lines are not the source's, and that is said ----
rm "$own"/*
cp "$T/notes" "$tree/notes"
change 1.patch 's/^line 5$/one/'
sed -i 's/^line 5$/one/' "$T/notes"
change 2.patch 's/^one$/two/'
sed 's/^line 5$/two/' "$tree/notes" > "$T/later"
mv "$T/later" "$tree/notes"
plan
expect_exit 0
expect_stdout '^1.patch +present$'
expect_stdout '^    its lines are those of the source without the patches behind it$'

# ---- a hunk that fits in two places: which, in words and in JSON ----
rm "$own"/*
printf '%s\n' 0 a b c a b c > "$tree/notes"
printf '%s\n' '--- a/notes' '+++ b/notes' '@@ -9,3 +9,3 @@' ' a' '-b' '+B' ' c' > "$own/1.patch"
plan
expect_exit 0
expect_stdout '^1.patch +conflict$'
expect_stdout '^    ambiguous: it fits at line 2 and at line 5'
plan --json
expect_exit 0
expect_json '[.patches[0].cells[0].evidence[] | [.match, .places]] == [["ambiguous", [2, 5]]]'
