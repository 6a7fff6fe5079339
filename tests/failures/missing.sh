# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034 # commands are for the sandbox to expand; lib.sh reads the variables
: "${here:?the folder of capture.sh}"
# Failures of a machine where a program, a header or a library is not installed.

fail_flex_missing() {
    on 5.10 source
    hide bin/flex 'bin/flex++' bin/lex
    bash_is_sh
    record 'make tinyconfig'
    says 'flex: command not found'
}

fail_flex_missing_dash() {
    on 5.10 source
    hide bin/flex 'bin/flex++' bin/lex
    record 'make tinyconfig'
    says 'flex: not found'
}

fail_bison_missing() {
    on 5.10 source
    hide bin/bison bin/yacc bin/bison.yacc
    bash_is_sh
    record 'make tinyconfig'
    says 'bison: command not found'
}

fail_bison_missing_dash() {
    on 5.10 source
    hide bin/bison bin/yacc bin/bison.yacc
    record 'make tinyconfig'
    says 'bison: not found'
}

fail_m4_missing() {
    on 5.10 source
    hide bin/m4
    record 'make tinyconfig'
    says 'm4'
}

fail_compiler_missing() {
    on 5.10 source
    hide 'bin/gcc*' 'bin/*-gcc*' bin/cc bin/c89 bin/c99
    bash_is_sh
    record 'make tinyconfig'
    says 'gcc: command not found'
}

fail_compiler_missing_dash() {
    on 5.10 source
    hide 'bin/gcc*' 'bin/*-gcc*' bin/cc bin/c89 bin/c99
    record 'make tinyconfig'
    says 'gcc: not found'
}

fail_compiler_missing_6_12() {
    on 6.12 source
    hide 'bin/gcc*' 'bin/*-gcc*' bin/cc bin/c89 bin/c99
    bash_is_sh
    record 'make tinyconfig'
    says 'gcc'
}

# The compiler of another architecture.
fail_cross_compiler_missing() {
    on 5.10 source
    bash_is_sh
    DOCTOR='--cc aarch64-linux-gnu-gcc'
    record 'make ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- tinyconfig prepare'
    says 'aarch64-linux-gnu-gcc'
}

fail_cross_compiler_missing_6_12() {
    on 6.12 source
    bash_is_sh
    DOCTOR='--cc aarch64-linux-gnu-gcc'
    record 'make ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- tinyconfig'
    says 'aarch64-linux-gnu-gcc'
}

fail_cross_compiler_not_told() {
    on 5.10 source
    quietly 'make ARCH=arm64 tinyconfig'
    record 'make ARCH=arm64 prepare'
    says 'unrecognized'
}

fail_linker_missing() {
    on 5.10 source
    hide bin/ld 'bin/ld.*' 'bin/*-ld' 'bin/*-ld.*' bin/gold bin/dwp
    bash_is_sh
    record 'make tinyconfig'
}

fail_libc_headers_missing() {
    on 5.10 source
    hide include/stdlib.h include/stdio.h include/x86_64-linux-gnu/sys
    record 'make tinyconfig'
    says 'fatal error: .*: No such file or directory'
}

fail_make_missing() {
    nowhere
    hide bin/make bin/gmake
    small_spec 'make -s kernelversion'
    record 'rpmbuild -bc SPECS/small.spec'
    says 'make: .*not found'
}

fail_bc_missing() {
    on 5.10 prepared
    rm "$SCENE/tree/include/generated/timeconst.h"
    hide bin/bc
    bash_is_sh
    record 'make prepare'
    says 'bc: command not found'
}

fail_bc_missing_dash() {
    on 5.10 prepared
    rm "$SCENE/tree/include/generated/timeconst.h"
    hide bin/bc
    record 'make prepare'
    says 'bc: not found'
}

fail_bc_missing_6_12() {
    on 6.12 configured
    hide bin/bc
    bash_is_sh
    record 'make prepare'
    says 'bc: command not found'
}

fail_perl_missing() {
    on 5.10 prepared
    quietly 'scripts/config -e KEYS -e ASYMMETRIC_KEY_TYPE -e ASYMMETRIC_PUBLIC_KEY_SUBTYPE -e X509_CERTIFICATE_PARSER && make olddefconfig prepare &&
        grep OID_REGISTRY=y .config'
    hide bin/perl 'bin/perl5*'
    bash_is_sh
    record 'make lib/oid_registry.o'
    says 'perl'
}

fail_awk_missing() {
    on 5.10 prepared
    quietly 'rm $(find tools/objtool -name inat-tables.c)'
    hide bin/awk bin/gawk bin/mawk
    bash_is_sh
    record 'make prepare'
    says 'awk: command not found'
}

fail_python_missing() {
    on 5.10 prepared
    quietly 'rm $(find tools/bpf/resolve_btfids -name bpf_helper_defs.h) $(find tools/bpf/resolve_btfids -name libbpf.a)'
    hide 'bin/python*'
    record 'make prepare'
    says 'python3.*No such file'
}

fail_python_missing_6_1() {
    on 6.1 configured
    hide 'bin/python*'
    record 'make tools/bpf/resolve_btfids'
    says 'python3.*No such file'
}

fail_libelf_missing() {
    on 5.10 configured
    hide include/libelf.h include/gelf.h include/nlist.h 'lib/x86_64-linux-gnu/libelf.so' 'lib/x86_64-linux-gnu/libelf.a' \
        'lib/x86_64-linux-gnu/pkgconfig/libelf.pc'
    record 'make prepare'
    says 'libelf'
}

fail_libelf_missing_6_1() {
    on 6.1 configured
    hide include/libelf.h include/gelf.h include/nlist.h 'lib/x86_64-linux-gnu/libelf.so' 'lib/x86_64-linux-gnu/libelf.a' \
        'lib/x86_64-linux-gnu/pkgconfig/libelf.pc'
    record 'make tools/objtool'
    says 'libelf|gelf'
}

fail_libelf_missing_6_12() {
    on 6.12 configured
    hide include/libelf.h include/gelf.h include/nlist.h 'lib/x86_64-linux-gnu/libelf.so' 'lib/x86_64-linux-gnu/libelf.a' \
        'lib/x86_64-linux-gnu/pkgconfig/libelf.pc'
    record 'make tools/objtool'
    says 'libelf|gelf'
}

# The library is there, as other programs need it, and the headers are not.
fail_libelf_headers_missing() {
    on 5.10 prepared
    quietly 'rm tools/objtool/*.o tools/objtool/objtool'
    hide include/libelf.h include/gelf.h include/nlist.h
    record 'make prepare'
    says 'fatal error: (gelf|libelf).h'
}

# libelf's development files are there; libz's are not.
fail_zlib_missing() {
    on 5.10 prepared
    quietly 'rm tools/bpf/resolve_btfids/resolve_btfids'
    hide include/zlib.h 'lib/x86_64-linux-gnu/libz.so' 'lib/x86_64-linux-gnu/libz.a'
    record 'make prepare'
    says 'cannot find -lz'
}

# signed KEY TRUSTED : modules get a signature; which files the configuration names for it.
signed() {
    quietly "scripts/config -e KEYS -e MODULE_SIG -e MODULE_SIG_ALL -e MODULE_SIG_SHA256 -e SYSTEM_TRUSTED_KEYRING \
        --set-str MODULE_SIG_KEY '$1' --set-str SYSTEM_TRUSTED_KEYS '$2' && make olddefconfig &&
        grep CONFIG_MODULE_SIG=y .config"
}

fail_openssl_headers_missing() {
    on 5.10 prepared
    signed certs/signing_key.pem ''
    hide include/openssl 'include/x86_64-linux-gnu/openssl'
    record 'make scripts'
    says 'fatal error: openssl/.*: No such file'
}

fail_openssl_headers_missing_6_12() {
    on 6.12 configured
    signed certs/signing_key.pem ''
    hide include/openssl 'include/x86_64-linux-gnu/openssl'
    record 'make scripts'
    says 'fatal error: openssl/.*: No such file'
}

fail_openssl_program_missing() {
    on 5.10 prepared
    signed certs/signing_key.pem ''
    quietly 'make prepare scripts'
    hide bin/openssl
    bash_is_sh
    record 'make certs/'
    says 'openssl: command not found'
}

fail_ncurses_missing() {
    on 5.10 source
    hide 'include/*curses*' 'lib/x86_64-linux-gnu/libncurses*.so' 'lib/x86_64-linux-gnu/pkgconfig/ncurses*'
    record 'make menuconfig'
    says 'ncurses'
}

fail_rsync_missing() {
    on 5.10 prepared
    hide bin/rsync
    bash_is_sh
    record 'make INSTALL_HDR_PATH=/tmp/headers headers_install'
    says 'rsync: command not found'
}

fail_cpio_missing() {
    on 5.10 prepared
    quietly 'scripts/config -e IKHEADERS && make olddefconfig && make prepare'
    hide bin/cpio
    bash_is_sh
    record 'make kernel/kheaders.o'
    # Its script sends what the shell says to /dev/null.
    says 'kheaders_data.tar.xz. Error 127'
}

fail_xz_missing() {
    on 5.10 prepared
    quietly 'scripts/config -e IKHEADERS && make olddefconfig && make prepare'
    hide bin/xz
    record 'make kernel/kheaders.o'
    says 'xz: not found'
}

# The kernel's own compression; a file stands in for the 10 MB it is used on.
compression() { # OPTION SUFFIX PROGRAM
    on 5.10 prepared
    quietly "scripts/config -d KERNEL_GZIP -e KERNEL_$1 && make olddefconfig prepare && mkdir -p arch/x86/boot/compressed &&
        cp .config arch/x86/boot/compressed/vmlinux.bin"
    ! compgen -G "$SCENE/usr/bin/$3" > /dev/null || hide "bin/$3" # not everybody has lzop
    bash_is_sh
    # What the file is made of is there, and is not to be made anew.
    part arch/x86/boot/compressed "vmlinux.bin.$2" -o arch/x86/boot/compressed/vmlinux.bin
    record 'make part'
}

fail_lz4_missing() { compression LZ4 lz4 'lz4*'; says 'lz4c?: command not found'; }
fail_zstd_missing() { compression ZSTD zst 'zstd*'; says 'zstd: command not found'; }
fail_lzop_missing() { compression LZO lzo 'lzop'; says 'lzop: command not found'; }

fail_gcc_plugin_headers_missing() {
    on 5.10 prepared
    quietly 'scripts/config -e GCC_PLUGINS -e GCC_PLUGIN_LATENT_ENTROPY && make olddefconfig syncconfig && grep GCC_PLUGINS=y .config'
    # Kconfig would leave the plugins out; these were chosen when the headers were there.
    hide 'lib/gcc/x86_64-linux-gnu/*/plugin'
    record 'make scripts'
    says 'fatal error: bversion.h'
}

fail_depmod_missing() {
    on 5.10 prepared
    hide sbin/depmod bin/kmod
    quietly 'make modules_prepare && touch modules.order modules.builtin modules.builtin.modinfo && echo "ffffffff81000000 T _text" > System.map'
    record 'make INSTALL_MOD_PATH=/tmp/modules modules_install && ls /tmp/modules/lib/modules/*/modules.dep'
    says 'depmod'
}

fail_depmod_missing_6_12() {
    on 6.12 configured
    hide sbin/depmod bin/kmod
    quietly 'touch modules.order modules.builtin modules.builtin.modinfo && echo "ffffffff81000000 T _text" > System.map'
    record 'make include/config/kernel.release && make INSTALL_MOD_PATH=/tmp/modules modules_install &&
        ls /tmp/modules/lib/modules/*/modules.dep'
    says 'depmod'
}

fail_git_missing() {
    nowhere
    hide bin/git
    small_spec '' 'git init -q'
    record 'rpmbuild -bp SPECS/small.spec'
    says 'git: .*not found'
}

fail_git_missing_dash() {
    nowhere
    hide bin/git
    small_spec '' 'git init -q'
    ln -sf dash "$SCENE/usr/bin/sh"
    record 'rpmbuild -bp SPECS/small.spec'
    says 'git: not found'
}

fail_patch_program_missing() {
    nowhere
    hide bin/patch
    small_patch
    small_spec '' '%patch0 -p1' 'Patch0: small.patch'
    record 'rpmbuild -bp SPECS/small.spec'
    says 'patch'
}
