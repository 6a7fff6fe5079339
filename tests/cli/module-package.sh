#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kmesh.ko comes in a package of its own, for each output; it belongs to its kernel, and a change of its sources redoes
# that package and nothing of the kernel.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# an archive of its own, whose module can be changed
cp -r "$REPOSITORY/kernel" "$T/data"
export KMESH_KERNEL_DATA=$T/data
fake_kernel
build --until package
expect_exit 0
package=$W/packages/kmod-kmesh-5.10.999-1.kmesh.x86_64.rpm
expect_file "$package"
file=/lib/modules/5.10.999-1.kmesh.x86_64/extra/kmesh.ko
expect_same "$(rpm -qp --nosignature -l "$package")" "$file" "the package's files"
rpm -qp --nosignature --requires "$package" | grep -qx 'kernel-uname-r = 5.10.999-1.kmesh.x86_64' ||
    fail "the package does not require its kernel"
rpm -qp --nosignature --provides "$W"/packages/kernel-5*.rpm | grep -qx 'kernel-uname-r = 5.10.999-1.kmesh.x86_64' ||
    fail "and its kernel does not provide that"
expect_same "$(rpm -qp --nosignature --qf '%{LICENSE}' "$package")" "GPL-2.0-only OR BSD-2-Clause" "the licence"
grep -qx 'extra/kmesh.ko:' "$W/enhanced/root${file%/extra/*}/modules.dep" || fail "its scriptlet did not run depmod"
cmp "$W/enhanced/root$file" "$W/enhanced/kmesh.ko" || fail "what is handed on is not what was installed"
first=$(sum_of "$package")

build --until package
for stage in build module package; do expect_stage "$stage" reused; done

# the module alone is made again, and its package is the same where its content is
echo '/* changed */' >> "$T/data/ko_src/kmesh_head.h"
build --until package
expect_exit 0
for stage in stage edit prep build package; do expect_stage "$stage" reused; done
expect_stage module "done: module changed"
expect_same "$(sum_of "$package")" "$first" "the package of a module that came out the same"

# a change of how it is packed reaches the packages
sed -i 's/^Summary: .*/Summary: another one/' "$T/data/rpm/kmod-kmesh.spec"
build --until package
expect_exit 0
for stage in stage edit prep build; do expect_stage "$stage" reused; done
expect_stage module "done: its spec changed"
expect_stage package "done: kmod-kmesh-5.10.999-1.kmesh.x86_64.rpm changed"
refute_same "$(sum_of "$package")" "$first" "the package"

# a root that lost its module gets it again
rm "$W/enhanced/root$file"
build --until package
expect_exit 0
[[ $(stage_was module) == "done: "*"is missing" ]] || fail "a root without the module was taken for good: $(stage_was module)"
expect_file "$W/enhanced/root$file"

# a module that does not build is said to be one
sed -i 's/^make -C/false; make -C/' "$T/data/rpm/kmod-kmesh.spec"
build --until package
expect_exit 1
expect_stderr '^error: kmesh.ko does not build against this kernel'
cp "$REPOSITORY/kernel/rpm/kmod-kmesh.spec" "$T/data/rpm/"

rm -rf "$W"
build --output deb --until package
expect_exit 0
package=$W/packages/kmod-kmesh-5.10.999_1.kmesh_amd64.deb
expect_file "$package"
expect_same "$(dpkg-deb --field "$package" Depends)" "kmod, linux-image-5.10.999 (= 1.kmesh)" "what the package depends on"
dpkg-deb --extract "$package" "$T/deb"
cmp "$T/deb/lib/modules/5.10.999/extra/kmesh.ko" "$W/enhanced/root/lib/modules/5.10.999/extra/kmesh.ko" ||
    fail "what is installed did not come out of the package"
(cd "$W/packages" && sha256sum --quiet --check SHA256SUMS) || fail "the packages do not have the sums beside them"

rm -rf "$W"
build --output image --until package
expect_exit 0
cmp "$W/packages/kmesh.ko" "$W/enhanced/root/lib/modules/5.10.999/extra/kmesh.ko" || fail "an image's module is another one"
