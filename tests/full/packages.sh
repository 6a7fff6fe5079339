#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kit as packages, as `make kit-packages` leaves them. The distributions' own tools have nothing to complain of that is not
# explained; the packages have what `make install` has; and a fresh Debian 12 installs the one, an ordinary user works with it,
# and purging it leaves nothing. Root, for that.
# shellcheck source=tests/cli/lib.sh
TMPDIR=$REPOSITORY/build . "$(dirname "$0")/../cli/lib.sh"
# shellcheck source=tests/full/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$REPOSITORY"

# ---- what is written in several places is the same everywhere ----

control=packaging/debian/control
changelog() { dpkg-parsechangelog -l packaging/debian/changelog -S "$1"; }
version=$(sed -n 's/^project(kmesh VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt)
day=$(sed -n 's/^set(KMESH_RELEASED \([-0-9]*\)).*/\1/p' CMakeLists.txt)
spec=packaging/kmesh-kernel.spec
expect_same "$(changelog Version)" "$version" "version of packaging/debian"
expect_same "$(date -u -d "$(changelog Date)" +%F)" "$day" "day of packaging/debian"
expect_same "$(sed -n 's/^Version: *//p' $spec)" "$version" "version of the spec"
expect_same "$(date -d "$(sed -n 's/^\* \(... ... [0-9]* [0-9]*\) .*/\1/p' $spec | head -1)" +%F)" "$day" "day of the spec"
expect_same "$("$KMESH" --version)" "kmesh-kernel $version" "version of the program"

# What a kernel takes is asked for; hostname is there in any case, and python3 is what packages may depend on.
related=" $(sed -n 's/^ \([a-z0-9.+-]*\).*,\?$/\1/p' $control | tr '\n' ' ') "
for package in $(awk '$1 !~ /^#/ && $2 == "kernel" { print $1 }' packages.txt); do
    case $package in
    hostname) continue ;;
    python3-minimal) package=python3 ;;
    esac
    case $related in *" $package "*) ;; *) fail "$control does not know $package of packages.txt" ;; esac
done

# Each file's licence is the one that debian/copyright has for it: the last paragraph that names it.
paragraphs=$(awk '/^Files: / { $1 = ""; files = $0 } /^License: / && files { $1 = ""; print $0 "|" files; files = "" }' packaging/debian/copyright)
git grep -I -m 1 -o 'SPDX-License-Identifier: [A-Za-z0-9. -]*[A-Za-z0-9]' -- bpf guest kernel packaging src tests tools |
    while IFS=: read -r file _ licence; do
        stated=
        while IFS='|' read -r name patterns; do
            set -f
            for pattern in $patterns; do
                # shellcheck disable=SC2254 # it is a pattern
                case $file in $pattern) stated=${name# } ;; esac
            done
            set +f
        done <<< "$paragraphs"
        expect_same "${stated/ or / OR }" "${licence# }" "licence of $file in debian/copyright"
    done

# ---- made, and looked at by lintian and rpmlint ----

made=$T/made
make --no-print-directory kit-packages PACKAGES="$made"
LC_ALL=C.UTF-8 lintian --allow-root --fail-on error,warning "$made"/*.changes || fail "lintian complains"
LC_ALL=C.UTF-8 rpmlint --strict -c packaging/rpmlint.toml -r packaging/kmesh-kernel.rpmlintrc "$made"/*.rpm $spec ||
    fail "rpmlint complains"

# ---- what is in them is what make install lays out, and runs with the checkout out of sight ----

mkdir "$T/of-deb" "$T/of-rpm"
dpkg-deb -x "$made"/kmesh-kernel_*.deb "$T/of-deb"
rpm2cpio "$made"/kmesh-kernel-*.x86_64.rpm | (cd "$T/of-rpm" && cpio --extract --quiet --make-directories)
DESTDIR=$T/of-make tools/install.sh install "$BUILD" /usr
files() { (cd "$1" && find . | sort); }
for kind in deb rpm; do
    in=$T/of-$kind/usr of_make=$T/of-make/usr
    diff -r "$of_make/share/kmesh/kernel" "$in/share/kmesh/kernel" || fail "another archive in the $kind"
    diff <(files "$of_make/libexec") <(files "$in/libexec") || fail "other programs for the VM in the $kind"
    for page in "$of_make"/share/man/man1/*; do
        cmp "$page" <(gzip -cd "$in/share/man/man1/${page##*/}.gz") || fail "${page##*/} is another one in the $kind"
    done
    diff -r "$of_make/share/bash-completion" "$in/share/bash-completion" || fail "another completion in the $kind"
    [ -n "$(find "$in/share/zsh" -name _kmesh-kernel)" ] || fail "no completion of zsh in the $kind"
    bwrap --dev-bind / / --tmpfs "$REPOSITORY" --dev-bind "$T" "$T" "$in/bin/kmesh-kernel" completion bash > "$T/said" ||
        fail "the program of the $kind does not run"
    cmp "$T/said" "$in/share/bash-completion/completions/kmesh-kernel"
    expect_same "$("$in/bin/kmesh-route" --version)" "kmesh-route $version" "version of kmesh-route in the $kind"
done
[ -n "$(find "$T/of-rpm/usr/share/licenses" -name Apache-2.0.txt)" ] || fail "the RPM has no licence"
grep -q 'Apache-2.0' "$T/of-deb/usr/share/doc/kmesh-kernel/copyright" || fail "the Debian package has no licence"

# ---- a fresh Debian 12 ----

cd "$T"
fake_kernel
"$KMESH" plan --work "$T/plan" --tarball "$TARBALL" --no-verify --json 2> log | jq '[.patches, .baselines]' > wanted
fresh_root root man-db
mkdir -p root/kit/home
cp -r "$made"/kmesh-kernel_*.deb "$TARBALL" "$SERIES" "$WORK/enhanced/kmesh.ko" "$WORK"/enhanced/root/lib/modules/*/vmlinuz \
    root/kit/
cp "$(dirname "$0")/packages_inside.sh" root/kit/inside.sh
inside root '/kit/inside.sh > /kit/out 2>&1' || fail "in a fresh Debian 12: $(tail -n 60 root/kit/out)"
jq '[.patches, .baselines]' root/kit/plan.json | diff wanted - || fail "the installed kit plans another thing than the checkout's"
expect_json '.ok and (.packages | length >= 3)' root/kit/build.json
expect_json '.ok and (.proof | length >= 5 and all(.enhanced == "pass"))' root/kit/proof.json
