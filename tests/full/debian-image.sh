#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Debian's own Linux 6.12, which no patch of ours has touched, with kmesh.ko as DKMS builds it: every feature but
# sockops-reply-words, which is absent. And the kernels that must not get one are refused. The packages come from this host's
# mirrors with an apt state of their own; none is installed.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"

host=$(. /etc/os-release && echo "$VERSION_CODENAME")
suite=$host
[ "$host" != bookworm ] || suite=bookworm-backports
features='bare-tracepoint-writable connect-ulp defer-connect connect-semantics http1-head route-verdict'

# ---- Debian's packages ----

uri=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
    awk -v host="$host" '$2 == host { print $1; exit }')
[ -n "$uri" ] || fail "this host's sources name no mirror for $host"
private_apt deb "$uri" "$suite"
apt=$scratch/apt
mkdir -p "$scratch/root"
release=$(apt-cache show linux-headers-cloud-amd64 | sed -n 's/^Depends: linux-headers-\(6\.12\.[^ ,]*\).*/\1/p' | head -n 1)
[ -n "$release" ] || fail "$suite has no Linux 6.12"
base=${release%-cloud-amd64}
cd "$apt/archives"
apt-get -q download "linux-image-$release" "linux-headers-$release" "linux-headers-$base-common" "linux-kbuild-$base" \
    > "$apt/log" 2>&1 || fail "$(tail "$apt/log")"
for deb in *.deb; do dpkg-deb --extract "$deb" "$scratch/root"; done
cd "$scratch"
echo "Linux $release, from $suite"
image=$scratch/root/boot/vmlinuz-$release
headers=$scratch/root/usr/src/linux-headers-$release
# the one absolute path in there: they are not where Debian puts them
sed -i "s,/usr/src,$scratch/root/usr/src," "$headers/Makefile"

# ---- DKMS, in a tree of its own ----

mkdir -p tree src "modules/$release"
cp "$image" "modules/$release/vmlinuz"
"$REPOSITORY/kernel/dkms/package.sh" tree src
version=$(ls src | sed 's/kmesh-//')
module=$scratch/modules/$release/updates/dkms/kmesh.ko

run_dkms() { # VERB KERNEL
    dkms "$1" -m kmesh -v "$version" -k "$2" --dkmstree "$scratch/tree" --sourcetree "$scratch/src" \
        --installtree "$scratch/modules" --kernelsourcedir "$headers" --no-depmod > "$scratch/dkms" 2>&1
}
make_log() { find "$scratch/tree" -name make.log -exec cat {} +; }

install() {
    rm -rf "$scratch"/tree/* "$module"
    run_dkms install "$release" || fail "dkms install: $(cat "$scratch/dkms"; make_log)"
    [ -s "$module" ] || fail "dkms installed no module: $(cat "$scratch/dkms")"
    [ "$(modinfo -F vermagic "$module" | cut -d' ' -f1)" = "$release" ] || fail "the module is of another kernel"
}

# refused WHERE TEXT: dkms says it on the screen, or in its log, and leaves no module
refused() {
    local code=0 said
    rm -rf "$scratch"/tree/* "$module"
    run_dkms install "$release" || code=$?
    [ "$code" != 0 ] || fail "dkms took it: $(cat "$scratch/dkms")"
    [ ! -e "$module" ] || fail "a module was left"
    said=$([ "$1" = screen ] && cat "$scratch/dkms" || make_log)
    grep -qF -- "$2" <<< "$said" || fail "the $1 does not say '$2': $(cat "$scratch/dkms"; make_log)"
}

# proven: all features in the VM with the module, none without it
proven() {
    local feature
    "$KMESH" prove "$image" --module "$module" --work "$scratch/prove" \
        --append kmesh.probe_seconds=120 --timeout 900 --json > report 2> err ||
        fail "$(cat report err "$scratch"/prove/image/*.txt)"
    for feature in $features; do
        expect ".proof[] | select(.feature == \"$feature\") | .enhanced" pass report
    done
    expect '[.proof[] | select(.enhanced != "pass") | .feature + " " + .enhanced] | join(",")' \
        'sockops-reply-words absent' report
    grep -q '^# kmesh.ko: loaded' "$scratch/prove/image/results.txt" || fail "the module was not loaded"
}

"$KMESH" prove "$image" --work "$scratch/prove" --json > report || fail "$(cat report)"
expect '[.proof[].enhanced] | unique | join(",")' absent report

install
proven
echo "proven with the headers' vmlinux"

# as other distributions ship headers: without it, the module's BTF is made against that of the image
mv "$headers/vmlinux" kept
install
make_log | grep -qF 'made here, against the kernel' || fail "who made the BTF? $(make_log)"
proven
echo "proven without it"

# ---- what must be refused ----

mv "modules/$release/vmlinuz" kept-image
refused log "there is no BTF of the kernel $release"
mv kept-image "modules/$release/vmlinuz"

echo 'int main(void) { return 0; }' | gcc -g -x c -o "$headers/vmlinux" -
LLVM_OBJCOPY=objcopy pahole -J "$headers/vmlinux"
refused log "is not that of the kernel $release"
mv kept "$headers/vmlinux"

resolve=$scratch/root/usr/lib/linux-kbuild-$base/tools/bpf/resolve_btfids/resolve_btfids
mv "$resolve" kept
refused screen 'have no tools/bpf/resolve_btfids'
# one that does nothing leaves the ids empty
printf '#!/bin/sh\n' > "$resolve"
chmod +x "$resolve"
refused log 'they were not resolved'
mv kept "$resolve"

cp "$headers/.config" kept
sed -i 's/^CONFIG_DEBUG_INFO_BTF_MODULES=y/# CONFIG_DEBUG_INFO_BTF_MODULES is not set/' "$headers/.config"
refused screen "$release is built without CONFIG_DEBUG_INFO_BTF_MODULES"
mv kept "$headers/.config"

rm -rf "$scratch"/tree/*
code=0
run_dkms build 6.1.0-30-amd64 || code=$?
{ [ "$code" != 0 ] && grep -q BUILD_EXCLUSIVE dkms; } || fail "6.1 needs a patch, and dkms built for it: $(cat dkms)"
install # all of it put back: it was the kernel that was refused each time
