# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced after lib.sh by the scripts about source packages: a distribution's source package with two patches of its own, and
# keys that sign it.

# distribution_package : $T/kernel.src.rpm, unsigned: the fake kernel with the kit's own spec, to which the distribution has
# added two patches in its manner. The first makes room, the second is our first one.
distribution_package() {
    fake_kernel
    build --until stage
    expect_exit 0
    local top=$T/distribution tree=$T/linux-5.10.999
    rm -rf "$top"
    mkdir -p "$top"/{SOURCES,SPECS}
    rpm2cpio "$W"/package/rpmbuild/SRPMS/*.src.rpm | (cd "$top/SOURCES" && cpio -id --quiet)
    mv "$top/SOURCES/kernel.spec" "$top/SPECS/"
    # a line more on top of a file that both of ours touch, so that all of ours is moved by one
    cp -r "$tree" "$T/moved"
    sed -i '1i /* a line of the distribution */' "$T/moved/include/trace/bpf_probe.h"
    (cd "$T" && diff -u linux-5.10.999/include/trace/bpf_probe.h moved/include/trace/bpf_probe.h) \
        > "$top/SOURCES/distribution.patch" || true
    cp "$SERIES/$FIRST" "$top/SOURCES/already.patch"
    sed -i -e 's/^Source11:.*/&\nPatch1: distribution.patch\nPatch2: already.patch/' \
        -e "s/^# The distribution's patches are applied here.*/%patch1 -p1\n%patch2 -p1/" "$top/SPECS/kernel.spec"
    pack_distribution
    rm -rf "$W"
}

# pack_distribution : the source package of what $T/distribution has
pack_distribution() {
    rm -rf "$T/distribution/SRPMS"
    rpmbuild --define "_topdir $T/distribution" --define "_dbpath $T/rpmdb" -bs "$T/distribution/SPECS/kernel.spec" \
        > "$T/rpmbuild.log" 2>&1 || fail "$(cat "$T/rpmbuild.log")"
    cp "$T"/distribution/SRPMS/*.src.rpm "$T/kernel.src.rpm"
}

# make_key NAME [EXPIRES] : a key that signs, its public half in $T/NAME.asc
make_key() {
    export GNUPGHOME=$T/gnupg
    mkdir -p "$GNUPGHOME" && chmod 700 "$GNUPGHOME"
    at_end "gpgconf --homedir $GNUPGHOME --kill all"
    gpg --batch --quiet --passphrase '' --quick-generate-key "$1 <$1@kmesh.test>" rsa2048 sign "${2:-never}" 2> "$T/gpg.log" ||
        fail "$(cat "$T/gpg.log")"
    gpg --batch --armor --export "$1@kmesh.test" > "$T/$1.asc"
}

# sign NAME FILE
sign() {
    rpmsign --define "__gpg /usr/bin/gpg" --define "_gpg_name $1@kmesh.test" --define "_dbpath $T/rpmdb" --addsign "$2" > "$T/sign.log" 2>&1 ||
        fail "$(cat "$T/sign.log")"
}

# make_host : a host of this one's files with $T/etc and $T/var in place of its own. `at_host` runs a command there; on_host
# builds from $T/kernel.src.rpm there, up to the source.
make_host() {
    cat > "$T/on-host" << END
#!/bin/bash
set -e
mount --bind /tmp /tmp
mount --bind "$T" "$T"
mount --bind "$T/etc" /etc
mount --bind "$T/var" /var
mount -o remount,bind,ro /
exec "\$@"
END
    chmod +x "$T/on-host"
    at_host=(unshare --user --map-root-user --mount "$T/on-host")
}
on_host() {
    run_as "${at_host[@]}" "$KMESH" build --work "$W" --series "$SERIES" --srpm "$T/kernel.src.rpm" --no-verify --until baseline "$@"
}
