#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# plan of a folder as quilt or Debian has it: names with folders, -p0, packed patches; what cannot be judged is said of
# that patch alone, with exit code 1, and all others are judged.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
tree=$T/linux-5.10.999
own=$T/own
mkdir -p "$own/bugfix/all"
seq 60 | sed 's/^/line /' > "$tree/net/notes"

# change NAME LINE FRONT : a patch of that line of the notes, with that in front of its paths
change() {
    sed "s/^line $2\$/changed by $(basename "$1")/" "$tree/net/notes" > wanted
    diff -u --label "${3-a/}net/notes" --label "${4-b/}net/notes" "$tree/net/notes" wanted > "$own/$1" || true
}
plan() { run plan --work "$W" --tree "$tree" --series "$own" --no-verify "$@"; }
verdicts() { jq -r '[.patches[] | .cells[0].verdict // "not judged"] | join(", ")' "$T/out"; }
# why FILE : why that patch was not judged
why() { jq -r --arg file "$1" '.patches[] | select(.file == $file) | .not_judged.what' "$T/out"; }

# ---- names with folders, as in debian/patches/series ----
change bugfix/all/five.patch 5
change twenty.patch 20
printf '%s\n' '# bugs' bugfix/all/five.patch '' twenty.patch > "$own/series"
plan --json
expect_exit 0
expect_json '[.patches[].file] == ["bugfix/all/five.patch", "twenty.patch"]'
expect_same "$(verdicts)" "needed, needed" "the verdicts"

# ---- a patch named twice is judged once ----
echo twenty.patch >> "$own/series"
plan --json
expect_exit 1
expect_same "$(verdicts)" "needed, needed, not judged" "the verdicts"
expect_same "$(why 'twenty.patch (line 5)')" "series, line 5: twenty.patch is named twice" "the reason"
sed -i '$d' "$own/series"

# ---- paths without a folder in front: -p0 is honoured; without it nobody guesses ----
change zero.patch 35 '' ''
echo 'zero.patch -p0' >> "$own/series"
plan --json
expect_exit 0
expect_same "$(verdicts)" "needed, needed, needed" "the verdicts"
patch -s -F0 -p0 --dry-run -d "$tree" -i "$own/zero.patch" || fail "GNU patch does not agree"
sed -i 's/ -p0$//' "$own/series"
plan --json
expect_exit 1
expect_same "$(verdicts)" "needed, needed, not judged" "the verdicts"
expect_same "$(why zero.patch)" \
    "zero.patch: line 1: 'net/notes' has no folder in front, as a/ is one, and -p1 would look for notes" "the reason"
expect_json '.patches[2].not_judged.hint | test("write -p0 behind the patch.s name in the series file")'
expect_stderr "^error: 1 of 3 patches could not be judged: zero.patch: line 1: 'net/notes' has no folder in front"
expect_stderr 'write -p0 behind the patch'
sed -i 's/^zero.patch$/zero.patch -p0/' "$own/series"

# ---- one that cannot be judged ends nothing: each has its reason, and those behind it are judged ----
printf '%s\n' 'diff --git a/net/logo b/net/logo' 'new file mode 100644' 'index 0000000..1' 'GIT binary patch' > "$own/binary.patch"
head -n 8 "$own/twenty.patch" > "$own/cut.patch"
gzip -c "$own/twenty.patch" > "$own/packed.patch.gz"
echo secret > "$T/outside"
ln -s "$T/outside" "$own/link.patch"
mkdir "$T/elsewhere"
cp "$own/twenty.patch" "$T/elsewhere/"
ln -s "$T/elsewhere" "$own/linked"
ln -s zero.patch "$own/inside.patch"
change last.patch 50
change fails.patch 51
sed -i 's/^ line 50$/ line fifty/' "$own/fails.patch"
{
    printf '%s\n' binary.patch cut.patch packed.patch.gz link.patch linked/twenty.patch nowhere.patch ../outside "$T/outside"
    printf '%s\n' 'last.patch -R' fails.patch 'inside.patch -p0'
} >> "$own/series"
sed -i 's/^last.patch -R$/back.patch -R/; $a last.patch' "$own/series"
cp "$own/last.patch" "$own/back.patch"
plan --json
expect_exit 1
expect_json '.patches | length == 15'
expect_same "$(jq -r '[.patches[] | select(.cells != []) | .file + " " + .cells[0].verdict] | join(", ")' "$T/out")" \
    "bugfix/all/five.patch needed, twenty.patch needed, zero.patch needed, fails.patch conflict, inside.patch present, last.patch needed" \
    "what was judged"
expect_same "$(why cut.patch)" "cut.patch: line 8: the patch ends inside a hunk" "the reason"
expect_json '.patches[] | select(.file == "binary.patch") | .not_judged.what | test("line 4: binary changes cannot be judged")'
expect_json '.patches[] | select(.file == "packed.patch.gz") | .not_judged.command == "gzip -dk packed.patch.gz"'
expect_json '[.patches[] | select(.file | test("^link")) | .not_judged.what | test("is a link that leads out of the folder")] == [true, true]'
expect_json '.patches[] | select(.file == "nowhere.patch") | .not_judged.what | test("there is no such file")'
expect_json '[.patches[] | select(.file | test("outside$")) | .not_judged.what | test("leaves the folder")] == [true, true]'
expect_json '.patches[] | select(.file == "back.patch") | .not_judged.what | test("-R would take the patch back")'
expect_json '.patches[] | select(.file == "fails.patch") | .cells[0].notes | any(test("as if 9 patches before it were not there"))'
refute_stdout secret
plan
expect_exit 1
expect_stdout '^last.patch +needed$'
expect_stdout '^binary.patch +not judged$'
expect_stdout '^Not judged$'
expect_stdout '^  cut.patch: line 8: the patch ends inside a hunk$'
expect_stderr '^error: 9 of 15 patches could not be judged, the first: binary.patch: line 4: binary changes'

# ---- a folder without a series: packed ones are not passed over ----
rm "$own"/{series,link.patch,inside.patch,cut.patch,binary.patch,zero.patch,fails.patch,back.patch,last.patch}
plan --json
expect_exit 1
expect_json '[.patches[].file] == ["packed.patch.gz", "twenty.patch"]'
expect_same "$(verdicts)" "not judged, needed" "the verdicts"

# ---- adapt takes such a series too; the new folder is one that a build takes ----
rm "$own/packed.patch.gz"
change zero.patch 35 '' ''
printf '%s\n' bugfix/all/five.patch 'zero.patch -p0' > "$own/series"
run adapt --work "$W" --tree "$tree" --from "$tree" --series "$own" --output "$T/new" --no-verify --json
expect_exit 0
expect_json '[.patches[].outcome] == ["kept", "refreshed"]'
expect_same "$(grep -v '^#' "$T/new/series" | tr '\n' ' ')" "bugfix-all-five.patch zero.patch " "the new series"
cmp "$own/bugfix/all/five.patch" "$T/new/bugfix-all-five.patch" || fail "a kept patch is the one it was"
grep -q '^--- a/net/notes$' "$T/new/zero.patch" || fail "its paths are not for -p1"
[ "$(grep -c '^@@ ' "$T/new/zero.patch")" = 1 ] || fail "it has its old diff as well"
printf '%s\n' 'diff --git a/net/notes b/net/n' 'similarity index 90%' 'rename from net/notes' 'rename to net/n' > "$own/rename.patch"
printf '%s\n' nowhere.patch rename.patch >> "$own/series"
run adapt --work "$W" --tree "$tree" --from "$tree" --series "$own" --output "$T/part" --no-verify --json
expect_exit 1
expect_json '[.patches[].outcome] == ["kept", "refreshed", "undecided", "undecided"]'
expect_json '[.patches[].verdict] == ["needed", "needed", "not judged", "not judged"]'
grep -q '^# undecided rename.patch: it could not be judged: rename.patch: line 3: renames and copies are not judged' "$T/part/series" ||
    fail "the series does not say why"
expect_stderr 'make the patch anew for this source; the reasons stand in the series'
run build --work "$T/tried-it" --tree "$tree" --no-verify --series "$T/new" --until plan
expect_exit 0
