#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What kbuild draws by lot, on the real 5.10 with as little in it as can be: with RANDSTRUCT and with modules that are signed
# two builds in different folders are the same in diffoscope's eyes, too. With a key that each build makes they are not.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"

tree=$scratch/tree
mkdir "$tree"
tar -C "$tree" --extract --strip-components=1 --file "$(echo "$WORK"/source/linux-source-5.10.tar.xz)"
make -s -C "$tree" tinyconfig
"$tree/scripts/config" --file "$tree/.config" -e 64BIT -e PRINTK -e MODULES -m LIBCRC32C -e GCC_PLUGINS \
    -e GCC_PLUGIN_RANDSTRUCT -d GCC_PLUGIN_RANDSTRUCT_PERFORMANCE -e MODULE_SIG -e MODULE_SIG_ALL -e MODULE_SIG_SHA256 \
    --set-str MODULE_SIG_HASH sha256
make -s -C "$tree" olddefconfig
for line in CONFIG_GCC_PLUGIN_RANDSTRUCT=y CONFIG_MODULE_SIG=y CONFIG_LIBCRC32C=m; do
    grep -qx "$line" "$tree/.config" || fail "the configuration lost $line"
done
mv "$tree/.config" "$scratch/config"
rm -rf "$tree"
openssl req -new -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=modules/ -keyout "$scratch/key.pem" -out "$scratch/cert.pem" \
    2> "$scratch/log" || fail "$(cat "$scratch/log")"
cat "$scratch/cert.pem" >> "$scratch/key.pem"

# made NAME OPTION... : builds, and lays the kernel and its modules into $scratch/NAME
made() {
    local name=$1 tree
    shift
    CCACHE_DISABLE=1 build_same --config "$scratch/config" --output image --until build --work "$scratch/work-$name" "$@" \
        > "$scratch/log" 2>&1 || fail "$(tail -n 30 "$scratch/log")"
    tree=$scratch/work-$name/enhanced/tree
    mkdir "$scratch/$name"
    cp "$tree/vmlinux" "$tree/arch/x86/boot/bzImage" "$scratch/$name/"
    # it is here that modules are signed
    make -s -C "$tree" modules_install DEPMOD=true INSTALL_MOD_PATH="$scratch/$name" > "$scratch/log" 2>&1 ||
        fail "$(tail -n 30 "$scratch/log")"
    rm -f "$scratch/$name"/lib/modules/*/{build,source}
    tail -c 28 "$scratch/$name"/lib/modules/*/kernel/lib/libcrc32c.ko | grep -q 'Module signature appended' ||
        fail "the module is not signed"
}
made one --signing-key "$scratch/key.pem"
made two --signing-key "$scratch/key.pem"
expect '[.warnings[] | select(contains("another build"))] | length' 0 "$scratch/work-one/report.json"
diffoscope --exclude-directory-metadata=recursive "$scratch/one" "$scratch/two" > "$scratch/differs" || fail "two builds differ: $(head -n 40 "$scratch/differs")"

rm -rf "$scratch/work-two"
made three
expect '[.warnings[] | select(contains("--signing-key FILE"))] | length' 1 "$scratch/work-three/report.json"
if diffoscope --exclude-directory-metadata=recursive --max-container-depth 1 "$scratch/one/lib" "$scratch/three/lib" > "$scratch/differs"; then
    fail "another key signs the same bytes"
fi
grep -q libcrc32c.ko "$scratch/differs" || fail "what differs is not the module: $(head -n 40 "$scratch/differs")"
