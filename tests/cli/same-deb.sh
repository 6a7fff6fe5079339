#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# --output deb: the kernel's own scripts take times from the clock and checksums in the order of folders; two builds in different
# folders at different times make the same packages all the same, and so does one that took over what was compiled before.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
tree=$T/linux-5.10.999
mkdir -p "$tree/scripts/package"
sed -i '/^bindeb-pkg:/,/dpkg-deb/d' "$tree/Makefile"
printf 'bindeb-pkg:\n\tsh scripts/package/mkdebian\n\tKERNELRELEASE=$(KERNELVERSION) sh scripts/package/builddeb\n\techo unifdef > scripts/unifdef\n' >> "$tree/Makefile"
# what matters here of 5.10's own two
cat > "$tree/scripts/package/mkdebian" <<'SCRIPT'
#!/bin/sh
set -e
maintainer="$KBUILD_BUILD_USER <$KBUILD_BUILD_USER@$KBUILD_BUILD_HOST>"
mkdir -p debian
cat <<EOF > debian/changelog
linux-upstream (5.10.999-1) unstable; urgency=low

  * Custom built Linux kernel.

 -- $maintainer  $(date -R)
EOF
SCRIPT
cat > "$tree/scripts/package/builddeb" <<'SCRIPT'
#!/bin/sh
set -e
create_package() {
	local pname="$1" pdir="$2"

	mkdir -m 755 -p "$pdir/DEBIAN"
	mkdir -p "$pdir/usr/share/doc/$pname"
	cp debian/changelog "$pdir/usr/share/doc/$pname/changelog.Debian"
	gzip -n -9 "$pdir/usr/share/doc/$pname/changelog.Debian"
	sh -c "cd '$pdir'; find . -type f ! -path './DEBIAN/*' -printf '%P\0' \
		| xargs -r0 md5sum > DEBIAN/md5sums"
	printf 'Package: %s\nVersion: 1.kmesh\nArchitecture: amd64\nMaintainer: k <k@k.test>\nDescription: fake\n' "$pname" \
		> "$pdir/DEBIAN/control"
	dpkg-deb --root-owner-group --build "$pdir" "../${pname}_1.kmesh_amd64.deb"
}

version=$KERNELRELEASE
rm -rf debian/linux-headers debian/linux-image
(
	find . -maxdepth 1 -name Makefile\*
	find include net scripts -type f -o -type l
) > debian/hdrsrcfiles
destdir=debian/linux-headers/usr/src/linux-headers-$version
mkdir -p $destdir debian/linux-image/boot
tar -c -f - -T debian/hdrsrcfiles | tar -xf - -C $destdir
cp arch/x86/boot/bzImage debian/linux-image/boot/vmlinuz-$version
create_package linux-headers-$version debian/linux-headers
create_package linux-image-$version debian/linux-image
SCRIPT
pack linux-5.10.999 "$T/$TARBALL"

# packages_of FOLDER : of a build there
packages_of() {
    W=$T/$1
    build --output deb --until package
    expect_exit 0
    packages=$(cat "$W/packages/SHA256SUMS")
}

packages_of one
one=$packages
grep -q linux-headers <<< "$packages" || fail "no linux-headers among: $packages"
sleep 1.1 # another second on the clock
umask 002 # and another mask, as many users have
packages_of two
umask 022
expect_same "$packages" "$one" "the packages of a build in another folder, a second later"
for package in one/packages/linux-*.deb; do
    dpkg-deb --info "$package" md5sums | awk '{ print $2 }' | LC_ALL=C sort --check || fail "$package: the checksums are in no order"
    times=$(dpkg-deb --contents "$package" | awk '{ print $4, $5 }' | sort -u)
    expect_same "$times" "2026-01-01 00:00" "the times in $package"
done

# packed once more where they were packed already: the kernel's own scripts make a program after its folder was packed
expect_file "$W/enhanced/tree/scripts/unifdef"
rm "$W"/enhanced/linux-*.deb
packages_of two
expect_stage prep reused
expect_same "$packages" "$one" "the packages, packed once more"

# a header that no patch changes any more
sed -i "/$SECOND/d" "$SERIES/series"
packages_of two
without=$packages
refute_same "$without" "$one" "the packages without a patch"
packages_of three
expect_same "$packages" "$without" "the packages of a build from nothing without that patch"

# a script that dates them in a way that is not known: the report says that they are others each time
make_series
sed -i 's/date -R/date --rfc-email/' "$tree/scripts/package/mkdebian"
pack linux-5.10.999 "$T/$TARBALL"
packages_of three
expect_json '[.warnings[] | select(contains("scripts/package/mkdebian"))] | length == 1' "$W/report.json"
