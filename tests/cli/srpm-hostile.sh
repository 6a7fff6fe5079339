#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A source package made to do harm: names that lead out of its folder, absolute ones, links and device nodes are refused, though
# every digest is right; nothing is written elsewhere.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rpm_lib.sh
. "$(dirname "$0")/rpm_lib.sh"

distribution_package
# a payload that is not compressed is one that can be changed
rm -rf "$T/distribution/SRPMS"
echo somebody > "$T/distribution/SOURCES/payload-is-here"
sed -i 's/^Patch2:.*/&\nSource77: payload-is-here/' "$T/distribution/SPECS/kernel.spec"
rpmbuild --define "_topdir $T/distribution" --define "_dbpath $T/rpmdb" --define '_source_payload w.ufdio' -bs \
    "$T/distribution/SPECS/kernel.spec" > "$T/rpmbuild.log" 2>&1 || fail "$(cat "$T/rpmbuild.log")"
cp "$T"/distribution/SRPMS/*.src.rpm "$T/plain.src.rpm"

# with OLD NEW : the package with that change; plan and build of it
with() {
    cp "$T/plain.src.rpm" "$T/kernel.src.rpm"
    "$REPOSITORY/tests/cli/change_payload.py" "$T/kernel.src.rpm" "$1" "$2" 2> "$T/python" || fail "$(cat "$T/python")"
    rm -rf "$W" "$T/plan"
}
plan() { run plan --work "$T/plan" --series "$SERIES" --srpm "$T/kernel.src.rpm" --no-verify --json; }
build_it() { run build --work "$W" --series "$SERIES" --srpm "$T/kernel.src.rpm" --no-verify --until edit --json; }

# a change that harms nobody is taken: the digests are right, or what follows shows nothing
with 'somebody\n' 'somewhat\n'
build_it
expect_exit 0
grep -qx somewhat "$W/enhanced/rpmbuild/SOURCES/payload-is-here" || fail "the change is not in the package"
# and one byte less right is not
printf x | dd of="$T/kernel.src.rpm" bs=1 seek=$(($(stat -c %s "$T/kernel.src.rpm") - 300)) conv=notrunc status=none
plan
expect_exit 1
expect_stderr 'digests are wrong'

# mode_of : the place in the payload of that file's type, four letters before its name's entry
header=$(LC_ALL=C grep -aob 'payload-is-here' "$T/plain.src.rpm" | tail -n 1 | cut -d : -f 1)
entry=$(dd if="$T/plain.src.rpm" bs=1 skip=$((header - 110)) count=110 status=none)
expect_same "${entry:0:6}" 070701 "the file's entry in the payload"
mode=${entry:14:8}
kind() { printf '%s' "${entry/"$mode"/"$1"}payload-is-here"; }

nothing_written() { expect_same "$(find / -xdev -name 'harm-it*' 2> /dev/null)" "" "what was written for $1"; }
for change in ../../harm-it-1 /tmp/harm-it-99 d/harm-it-there ..////////////.; do
    [ ${#change} = 15 ] || fail "$change has another length"
    with "${entry}payload-is-here" "$entry$change"
    for verb in plan build_it; do
        "$verb"
        expect_exit 1
        expect_stderr "holds '$change', which is no plain file of a source package"
        nothing_written "$change"
    done
done
for type in 0000A1FF 000041ED 000021B6 000061B0 000011A4 0000C1ED; do
    with "${entry}payload-is-here" "$(kind $type)"
    build_it
    expect_exit 1
    expect_stderr "holds 'payload-is-here', which is no plain file of a source package"
    plan
    expect_exit 1
    expect_same "$(find "$W" "$T/plan" -name payload-is-here 2> /dev/null)" "" "what was unpacked of type $type"
done
