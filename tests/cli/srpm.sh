#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A distribution's source package: its signature, digests and header are checked before anything of it is unpacked; plan judges
# what its own patches leave, and build adds ours behind them.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rpm_lib.sh
. "$(dirname "$0")/rpm_lib.sh"

distribution_package
cp "$T/kernel.src.rpm" "$T/unsigned.src.rpm"
make_key vendor
make_key stranger
sign vendor "$T/kernel.src.rpm"
plan() { run plan --work "$T/plan" --series "$SERIES" --srpm "$@" --json; }

# ---- who vouches for it ----
plan "$T/kernel.src.rpm" --key "$T/vendor.asc"
expect_exit 0
expect_json '.baselines[0].version == "5.10.999"'
# the distribution's own patches are seen: ours is there already, and the other one moved
expect_json '[.patches[].cells[0].verdict] == ["present", "needed"]'
expect_json '[.patches[1].cells[0].evidence[].offset] | unique == [1]'
# a second question does not unpack it again
sed -i 's/^/# /' "$SERIES/series" && printf '%s\n' "$SECOND" >> "$SERIES/series"
plan "$T/kernel.src.rpm" --key "$T/vendor.asc"
expect_exit 0
refute_stderr 'reading'
printf '%s\n' "$FIRST" "$SECOND" > "$SERIES/series"

plan "$T/kernel.src.rpm"
expect_exit 1
expect_stderr 'signed with a key that was not given: [0-9a-f]{8}'
expect_stderr -- '--key FILE'
plan "$T/kernel.src.rpm" --key "$T/stranger.asc"
expect_exit 1
expect_stderr 'signed with a key that was not given'
plan "$T/unsigned.src.rpm" --key "$T/vendor.asc"
expect_exit 1
expect_stderr 'has no signature'
expect_stderr -- '--no-verify'
plan "$T/unsigned.src.rpm" --no-verify
expect_exit 0
expect_json '.baselines[0].version == "5.10.999"'

cp "$T/unsigned.src.rpm" "$T/expired.src.rpm"
make_key former seconds=4
sign former "$T/expired.src.rpm"
sleep 5
plan "$T/expired.src.rpm" --key "$T/former.asc"
expect_exit 1
expect_stderr 'is signed with key [0-9a-f]{8}, which has expired'
plan "$T/expired.src.rpm" --key "$T/former.asc" --no-verify
expect_exit 0

# ---- damage is never taken ----
cp "$T/kernel.src.rpm" "$T/changed.src.rpm"
change_byte "$T/changed.src.rpm"
plan "$T/changed.src.rpm" --key "$T/vendor.asc"
expect_exit 1
expect_stderr 'digests are wrong|wrong signature'
plan "$T/changed.src.rpm" --no-verify
expect_exit 1
expect_stderr 'digests are wrong|damaged'
head -c 20000 "$T/kernel.src.rpm" > "$T/half.src.rpm"
plan "$T/half.src.rpm" --no-verify
expect_exit 1
expect_stderr 'digests are wrong|damaged'
echo nothing > "$T/no.src.rpm"
plan "$T/no.src.rpm" --no-verify
expect_exit 1
expect_stderr 'damaged or no RPM package'
plan "$T/kernel.src.rpm" --key "$T/no.src.rpm"
expect_exit 1
expect_stderr 'is no public key'

# ---- adapt: a series for what its own patches leave ----
cp "$T/kernel.src.rpm" "$T/patched.src.rpm"
cp -r "$T/distribution" "$T/kept"
sed -i -e '/^%patch[12] -p1$/d' -e '/^Patch[12]:/d' "$T/distribution/SPECS/kernel.spec"
pack_distribution
mv "$T/kernel.src.rpm" "$T/plain.src.rpm"
sign vendor "$T/plain.src.rpm"
mv "$T/patched.src.rpm" "$T/kernel.src.rpm"
rm -rf "$T/distribution"
mv "$T/kept" "$T/distribution"
adapt() {
    rm -rf "$T/adapted"
    run adapt --work "$T/plan" --srpm "$T/kernel.src.rpm" --from "$T/plain.src.rpm" --series "$SERIES" --output "$T/adapted" "$@" --json
}
adapt --key "$T/vendor.asc"
expect_exit 0
expect_json '.baseline.version == "5.10.999"'
expect_json '[.patches[].outcome] == ["dropped", "refreshed"]'
# it fits without an offset where the distribution's patches are in
SECONDLY=$T/secondly
mkdir "$SECONDLY"
cp "$T/adapted/$SECOND" "$SECONDLY"
plan_adapted() { run plan --work "$T/plan" --series "$SECONDLY" --srpm "$T/kernel.src.rpm" --key "$T/vendor.asc" --json; }
plan_adapted
expect_exit 0
expect_json '[.patches[0].cells[0] | .verdict, (.evidence[] | .offset)] | unique == [0, "needed"]'
adapt
expect_exit 1
expect_stderr 'signed with a key that was not given'
adapt --key "$T/stranger.asc"
expect_exit 1
refute_file "$T/adapted"
adapt --key "$T/vendor.asc" --tree "$T/linux-5.10.999"
expect_exit 2

# ---- build: its own spec and its own configuration ----
run build --work "$W" --series "$SERIES" --srpm "$T/kernel.src.rpm" --key "$T/vendor.asc" --until package --json
expect_exit 0
expect_json '[.patches[].verdict] == ["present", "needed"]'
expect_json '.baseline.verified | test("signature of key")'
tree=$(echo "$W"/enhanced/rpmbuild/BUILD/*/linux-*)
grep -q 'a line of the distribution' "$tree/include/trace/bpf_probe.h" || fail "the distribution's patch is gone"
patch --dry-run -R -s -F0 -p1 -d "$tree" < "$SERIES/$SECOND" > "$T/reverse" || fail "ours is not in: $(cat "$T/reverse")"
run build --work "$W" --series "$SERIES" --srpm "$T/kernel.src.rpm" --key "$T/vendor.asc" --config slim
expect_exit 2


# a package that holds no kernel
mkdir -p "$T/other"/{SOURCES,SPECS}
echo text > "$T/other/SOURCES/text"
printf '%s\n' 'Name: other' 'Version: 1' 'Release: 1' 'Summary: s' 'License: MIT' 'Source0: text' '%description' 'd' '%prep' \
    '%setup -c -T' > "$T/other/SPECS/other.spec"
rpmbuild --define "_topdir $T/other" --define "_dbpath $T/rpmdb" -bs "$T/other/SPECS/other.spec" > "$T/log" 2>&1
plan "$(echo "$T"/other/SRPMS/*.src.rpm)" --no-verify
expect_exit 1
expect_stderr 'holds no kernel'

# a %prep that goes another way than its lines tell: it ends before the line that applies ours
cp "$T/distribution/SPECS/kernel.spec" "$T/whole.spec"
sed -i 's/^%patch2 -p1/test -e nothing || exit 0\n&/' "$T/distribution/SPECS/kernel.spec"
pack_distribution
rm -rf "$W"
run build --work "$W" --series "$SERIES" --srpm "$T/kernel.src.rpm" --no-verify --until prep
expect_exit 1
expect_stderr "^error: the spec's own %prep ends before it comes to where our patches would follow"
cp "$T/whole.spec" "$T/distribution/SPECS/kernel.spec"

# a %prep that fails by itself
sed -i 's/^%patch1 -p1/false/' "$T/distribution/SPECS/kernel.spec"
pack_distribution
plan "$T/kernel.src.rpm" --no-verify
expect_exit 1
line() { grep -n -- "$1" "$T/distribution/SPECS/kernel.spec" | cut -d : -f 1; }
expect_stderr "^error: the spec's own %prep fails \(line $(line '^false$'): false\)"
sed -i 's/^false$/cp %{SOURCE0}.none there\n%patch1 -p1/' "$T/distribution/SPECS/kernel.spec"
pack_distribution
plan "$T/kernel.src.rpm" --no-verify
expect_exit 1
expect_stderr "^error: the spec's own %prep fails \(line $(line '^cp .*none'): cp %\{SOURCE0\}.none there\)"
sed -i '/none there/d' "$T/distribution/SPECS/kernel.spec"
mv "$T/distribution/SOURCES/distribution.patch" "$T/whole.patch"
sed 's/^ /  other/' "$T/whole.patch" > "$T/distribution/SOURCES/distribution.patch"
pack_distribution
plan "$T/kernel.src.rpm" --no-verify
expect_exit 1
expect_stderr "^error: the spec's own %prep fails \(line $(line '^Patch1:'): Patch1: distribution.patch\)"
mv "$T/whole.patch" "$T/distribution/SOURCES/distribution.patch"
sed -i 's/^%patch1 -p1/false/' "$T/distribution/SPECS/kernel.spec"

# one that misses a program says which, as a build does
sed -i '/^%prep/,/^%build/s/^false/kmesh-no-such-program/' "$T/distribution/SPECS/kernel.spec"
pack_distribution
plan "$T/kernel.src.rpm" --no-verify
expect_exit 1
expect_stderr "^error: the spec's own %prep fails \(line [0-9]+: kmesh-no-such-program\): programs that the build runs are not installed: kmesh-no-such-program"
expect_stderr '^ +apt-get install kmesh-no-such-program$'
