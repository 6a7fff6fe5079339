# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: the copy of the checkout that a document's commands run in, with what a reader has by then, and the sandbox.
: "${scratch:?a folder that goes away}"

# inside COPY COMMAND... : in the copy, which lies where the checkout does, so that what was built there is still up to date.
inside() {
    local copy=$1 built=()
    shift
    mkdir -p "$copy/build/kernel" "$copy/build/gcc" "$copy/build/ccache" "$copy/build/home"
    [ -e "$copy/build/gcc/build.ninja" ] || built=(--ro-bind "$BUILD" "$REPOSITORY/build/gcc")
    bwrap --ro-bind / / --dev-bind /dev /dev --dev-bind /proc /proc --tmpfs /tmp --die-with-parent \
        --bind "$copy" "$REPOSITORY" --ro-bind "$WORK" "$REPOSITORY/build/kernel" "${built[@]}" \
        --bind "${CCACHE_DIR:?}" "$REPOSITORY/build/ccache" --setenv CCACHE_DIR "$REPOSITORY/build/ccache" \
        --setenv HOME "$REPOSITORY/build/home" --setenv PATH "$REPOSITORY/build/home/bin:$PATH" \
        --setenv PYTHONDONTWRITEBYTECODE 1 --chdir "$REPOSITORY" "$@"
}

# lay_out DOCUMENT COPY
lay_out() {
    local document=$1 copy=$2
    mkdir -p "$copy/build/home/bin"
    git -C "$REPOSITORY" ls-files --cached --others --exclude-standard -z |
        tar -C "$REPOSITORY" --create --null --files-from - --ignore-failed-read | tar -C "$copy" --extract
    ln -s gcc/kmesh-kernel "$copy/build/kmesh-kernel"
    ln -s gcc/kmesh-route "$copy/build/kmesh-route"
    # a command that needs root for a system's folder gets one of its own by commands.tsv; sudo brings a PATH of its own
    # shellcheck disable=SC2016 # for the script to expand
    printf '%s\n' '#!/bin/sh' 'exec env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"' > "$copy/build/home/bin/sudo"
    chmod +x "$copy/build/home/bin/sudo"
    local room
    for room in $(rooms_of "$REPOSITORY/$document"); do "with_$room" "$copy"; done
}

# What a document's commands speak of tells what is laid out for it.
rooms_of() {
    local text
    text=$(grep -E '^ {4}' "$1" || true)
    grep -qE 'ninja -C build/gcc|make install .*DESTDIR' <<< "$text" && echo compiled
    grep -qE '(plan|adapt) .*(--baseline|--series)' <<< "$text" && echo fetched
    grep -qE 'build (--series|--baseline 5\.10)' <<< "$text" && echo source
    grep -qE 'cd build/distro/packages' <<< "$text" && echo distro
    grep -qE 'headers (install|status|restore)' <<< "$text" && echo header
    grep -qE 'linux-6\.18\.2\.tar\.xz' <<< "$text" && echo newer
    grep -qE 'SPECS/kernel\.spec' <<< "$text" && echo spec
    grep -qE 'kernel-5\.10\.0-.*\.src\.rpm' <<< "$text" && echo package
    grep -qE 'program\.c' <<< "$text" && echo program
    grep -qE 'git checkout' <<< "$text" && echo history
    true
}

# The kit, as it was compiled, to be compiled further.
with_compiled() {
    mkdir -p "$1/build/gcc"
    tar -C "$BUILD" --create --exclude=./Testing --exclude=./tests . | tar -C "$1/build/gcc" --extract
    mkdir -p "$1/build/gcc/tests"
    cp -a "$BUILD"/tests/*.cmake "$1/build/gcc/tests/"
}

# What a first `plan` leaves: the sources of three baselines.
with_fetched() {
    local name work plan=$1/build/plan
    mkdir -p "$plan/.kmesh-tmp"
    : > "$plan/lock"
    for name in 5.10 6.1 6.12; do
        work=$REPOSITORY/build/$name
        [ "$name" != 5.10 ] || work=$WORK
        mkdir -p "$plan/$name/source"
        cp "$work/source/linux-source-$name.tar.xz" "$plan/$name/source/"
        jq --arg name "$name" '.baseline | {version, origin, verified, fingerprint, configuration: "",
            tarball: "linux-source-\($name).tar.xz", top: "linux-source-\($name)"}' \
            "$work/report.json" > "$plan/$name/source.json"
    done
}

# A work folder, build/5.10, in which the source was fetched.
with_source() {
    mkdir -p "$1/build/5.10/.kmesh-tmp"
    : > "$1/build/5.10/lock"
    cp -r "$WORK/source" "$1/build/5.10/"
    jq '.stages |= {baseline}' "$WORK/journal.json" > "$1/build/5.10/journal.json"
}

# Packages of a kernel that is to be installed; those of the slim one stand in.
with_distro() {
    mkdir -p "$1/build/distro"
    cp -r "$WORK/packages" "$1/build/distro/"
}

# A system with the header of the kernel that is not patched.
with_header() {
    mkdir -p "$1/build/root/usr/include/linux" "$1/build/root/var/lib"
    cp "$WORK"/baseline/root/usr/include/linux/bpf.h "$1/build/root/usr/include/linux/"
}

# The tarball of a kernel that the archive does not know: the files that patches touch, of Linux 6.12, under another version.
with_newer() {
    local files top=$1/build/linux-6.18.2
    mapfile -t files < <(sed -nE 's,^(--- a/|Kmesh-Present-If[^ ]* )([^ ]*).*,linux-source-6.12/\2,p' "$REPOSITORY"/kernel/patches/*/*.patch | sort -u)
    tar -C "$1/build" --extract --file "$REPOSITORY/build/6.12/source/linux-source-6.12.tar.xz" linux-source-6.12/Makefile "${files[@]}"
    mv "$1/build/linux-source-6.12" "$top"
    sed -i -e 's/^PATCHLEVEL = .*/PATCHLEVEL = 18/' -e 's/^SUBLEVEL = .*/SUBLEVEL = 2/' "$top/Makefile"
    tar -C "$1/build" --create --xz --file "$1/linux-6.18.2.tar.xz" linux-6.18.2
    (cd "$1" && sha256sum linux-6.18.2.tar.xz > sha256sums.asc)
    rm -r "$top"
}

# A spec beside its sources, and the patches for it.
with_spec() {
    mkdir -p "$1/SPECS" "$1/SOURCES"
    cp "$WORK"/package/rpmbuild/SPECS/kernel.spec "$1/SPECS/"
    cp "$WORK"/package/rpmbuild/SOURCES/* "$1/SOURCES/"
    cp "$REPOSITORY"/kernel/patches/5.10.0/0001-*.patch "$1/SOURCES/0001-fix.patch"
    cp "$REPOSITORY"/kernel/patches/5.10.0/bpf-*.patch "$1/SOURCES/0002-more.patch"
}

# A distribution's source package, and the key that signs it: the kit's own, signed by a vendor.
with_package() {
    local home=$scratch/gnupg
    local rpm=$1/kernel-5.10.0-153.12.0.92.oe2203sp2.src.rpm
    mkdir -m 700 "$home"
    GNUPGHOME=$home gpg --batch --quiet --passphrase '' --quick-generate-key 'vendor <vendor@kmesh.test>' rsa2048 sign never
    GNUPGHOME=$home gpg --batch --armor --export vendor@kmesh.test > "$1/RPM-GPG-KEY-openEuler"
    cp "$WORK"/package/rpmbuild/SRPMS/*.src.rpm "$rpm"
    GNUPGHOME=$home rpmsign --define '__gpg /usr/bin/gpg' --define '_gpg_name vendor@kmesh.test' --define "_dbpath $scratch/rpmdb" \
        --addsign "$rpm" > "$scratch/log" 2>&1 || fail "$(cat "$scratch/log")"
    GNUPGHOME=$home gpgconf --kill all
    rm -r "$home"
}

# A program that uses the kernel's header.
with_program() {
    # shellcheck disable=SC2016
    printf '%s\n' '#include <linux/bpf.h>' 'int main(void) { return BPF_MAP_TYPE_UNSPEC; }' > "$1/program.c"
}

# A commit of all this, to which `git checkout` goes back.
with_history() {
    git -C "$1" init --quiet
    git -C "$1" add --all
    git -C "$1" -c user.name=n -c user.email=e commit --quiet --message 'as it was'
}
