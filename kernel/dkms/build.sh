#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What DKMS runs beside the module's sources: builds kmesh.ko with its BTF, and refuses to leave one that could not arm.
#   build.sh ask RELEASE KDIR MODULES     says why this kernel cannot have it; else nothing
#   build.sh build RELEASE KDIR MODULES   KDIR: the kernel's headers. MODULES: where lib/modules is
#   build.sh clean
#
# Connect programs find kmesh_arm() by the module's BTF, which is written against the kernel's. A kernel's makefiles leave
# it out without an error where the headers have no vmlinux; then it is made here, against the kernel's own.
set -eu

say() { echo "kmesh: $*" >&2; }
refuse() {
    say "$1"
    [ $# -lt 2 ] || say "$2"
    exit 1
}

has_btf() { [ -n "$(objdump -h -j .BTF "$1" 2>/dev/null | grep -w .BTF)" ]; }

# What can be known before anything is built.
ask() {
    config=$kdir/.config
    [ -e "$config" ] || refuse "$kdir has no .config: these are no headers of a kernel" "install the headers of $release"
    for option in BPF_SYSCALL CGROUP_BPF DEBUG_INFO_BTF_MODULES; do
        grep -qx "CONFIG_$option=y" "$config" ||
            refuse "the kernel $release is built without CONFIG_$option, so that no program could arm a socket" \
                "take a kernel that has it, or the kernel and the module that kmesh-kernel builds"
    done
    resolve=$kdir/tools/bpf/resolve_btfids/resolve_btfids
    [ -x "$resolve" ] || refuse "the headers of $release have no tools/bpf/resolve_btfids, without which the ids in a module's \
BTF stay empty" "install newer headers; Debian's have it from 6.12.16 on"
    command -v pahole > /dev/null || refuse "pahole is not installed, and it writes the module's BTF" "install dwarves"
}

number_at() { od -An "-t$3" -j "$2" -N "${3#u}" "$1" | tr -d ' '; }

# The compressed kernel in an image, by the boot protocol (2.08), and what is compressed by its first bytes. All but gzip
# have their length in four bytes behind them.
unpacked_image() (
    [ "$(tail -c +515 "$1" | head -c 4)" = HdrS ] || { echo "this is no bzImage" >&2; exit 1; }
    sectors=$(number_at "$1" 497 u1)
    [ "$sectors" != 0 ] || sectors=4
    at=$(((sectors + 1) * 512 + $(number_at "$1" 584 u4)))
    len=$(number_at "$1" 588 u4)
    payload() { tail -c +$((at + 1)) "$1" | head -c $((len - $2)); }
    case $(od -An -tx1 -j "$at" -N 4 "$1" | tr -d ' ') in
    1f8b*) payload "$1" 0 | gzip -dc ;;
    fd377a58) payload "$1" 4 | xz -dc ;;
    28b52ffd) payload "$1" 4 | zstd -dc ;;
    02214c18) payload "$1" 4 | lz4 -dc ;;
    *) echo "its compression is not known here" >&2; exit 1 ;;
    esac
)

# own.btf: what the kernel itself says: its image, for that is what the module meets at the next boot; else the kernel that
# runs. Nothing where there is neither.
find_own_btf() {
    rm -f own.btf
    for image in "/boot/vmlinuz-$release" "$modules/$release/vmlinuz"; do
        [ -r "$image" ] || continue
        if unpacked_image "$image" > image.elf 2> image.txt && objcopy --dump-section .BTF=own.btf image.elf /dev/null; then
            rm -f image.elf image.txt
            return
        fi
        say "$image cannot be unpacked: $(tail -n 1 image.txt)"
        rm -f image.elf image.txt own.btf
    done
    if [ "$(uname -r)" = "$release" ] && [ -r /sys/kernel/btf/vmlinux ]; then
        cat /sys/kernel/btf/vmlinux > own.btf
    fi
}

# base.btf: what the module's is written against. The headers' must be the kernel's.
find_base() {
    rm -f base.btf
    find_own_btf
    if [ -e "$kdir/vmlinux" ] && has_btf "$kdir/vmlinux"; then
        objcopy --dump-section .BTF=base.btf "$kdir/vmlinux" /dev/null
        if [ ! -e own.btf ]; then
            say "neither does $release run nor is its image here: that $kdir/vmlinux is of it is taken on trust"
        elif ! cmp -s own.btf base.btf; then
            refuse "the BTF in $kdir/vmlinux is not that of the kernel $release: a module built with it could not arm" \
                "install the headers and the kernel in one version"
        fi
    elif [ -e own.btf ]; then
        cp own.btf base.btf
    else
        refuse "there is no BTF of the kernel $release: its headers have no vmlinux, it does not run, and its image is not here" \
            "install its image, or build while it runs"
    fi
}

# How this kernel wants pahole to be called: its makefiles know.
pahole_flags() {
    rm -rf flags
    mkdir flags
    # shellcheck disable=SC2016 # make's
    echo '$(file >$(src)/flags,$(PAHOLE_FLAGS) $(MODULE_PAHOLE_FLAGS))' > flags/Kbuild
    make -s -C "$kdir" M="$PWD/flags" modules > flags/log 2>&1 || true
    [ -e flags/flags ] || { cat flags/log >&2; refuse "the makefiles of $kdir do not say how they call pahole"; }
    cat flags/flags
}

build() {
    ask
    find_base
    make -C "$kdir" M="$PWD" ${CC:+CC="$CC"} modules
    if ! has_btf kmesh.ko; then
        say "the headers have no vmlinux: the module's BTF is made here, against the kernel's own"
        flags=$(pahole_flags)
        # shellcheck disable=SC2086 # the flags are words
        if ! LLVM_OBJCOPY=objcopy pahole -J $flags --btf_base base.btf kmesh.ko || ! has_btf kmesh.ko; then
            refuse "pahole $(pahole --version) wrote no BTF into kmesh.ko"
        fi
        "$resolve" -b base.btf kmesh.ko || refuse "$resolve could not resolve the ids in the module's BTF"
    fi
    ${CC:-cc} -O1 -o btf_check btf_check.c ||
        refuse "the check of the module's BTF cannot be compiled" "install libc6-dev, or glibc-devel and kernel-headers"
    ./btf_check kmesh.ko base.btf || refuse "a module in this state loads, and no program could arm a socket with it"
}

clean() {
    rm -rf ./*.o ./.*.cmd ./*.mod ./*.mod.c ./*.ko ./*.btf Module.symvers modules.order .module-common.o flags btf_check
}

verb=${1-}
case $verb:$# in
ask:4|build:4)
    release=$2 kdir=$3 modules=$4
    $verb
    ;;
clean:1) clean ;;
*)
    echo "usage: build.sh ask|build RELEASE KDIR MODULES | clean" >&2
    exit 2
    ;;
esac
