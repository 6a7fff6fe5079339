#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# spec edit and spec undo: a kernel.spec on the disk, asked of the real rpm; only lines are added, and undone to the byte.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

spec=$T/kernel.spec
cat > "$spec" <<'SPEC'
%define with_kabichk 1
Name: kernel
Version: 1
Release: 1
Summary: s
License: GPL-2.0-only
Source: linux-1.tar
Source: config
%description
d
%prep
%setup -q -n linux-1
%if 0%{?with_patch}
echo patches
%endif
cp %{SOURCE1} .config
make olddefconfig
%build
%if 0%{?with_kabichk}
echo check
%endif
SPEC
printf '%% a last line without an end, and Latin-1: \xe9' >> "$spec"
chmod 640 "$spec"
cp "$spec" "$T/original"
echo one > "$T/one.patch"
echo two > "$T/two.patch"
edit() { run spec edit "$spec" --work "$W" --patch "$T/one.patch" --patch "$T/two.patch" "$@"; }
undo() { run spec undo "$spec" --work "$W" "$@"; }

edit
expect_exit 0
expect_stdout 'line [0-9]+: %define with_kabichk 0'
expect_stdout 'line [0-9]+: Source9004: two.patch'
expect_stdout 'applied behind line 12: %setup -q -n linux-1'
[ "$(stat -c %a "$spec")" = 640 ] || fail "the spec's rights have changed"
# rpm's own word: what would run, and that the spec's own Sources are who they were
rpmspec --define "_topdir $T/top" --define "_dbpath $T/db" --define "_sourcedir $T/s" --parse "$spec" > "$T/parsed"
grep -qxF "patch -s -F0 -E -p1 --no-backup-if-mismatch -i $T/s/two.patch || exit 1" "$T/parsed" || fail "rpm would not apply it"
grep -qxF "cp $T/s/config .config" "$T/parsed" || fail "the Sources were renumbered"
! grep -q 'echo check' "$T/parsed" || fail "the kABI check is on"
# only lines are added
diff "$T/original" "$spec" | grep -c '^<' > "$T/count" || true
expect_same "$(cat "$T/count")" 0 "lines taken away"

# twice is once
cp "$spec" "$T/edited"
edit --json
expect_exit 0
expect_json '.changed == false and .sources == [9003, 9004] and .kabi == ["with_kabichk"]'
cmp "$spec" "$T/edited" || fail "a second edit changed it"

undo
expect_exit 0
cmp "$spec" "$T/original" || fail "undo does not give the bytes back"
undo --json
expect_exit 0
expect_json '.changed == false'

# refused, and nothing half-edited
cp "$T/original" "$spec"
sed -i 's/^%prep/%notprep/' "$spec"
cp "$spec" "$T/without"
edit
expect_exit 1
expect_stderr '^error: the spec has no %prep section'
cmp "$spec" "$T/without" || fail "a refused spec was changed"

# a number that only rpm can see is taken
{ echo '%global number 9003'; sed 's/^Source: config/&\nSource%{number}: other/' "$T/original"; } > "$spec"
edit --json
expect_exit 0
expect_json '.sources == [9004, 9005]'

# one parse tells that nothing else was renumbered; where something might have been, two tell what
parses() { # EXPECTED SED-SCRIPT [EXIT] : how often rpm reads the spec
    sed "$2" "$T/original" > "$spec"
    : > "$T/parses"
    PATH=$T/counting:$PATH edit --no-sandbox --json
    expect_exit "${3:-0}"
    expect_same "$(wc -l < "$T/parses")" "$1" "rpmspec runs after $2"
}
mkdir "$T/counting"
printf '#!/bin/sh\necho x >> "%s/parses"\nexec "%s" "$@"\n' "$T" "$(command -v rpmspec)" > "$T/counting/rpmspec"
chmod +x "$T/counting/rpmspec"
parses 1 ''
parses 1 's/^Source: config/&\nSource%{?x}7: other/'
parses 3 's/^Source: config/&\nSource%{?x}9003: other/'
expect_json '.sources == [9004, 9005]'
parses 3 's/^Source: config/&\nPatch%{?x}9004: other/; s/^%if .*with_patch.*/%patch -P 9004 -p1\n&/'
expect_json '.sources == [9003, 9005]'
# what a macro brings in behind our lines would be counted on from them
parses 1 's/^%description/%{?!x:Source: later}\n&/'
grep -q '^Source9003' "$spec" && sed -n '/later/,$p' "$spec" | grep -q '^Source9003' || fail "ours stand before a Source in a condition"
parses 3 's/^Name:/%global later Source: later\n&/; s/^%description/%later\n&/' 1
expect_json '.error.what | test("rpm has no SOURCE2=.*/later any more")'
parses 3 's/^Source: config/&\nSource%{?x}7: %{?x}one.patch/' 1
expect_json '.error.what | test("the spec has a file of that name: SOURCE7=.*/one.patch")'

# what the switch is in the end is rpm's to say: it is set again where only a macro knows
{ echo '%define on %{expand:%%define with_kabichk 1}'; sed 's/^%description/%on\n&/' "$T/original"; } > "$spec"
cp "$spec" "$T/without"
edit
expect_exit 1
expect_stderr '^error: the kABI check.s switch with_kabichk is not off for rpm'
cmp "$spec" "$T/without" || fail "a refused spec was changed"

# in two encodings: rpm refuses it and names no line; what is advised mends it
{ printf '# caf\xc3\xa9\n'; sed 's/^Summary: s/Summary: \xe9/' "$T/original"; } > "$spec"
cp "$spec" "$T/without"
edit
expect_exit 1
expect_stderr '^error: the spec is in two encodings: lines? 6.* no UTF-8, line 1 is'
expect_stderr '^ +perl -MEncode'
cmp "$spec" "$T/without" || fail "a refused spec was changed"
(cd "$T" && bash -c "$(sed -n 's/^ *\(perl -MEncode.*\)/\1/p' "$T/err")")
edit
expect_exit 0
grep -q $'^Summary: \xc3\xa9$' "$spec" || fail "the line was not recoded"
grep -q $'^# caf\xc3\xa9$' "$spec" || fail "a line was recoded twice"

# killed at any of its steps on the disk: the spec is what it was, or edited whole; and the next call edits it
kill_at() { # CALL NUMBER : not killed when it comes to no such step
    cp "$T/original" "$spec"
    killed_at "$1:$2" "$KMESH" spec edit "$spec" --work "$W" --patch "$T/one.patch" --patch "$T/two.patch" || return 1
    cmp -s "$spec" "$T/original" || cmp -s "$spec" "$T/edited" || fail "killed at $1 number $2, the spec is half-edited"
    edit
    expect_exit 0
    cmp "$spec" "$T/edited" || fail "after the kill at $1 number $2 the edit is another"
    expect_same "$(find "$W" "$T"/*.spec* -name '*.tmp' -o -name '*.kmesh-new')" "" "half-written files after the kill at $1 number $2"
}
kills=0
for call in rename unlink fsync write; do
    for number in $(seq 40); do
        kill_at "$call" "$number" || break
        kills=$((kills + 1))
    done
done
[ "$kills" -ge 10 ] || fail "only $kills kills"

# a link stays a link
cp "$T/original" "$spec"
ln -s kernel.spec "$T/link.spec"
run spec edit "$T/link.spec" --work "$W" --patch "$T/one.patch"
expect_exit 0
[ -L "$T/link.spec" ] || fail "the link is gone"
grep -q 'Source9003: one.patch' "$spec" || fail "the spec behind it was not edited"

# rpm's macros run in the sandbox
cp "$T/original" "$spec"
sed -i "1i %global x %(touch $T/escaped; echo 1)" "$spec"
edit
expect_exit 0
refute_file "$T/escaped"

# wrong calls
run spec edit "$spec" --work "$W"
expect_exit 2
run spec edit "$T/none.spec" --work "$W" --patch "$T/one.patch"
expect_exit 2
run spec edit "$spec" --work "$W" --patch "$T/none.patch"
expect_exit 2
run spec edti "$spec"
expect_exit 2
expect_stderr 'did you mean edit'
