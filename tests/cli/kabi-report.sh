#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A build's report says what its patches change for modules: the enhanced kernel against the baseline, as soon as both
# are built. A kernel without symbol versions is no kernel without changes, and one whose list is broken no reason to stop.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
build --until package
expect_exit 0
expect_json 'has("kabi") | not' "$W/report.json"
build --until control
expect_exit 0
expect_json '(.kabi.comparable | not) and (.kabi.note | test("CONFIG_MODVERSIONS is off")) and .kabi.changed == []' "$W/report.json"
grep -q '^  not comparable: every CRC of both sides is 0' "$W/report.txt" || fail "the text does not say it"

# a kernel with versions: that of a symbol is the checksum of a file which the series patches, another's is constant
# shellcheck disable=SC2016 # for make and its shell to expand
lines='{ printf "0x%08x\\tpatched\\tvmlinux\\tEXPORT_SYMBOL\\n" $$(cksum < net\/core\/filter.c | cut -d " " -f 1); '
lines+='printf "0x00000007\\tconstant\\tvmlinux\\tEXPORT_SYMBOL\\n"; } > Module.symvers'
sed -i "s/^\tprintf .*Module.symvers\$/\t$lines/" linux-5.10.999/Makefile
grep -q constant linux-5.10.999/Makefile || fail "the fake kernel's Makefile has changed"
pack linux-5.10.999 "$T/$TARBALL"
build --until control
expect_exit 0
expect_json '.kabi.comparable and ([.kabi.changed[].symbol] == ["patched"]) and .kabi.added == [] and .kabi.removed == []' "$W/report.json"
expect_json '.kabi.changed[0] | .old != .new and .patches == []' "$W/report.json"
expect_json '.kabi.note == "types were not compared: there is no vmlinux of the old side and the new side"' "$W/report.json"
grep -q '^  patched ' "$W/report.txt" || fail "the text has no symbol"
grep -q '<code>patched</code>' "$W/report.html" || fail "the page has no symbol"

# a second run tells the same; without the trees, from kernel-devel
jq .kabi "$W/report.json" > first
build --until control
expect_stage control reused
jq .kabi "$W/report.json" | cmp - first || fail "the second run tells something else"
rm -r "$W"/*/rpmbuild/BUILD
build --until control
expect_stage control reused
expect_json '[.kabi.changed[].symbol] == ["patched"]' "$W/report.json"

# a list that cannot be read is said, and the build goes on
sed -i 's/0x00000007/0x7/' linux-5.10.999/Makefile
pack linux-5.10.999 "$T/$TARBALL"
build --until control
expect_exit 0
expect_json '(.kabi.comparable | not) and (.kabi.note | test("^not told: .*Module.symvers: line 2: .0x7. is no CRC"))' "$W/report.json"
