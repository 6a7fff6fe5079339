#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A kernel that kmesh.ko could not arm on is refused before anything is built, with the reason: headers and images of a few
# small files. Debian's own are tried by full/debian-image.sh.
set -euo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() {
    echo "FAILED: $*" >&2
    exit 1
}

release=6.12.0-test
kdir=$scratch/headers
modules=$scratch/modules
cp -r "$REPOSITORY/kernel/dkms" "$scratch/source"
cd "$scratch/source"

# build EXIT TEXT: what build.sh does with those headers, and what it says
build() {
    local code=0
    sh ./build.sh build "$release" "$kdir" "$modules" > "$scratch/out" 2>&1 || code=$?
    [ "$code" = "$1" ] || fail "exit code $code, expected $1: $(cat "$scratch/out")"
    grep -qF -- "$2" "$scratch/out" || fail "it does not say '$2': $(cat "$scratch/out")"
}

# with_btf FILE NAME: a program with BTF, and a struct of that name in it
with_btf() {
    echo "struct $2 { int a; } one; int main(void) { return one.a; }" > "$scratch/c.c"
    gcc -g -o "$1" "$scratch/c.c"
    LLVM_OBJCOPY=objcopy pahole -J "$1"
}

# image COMPRESSOR...: a bzImage of the kernel that has ./own as its BTF
number() { printf "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24)))"; }
image() {
    local file=$modules/$release/vmlinuz
    "$@" < "$scratch/own" > "$scratch/payload"
    [ "$1" = gzip ] || number "$(stat -c %s "$scratch/own")" >> "$scratch/payload"
    mkdir -p "${file%/*}"
    {
        head -c 497 /dev/zero
        printf '\1'
        head -c $((514 - 498)) /dev/zero
        printf HdrS
        head -c $((584 - 518)) /dev/zero
        number 16
        number "$(stat -c %s "$scratch/payload")"
        head -c $((1024 + 16 - 592)) /dev/zero
        cat "$scratch/payload"
        echo the signature of an image lies behind all of it
    } > "$file"
}

build 1 'these are no headers of a kernel'

mkdir -p "$kdir/tools/bpf/resolve_btfids"
printf 'CONFIG_%s=y\n' BPF_SYSCALL CGROUP_BPF > "$kdir/.config"
build 1 "the kernel $release is built without CONFIG_DEBUG_INFO_BTF_MODULES, so that no program could arm a socket"

echo CONFIG_DEBUG_INFO_BTF_MODULES=y >> "$kdir/.config"
build 1 'have no tools/bpf/resolve_btfids'

printf '#!/bin/sh\n' > "$kdir/tools/bpf/resolve_btfids/resolve_btfids"
chmod +x "$kdir/tools/bpf/resolve_btfids/resolve_btfids"
build 1 "there is no BTF of the kernel $release"

# from here on the build begins: the headers' own makefile says so, and makes a module without anything in it
cat > "$kdir/Makefile" <<'MAKEFILE'
modules:
	@echo reached with $(shell cmp base.btf $(WANTED) && echo the right base)
	@echo 'int kmesh;' | gcc -x c -c -o $(M)/kmesh.ko -
	@case $(M) in */flags) : > $(M)/flags ;; esac
MAKEFILE
with_btf "$scratch/own" kernel
objcopy --dump-section ".BTF=$scratch/own.btf" "$scratch/own"
export WANTED=$scratch/own.btf
sed -i "s,cmp base.btf,cmp $scratch/source/base.btf," "$kdir/Makefile"
for compressor in 'gzip -n' 'xz --check=crc32' 'zstd -q'; do
    # shellcheck disable=SC2086 # words
    image $compressor
    build 1 'reached with the right base'
    grep -qF 'made here, against the kernel' "$scratch/out" || fail "no word of the missing vmlinux"
    grep -qF 'wrote no BTF into kmesh.ko' "$scratch/out" || fail "a module without BTF was taken: $(cat "$scratch/out")"
done

# the headers' own vmlinux: the same one, another kernel's, and one that nothing speaks for or against
cp "$scratch/own" "$kdir/vmlinux"
build 1 'reached with the right base'
with_btf "$kdir/vmlinux" other
build 1 "is not that of the kernel $release"
echo no image > "$modules/$release/vmlinuz"
build 1 'taken on trust'
grep -qF 'vmlinuz cannot be unpacked' "$scratch/out" || fail "no word of the broken image"
