# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034 # commands are for the sandbox to expand; lib.sh reads the variables
: "${here:?the folder of capture.sh}"
# Failures of rpmbuild around the kernel: requirements, sources, patches, the spec, and what is packed.

# small_spec [BUILD [PREP [HEADER [INSTALL [FILES]]]]] : SPECS/small.spec, with its tarball.
small_spec() {
    local top=$SCENE/kmesh/rpmbuild
    local install='install -D small %{buildroot}/usr/bin/small'
    bash_is_sh
    printf '%s\n' '%_topdir /kmesh/rpmbuild' '%_dbpath /kmesh/rpmdb' '%_buildhost kmesh' > "$SCENE/kmesh/home/.rpmmacros"
    mkdir -p "$SCENE/kmesh/small-1"
    printf '%s\n' '#include <stdio.h>' '' 'int main(void)' '{' '	puts("small");' '	return 0;' '}' > "$SCENE/kmesh/small-1/small.c"
    tar -C "$SCENE/kmesh" --owner=0 --group=0 -czf "$top/SOURCES/small-1.tar.gz" small-1
    rm -r "$SCENE/kmesh/small-1"
    cat > "$top/SPECS/small.spec" <<SPEC
Name:           small
Version:        1
Release:        1
Summary:        A small package
License:        GPL-2.0-only
Source0:        small-1.tar.gz
${3-}

%description
A small package.

%prep
%setup -q
${2-}

%build
${1:-gcc -g -O2 -o small small.c}

%install
${4-$install}

%files
${5-/usr/bin/small}

%changelog
* Thu Jan 01 2026 Kmesh developers - 1-1
- A small package.
SPEC
}

# small_patch [LINE] : SOURCES/small.patch, against a line that is there unless LINE says otherwise.
small_patch() {
    cat > "$SCENE/kmesh/rpmbuild/SOURCES/small.patch" <<PATCH
From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001
From: Kmesh developers <kmesh@example.com>
Date: Thu, 1 Jan 2026 00:00:00 +0000
Subject: [PATCH] small: say more

Small says little.

---
 small.c | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

diff --git a/small.c b/small.c
index 0123456..89abcde 100644
--- a/small.c
+++ b/small.c
@@ -2,6 +2,6 @@
 
 int main(void)
 {
-	puts("${1-small}");
+	puts("larger");
 	return 0;
 }
-- 
2.39.5
PATCH
}

fail_build_requires() {
    nowhere
    small_spec '' '' 'BuildRequires: bc bison dwarves elfutils-libelf-devel openssl-devel rsync perl(ExtUtils::Embed) kernel-rpm-macros >= 185-9'
    record 'rpmbuild -bb SPECS/small.spec'
    says 'error: Failed build dependencies:'
}

fail_patch_rejected() {
    nowhere
    small_patch tall
    small_spec '' '%patch0 -p1' 'Patch0: small.patch'
    record 'rpmbuild -bp SPECS/small.spec'
    says 'Hunk #1 FAILED'
}

# The patch fits with fuzz, which rpm does not allow.
fail_patch_fuzz() {
    nowhere
    small_patch
    sed -i 's/^ int main(void)/ int main()/' "$SCENE/kmesh/rpmbuild/SOURCES/small.patch"
    small_spec '' '%patch0 -p1' 'Patch0: small.patch'
    record 'rpmbuild -bp SPECS/small.spec'
    says 'Hunk #1 FAILED'
}

fail_patch_file_not_found() {
    nowhere
    small_patch
    small_spec '' '%patch0 -p0' 'Patch0: small.patch'
    record 'rpmbuild -bp SPECS/small.spec'
    says "can't find file to patch"
}

fail_patch_twice() {
    nowhere
    small_patch
    small_spec '' '%patch0 -p1
patch -p1 --forward --fuzz=0 -i %{PATCH0}' 'Patch0: small.patch'
    record 'rpmbuild -bp SPECS/small.spec'
    says 'previously applied'
}

fail_patch_malformed() {
    nowhere
    small_patch
    sed -i '/return 0/d' "$SCENE/kmesh/rpmbuild/SOURCES/small.patch"
    small_spec '' '%patch0 -p1' 'Patch0: small.patch'
    record 'rpmbuild -bp SPECS/small.spec'
    says 'malformed patch'
}

fail_patch_missing() {
    nowhere
    small_spec '' '%patch0 -p1' 'Patch0: small.patch'
    record 'rpmbuild -bp SPECS/small.spec'
    says 'small.patch: No such file'
}

fail_source_missing() {
    nowhere
    small_spec
    rm "$SCENE/kmesh/rpmbuild/SOURCES/small-1.tar.gz"
    record 'rpmbuild -bp SPECS/small.spec'
    says 'small-1.tar.gz: No such file'
}

# A source package is asked for: rpm looks for all its files itself.
fail_source_missing_bs() {
    nowhere
    small_spec '' '' 'Source1: Module.kabi_x86_64
Patch0: small.patch'
    record 'rpmbuild -bs SPECS/small.spec'
    says 'Bad (file|source)'
}

# rpm names no line, and calls it by the tag's name.
fail_spec_encoding() {
    nowhere
    small_spec
    sed -i '0,/^Summary:.*/s//Summary: caf\xe9/' "$SCENE/kmesh/rpmbuild/SPECS/small.spec"
    record 'rpmbuild -bp SPECS/small.spec'
    says 'invalid utf-8 encoding'
}

fail_source_damaged() {
    nowhere
    small_spec
    truncate -s 100 "$SCENE/kmesh/rpmbuild/SOURCES/small-1.tar.gz"
    record 'rpmbuild -bp SPECS/small.spec'
    says 'gzip|tar'
}

fail_source_damaged_xz() {
    nowhere
    small_spec
    sed -i 's/small-1.tar.gz/small-1.tar.xz/' "$SCENE/kmesh/rpmbuild/SPECS/small.spec"
    gzip -dc "$SCENE/kmesh/rpmbuild/SOURCES/small-1.tar.gz" | xz > "$SCENE/kmesh/rpmbuild/SOURCES/small-1.tar.xz"
    truncate -s 150 "$SCENE/kmesh/rpmbuild/SOURCES/small-1.tar.xz"
    [ "$(gzip -dc "$SCENE/kmesh/rpmbuild/SOURCES/small-1.tar.gz" | xz | wc -c)" -gt 150 ] || die "too small to be cut"
    record 'rpmbuild -bp SPECS/small.spec'
    says 'xz'
}

# The tarball's top folder is another than %setup thinks.
fail_source_top() {
    nowhere
    small_spec
    sed -i 's/^%setup -q/%setup -q -n linux-5.10/' "$SCENE/kmesh/rpmbuild/SPECS/small.spec"
    record 'rpmbuild -bp SPECS/small.spec'
    says 'cd: .*linux-5.10'
}

GIT='git init -q
git add .
git -c user.name=kmesh -c user.email=kmesh@example.com commit -qm base'

fail_git_am_conflict() {
    nowhere
    small_patch tall
    small_spec '' "$GIT
git -c user.name=kmesh -c user.email=kmesh@example.com am %{PATCH0}" 'Patch0: small.patch'
    record 'rpmbuild -bp SPECS/small.spec'
    says 'patch does not apply'
}

fail_git_identity() {
    nowhere
    small_patch
    small_spec '' "$GIT
git am %{PATCH0}" 'Patch0: small.patch'
    record 'rpmbuild -bp SPECS/small.spec'
    says 'tell me who you are'
}

fail_git_apply() {
    nowhere
    small_patch tall
    small_spec '' 'git apply %{PATCH0}' 'Patch0: small.patch'
    record 'rpmbuild -bp SPECS/small.spec'
    says 'patch does not apply'
}

fail_unpackaged_files() {
    nowhere
    small_spec '' '' '' 'install -D small %{buildroot}/usr/bin/small
install -D -m 644 small.c %{buildroot}/usr/share/small/small.c'
    record 'rpmbuild -bb SPECS/small.spec'
    says 'Installed \(but unpackaged\) file'
}

fail_files_missing() {
    nowhere
    small_spec '' '' '' 'install -D small %{buildroot}/usr/bin/small' '/usr/bin/small
/lib/modules/5.10.0/modules.builtin.modinfo'
    record 'rpmbuild -bb SPECS/small.spec'
    says 'File not found'
}

fail_spec_unclosed_if() {
    nowhere
    small_spec
    sed -i '/^%prep/i %if 1' "$SCENE/kmesh/rpmbuild/SPECS/small.spec"
    record 'rpmbuild -bp SPECS/small.spec'
    says '^error: .*(if|Unclosed)'
}

fail_spec_parse() {
    nowhere
    small_spec
    sed -i 's/^License:.*/Licence: GPL/' "$SCENE/kmesh/rpmbuild/SPECS/small.spec"
    record 'rpmbuild -bp SPECS/small.spec'
    says '^error: line [0-9]+:'
}

fail_spec_condition() {
    nowhere
    small_spec
    sed -i '/^%prep/i %if %{with_kabichk} == yes\n%endif' "$SCENE/kmesh/rpmbuild/SPECS/small.spec"
    record 'rpmbuild -bp SPECS/small.spec'
    says '^error:'
}

# A distribution's macro that is not on this machine.
fail_spec_macro() {
    nowhere
    small_spec '' '%autopatch_kernel 1'
    record 'rpmbuild -bp SPECS/small.spec'
    says 'autopatch_kernel'
}

fail_spec_macro_unterminated() {
    nowhere
    small_spec
    sed -i '1i %define kversion %{version' "$SCENE/kmesh/rpmbuild/SPECS/small.spec"
    record 'rpmbuild -bp SPECS/small.spec'
    says '^error:'
}

fail_architecture() {
    nowhere
    small_spec '' '' 'ExclusiveArch: aarch64 ppc64le'
    record 'rpmbuild -bp SPECS/small.spec'
    says 'Architecture is not included'
}

fail_build_id_missing() {
    nowhere
    small_spec 'gcc -g -O2 -Wl,--build-id=none -o small small.c' '' '%global _missing_build_ids_terminate_build 1
%global __debug_install_post find-debuginfo --strict-build-id %{_builddir}/%{name}-%{version}
%global __os_install_post %{__debug_install_post}'
    record 'rpmbuild -bb SPECS/small.spec'
    says 'ERROR.*build ID'
}

fail_debug_files_empty() {
    nowhere
    small_spec 'cp /usr/bin/true small' '' '%global __os_install_post find-debuginfo %{_builddir}/%{name}-%{version}' \
        'install -D small %{buildroot}/usr/bin/small' '/usr/bin/small
%files debug -f debugfiles.list'
    sed -i '/^%prep/i %package debug\nSummary: Debug information\n\n%description debug\nDebug information.\n' \
        "$SCENE/kmesh/rpmbuild/SPECS/small.spec"
    record 'rpmbuild -bb SPECS/small.spec'
    says 'Empty %files file'
}

fail_buildroot_in_files() {
    nowhere
    small_spec 'echo "%{buildroot}/usr/lib" > small' '' '%global __os_install_post /usr/lib/rpm/check-buildroot'
    record 'rpmbuild -bb SPECS/small.spec'
    says 'Found .* in installed files; aborting'
}

fail_build_command() {
    nowhere
    small_spec 'make kernel'
    record 'rpmbuild -bc SPECS/small.spec'
    says 'Bad exit status'
}
