#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A stage whose inputs did not change is not done again; an edited patch redoes what depends on it, and says why.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

stages="plan stage edit prep build module package"

fake_kernel
build --until package --json
expect_exit 0
for stage in $stages; do expect_stage "$stage" "done"; done
(cd "$W/packages" && sha256sum --quiet --check SHA256SUMS) || fail "the packages do not have the sums beside them"
expect_json '[.packages[].path | test("^packages/(kernel(-devel|-headers)?|kmod-kmesh)-5.10.999-1.kmesh.x86_64.rpm$")] == [true, true, true, true]'
expect_json '[.patches[].verdict] == ["needed", "needed"]'
expect_json '.baseline | .name == "5.10" and .version == "5.10.999" and (.fingerprint | length) == 64'
first=$(cat "$W/packages/SHA256SUMS")

build --until package
expect_exit 0
for stage in $stages; do expect_stage "$stage" "reused"; done
expect_stdout 'reused'

# a patch is edited: the source and the plan's files are the same, the rest is not
patch=$FIRST
sed -i 's/^+.*bpf_ctx_range.*/&\t\/* edited *\//' "$SERIES/$patch"
build --until package
expect_exit 0
for stage in plan stage; do expect_stage "$stage" "reused"; done
for stage in edit prep build; do expect_stage "$stage" "done: $patch changed"; done
grep -rqsF '/* edited */' "$W/enhanced/rpmbuild/BUILD" || fail "the edited patch is not in the tree"
refute_same "$(cat "$W/packages/SHA256SUMS")" "$first" "the packages"

# and back again: the same packages as at first
make_series
build --until package
expect_exit 0
expect_stage edit "done: $patch changed"
expect_same "$(cat "$W/packages/SHA256SUMS")" "$first" "the packages"

# an output somebody changed or removed is made again
echo tampered >> "$W/enhanced/rpmbuild/SPECS/kernel.spec"
build --until prep
expect_exit 0
[[ $(stage_was edit) == "done: "*"was altered" ]] || fail "an altered spec was taken for good: $(stage_was edit)"
grep -qx tampered "$W/kernel.spec.altered" || fail "what somebody wrote into the spec is lost"
expect_stdout 'kernel\.spec was altered by hand'
! grep -qx tampered "$W/enhanced/rpmbuild/SPECS/kernel.spec" || fail "the altered spec was built"
echo '# CONFIG_TINY is not set' >> "$W/enhanced/rpmbuild/SOURCES/kernel.config"
build --until package
expect_exit 0
expect_stage edit "done: enhanced/rpmbuild/SOURCES/kernel.config was altered"
build --until package
expect_exit 0
rm "$W"/packages/kernel-headers-*.rpm
build --until package
expect_exit 0
[[ $(stage_was package) == "done: "*"is missing" ]] || fail "a missing package was taken for good: $(stage_was package)"
expect_same "$(cat "$W/packages/SHA256SUMS")" "$first" "the packages"

# a compiler of the same name that says another version is another one
mkdir "$T/upgraded"
cat > "$T/upgraded/gcc" << 'EOF'
#!/bin/sh
[ "$1" != --version ] || { echo "gcc (upgraded) 99.1"; exit; }
exec /usr/bin/gcc "$@"
EOF
chmod 755 "$T/upgraded/gcc"
PATH=$T/upgraded:$PATH build --until prep
expect_exit 0
expect_stage edit "reused"
expect_stage prep "done: compiler's version changed"
