#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make-sources.sh STYLE DEST: the sources that a style's kernel.spec lists, in the folder DEST: a tree that is
# a kernel's to %prep, the distribution's own patches, and small files. The same bytes every time.
set -euo pipefail
export LC_ALL=C GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

usage="usage: make-sources.sh STYLE DEST"
style=${1:?$usage}
dest=${2:?$usage}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ ! -f "$here/$style/kernel.spec" ]; then
    echo "no such style: $style" >&2
    exit 2
fi
mkdir -p "$dest"
dest=$(cd "$dest" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# --- the tree ---------------------------------------------------------------------------------------------

# put FILE: what comes in, as a file of the tree in the folder `base`
put() {
    local text
    IFS= read -r -d '' text || true
    printf '%s' "$text" > "$scratch/base/$1"
}

# base VERSION: a tree as upstream has it
base() {
    local version patchlevel sublevel file
    IFS=. read -r version patchlevel sublevel <<< "$1"
    rm -rf "$scratch/base"
    mkdir -p "$scratch"/base/{arch/{x86,arm64},kernel}/configs "$scratch"/base/net/{core,ipv4} \
        "$scratch"/base/drivers/{media/pci,net/wireless,virt,xen} "$scratch"/base/tools/{perf,objtool} \
        "$scratch"/base/{certs,include/linux,scripts}
    # Configuring says in a file whether our patches were in by then.
    {
        cat <<EOF
# SPDX-License-Identifier: GPL-2.0
VERSION = $version
PATCHLEVEL = $patchlevel
SUBLEVEL = ${sublevel:-0}
EXTRAVERSION =
NAME = Stand-in
EOF
        cat <<'EOF'

out := $(if $(O),$(O),.)
release := $(VERSION).$(PATCHLEVEL).$(SUBLEVEL)$(EXTRAVERSION)

all bzImage modules listnewconfig:
	@true
mrproper distclean clean prepare scripts_basic modules_prepare:
	@true
scripts: prepare
%config:
	@mkdir -p $(out)
	@test -e $(out)/.config || echo CONFIG_NET=y > $(out)/.config
	@grep -c kmesh_ net/ipv4/tcp.c > $(out)/seen-by-config || true
kernelversion:
	@echo $(release)
kernelrelease:
	@echo $(or $(KERNELRELEASE),$(release))
.PHONY: all bzImage modules listnewconfig scripts kernelversion kernelrelease
EOF
    } | put Makefile
    put COPYING <<< "The terms of a stand-in: as the terms of what it stands for."
    put Kconfig <<< 'mainmenu "Linux, a stand-in"'
    put .gitignore <<< "*.o"
    put net/ipv4/tcp.c <<'EOF'
// SPDX-License-Identifier: GPL-2.0
/* A stand-in: as many lines as a patch needs to find its place. */
#include <linux/tracepoint.h>

static int tcp_rmem_floor = 4096;
static int tcp_wmem_floor = 4096;

int tcp_send_ready(int state)
{
	if (state == 1)
		return tcp_wmem_floor > 0;
	if (state > 1)
		return 1;

	return 0;
}

int tcp_open(int state)
{
	int ready = tcp_send_ready(state);

	return ready;
}

int tcp_close(int state)
{
	return state ? 0 : -1;
}
EOF
    put net/core/filter.c <<'EOF'
// SPDX-License-Identifier: GPL-2.0
#include <linux/tracepoint.h>

int sk_filter(int length)
{
	return length;
}
EOF
    put include/linux/tracepoint.h <<'EOF'
/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_TRACEPOINT_H
#define _LINUX_TRACEPOINT_H

struct tracepoint {
	const char *name;
};

#endif /* _LINUX_TRACEPOINT_H */
EOF
    for file in arch/x86/configs/x86_64_defconfig arch/arm64/configs/defconfig kernel/configs/tiny.config; do
        put "$file" <<< "CONFIG_NET=y"
    done
    put drivers/media/pci/Kconfig <<< 'source "drivers/media/pci/saa7164/Kconfig"'
    put drivers/net/wireless/Kconfig <<< 'source "drivers/net/wireless/quantenna/Kconfig"'
    put drivers/xen/manage.c <<< "int xen_state;"
    put drivers/virt/Makefile <<< "obj-y += fsl_hypervisor.o"
    put drivers/virt/Kconfig <<< "menuconfig VIRT_DRIVERS"
    put tools/perf/Makefile <<< "all:"
    put tools/perf/count.c <<< "int counted;"
    put tools/objtool/sync-check.sh <<< "#!/bin/sh"
    put certs/Kconfig <<< 'config MODULE_SIG_KEY'
    for file in scripts/config scripts/checkpatch.pl; do
        put "$file" <<< "#!/bin/sh"
        chmod +x "$scratch/base/$file"
    done
    put scripts/diffconfig <<< "#!/usr/bin/env python"
}

# --- the distribution's patches ---------------------------------------------------------------------------

# Each edits the tree in the folder $1.
larger_floor() {
    sed -i 's/tcp_wmem_floor = 4096/tcp_wmem_floor = 20480/' "$1/net/ipv4/tcp.c"
    sed -i 's/^\treturn length;$/\treturn length > 64 ? 64 : length;/' "$1/net/core/filter.c"
}
# The last one for net: ours stand beside its lines.
wide_window() {
    sed -i 's/^\treturn ready;$/\tif (ready \&\& tcp_rmem_floor > state)\n\t\tready = 2;\n&/' \
        "$1/net/ipv4/tcp.c"
    sed -i 's|^#endif /\* _LINUX|#define TRACE_EVENT_SITES 64\n\n&|' "$1/include/linux/tracepoint.h"
}
say_counted() { sed -i 's/int counted;/long counted;/' "$1/tools/perf/count.c"; }
xen_manage() { sed -i 's/int xen_state;/long xen_state;/' "$1/drivers/xen/manage.c"; }
arm64_only() { sed -i 's/CONFIG_NET=y/&\nCONFIG_ARM64=y/' "$1/arch/arm64/configs/defconfig"; }
sublevel() { sed -i "s/^SUBLEVEL = .*/SUBLEVEL = 28/" "$1/Makefile"; }
floppy() { sed -i 's/$/ All rights reversed./' "$1/COPYING"; }
vbox() { sed -i 's/$/_AND_GUESTS/' "$1/drivers/virt/Kconfig"; }
wifi() { sed -i '$a source "drivers/net/wireless/rtl8723de/Kconfig"' "$1/drivers/net/wireless/Kconfig"; }

# change FILE EDIT: what EDIT does to the tree, as a letter in FILE; later changes stand on it
change() {
    local file=$1 edit=$2
    rm -rf "$scratch/a" "$scratch/b"
    cp -a "$scratch/now" "$scratch/a"
    "$edit" "$scratch/now"
    cp -a "$scratch/now" "$scratch/b"
    (cd "$scratch" && git diff --no-index --no-prefix --no-color --no-ext-diff a b) > "$scratch/diff" && {
        echo "$edit changes nothing" >&2
        exit 1
    }
    {
        echo "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001"
        echo "From: A Packager <packager@distribution.example>"
        echo "Date: Mon, 15 Jan 2024 12:00:00 +0000"
        echo "Subject: [PATCH] ${edit//_/ }"
        echo
        echo "---"
        cat "$scratch/diff"
        echo "-- "
        echo "2.43.0"
        echo
    } > "$file"
}

# series VERSION FILE EDIT [FILE EDIT]...: upstream's tree in `base`, the same with all changes in `now`, and
# the letters in DEST
series() {
    base "$1"
    shift
    rm -rf "$scratch/now"
    cp -a "$scratch/base" "$scratch/now"
    while [ $# -gt 0 ]; do
        change "$dest/$1" "$2"
        shift 2
    done
}

# --- packing ----------------------------------------------------------------------------------------------

# pack FILE NAME...: an archive of these, which stand in the folder `pack`; then the folder is gone
pack() {
    local file=$1
    shift
    tar -C "$scratch/pack" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@1705320000 \
        -caf "$dest/$file" "$@"
    rm -rf "$scratch/pack"
}
# tree FOLDER FROM FILE: the tree FROM (base or now), in an archive as FOLDER
tree() {
    mkdir -p "$scratch/pack"
    cp -a "$scratch/$2" "$scratch/pack/$1"
    pack "$3" "$1"
}
# folder NAME FILE: an archive of a folder with one file in it
folder() {
    mkdir -p "$scratch/pack/$1"
    echo "stand-in" > "$scratch/pack/$1/README"
    pack "$2" "$1"
}
# queue FOLDER FILE PATCH...: an archive of the folder, with patches that are taken from DEST
queue() {
    local name=$1 file=$2
    shift 2
    mkdir -p "$scratch/pack/$name"
    (cd "$dest" && mv "$@" "$scratch/pack/$name/")
    pack "$file" "$name"
}
stubs() {
    local name
    for name in "$@"; do [ -e "$dest/$name" ] || echo "# stand-in" > "$dest/$name"; done
}
scripts() {
    local name
    for name in "$@"; do
        [ -e "$dest/$name" ] || printf '#!/bin/sh\nexit 0\n' > "$dest/$name"
        chmod +x "$dest/$name"
    done
}
# renamer FILE VARIABLE: a script that puts the version, out of the variable, into the names of configurations
renamer() {
    cat > "$dest/$1" <<EOF
#!/bin/sh
for i in kernel-*.config; do mv \$i kernel-\$$2-\${i#kernel-}; done
EOF
    chmod +x "$dest/$1"
}
configs() {
    local name
    for name in "$@"; do printf '# x86_64\nCONFIG_NET=y\n' > "$dest/$name"; done
}

# --- the styles -------------------------------------------------------------------------------------------

openeuler() { # the small files
    stubs x509.genkey extra_certificates Module.kabi_aarch64 Module.kabi_x86_64 mkgrub-menu-aarch64.sh \
        cpupower.service cpupower.config
    scripts sign-modules check-kabi
}

openeuler_both() { # VERSION NAME SUFFIX: a patched tree, and a plain one with a queue of patches
    series "$1" 0001-net-larger-floor-for-writing.patch larger_floor \
        0002-net-count-a-wide-window.patch wide_window
    tree kernel now kernel.tar.gz
    tree "$2" base "$2$3"
    queue patches patches.tar.bz2 0001-net-larger-floor-for-writing.patch 0002-net-count-a-wide-window.patch
    stubs guards apply-patches
    openeuler
}

redhat() { # VERSION RELEASE
    tree "linux-$1-$2" base "linux-$1-$2.tar.xz"
    stubs x509.genkey extra_certificates Makefile.common rheldup3.x509 Makefile.rhelver mod-extra.list \
        cpupower.service cpupower.config README.rst rpminspect.yaml gating.yaml kernel-local
    scripts sign-modules check-kabi generate_all_configs.sh process_configs.sh merge.py mod-sign.sh
}

amazon() { # VERSION
    tree "linux-$1" base "linux-$1.tar"
    # the patches' archive has no folder: its files land in the tree
    mkdir -p "$scratch/pack"
    mv "$dest/0000-in-the-archive.patch" "$scratch/pack/"
    echo 0000-in-the-archive.patch > "$scratch/pack/linux-$1-patches.list"
    pack "linux-$1-patches.tar" 0000-in-the-archive.patch "linux-$1-patches.list"
    stubs x509.genkey genkey kconfig.py mod-extra.list cpupower.service cpupower.init cpupower.config
    configs config-generic config-x86_64-generic config-x86_32-generic config-aarch64-generic config-amzn \
        config-amzn-debug
    # shellcheck disable=SC2016 # for make
    printf 'config:\n\tcat config-generic config-x86_64-generic > kernel-$(VERSION)-x86_64.config\n' \
        > "$dest/Makefile.config"
    scripts check-kabi
}

hostile() { # VERSION
    series "$1" 0001-net-larger-floor-for-writing.patch larger_floor \
        0002-net-count-a-wide-window.patch wide_window
    tree "linux-$1" base "linux-$1.tar.xz"
    configs kernel.config
    scripts check-kabi
    stubs Module.kabi
}

find "$here/$style" -maxdepth 1 -type f ! -name kernel.spec -exec cp -a {} "$dest" \;

case $style in
openeuler-4.19) openeuler_both 4.19.90 linux-4.19.90 .tar.gz ;;
openeuler-5.10)
    openeuler_both 5.10.0 linux-5.10 .tar.xz
    configs kernel-5.10.0-aarch64.config kernel-5.10.0-x86_64.config
    ;;
openeuler-6.6)
    openeuler
    series 6.6.0 0001-net-larger-floor-for-writing.patch larger_floor \
        0002-net-count-a-wide-window.patch wide_window 0003-cpupower-clang-compile-support.patch say_counted
    tree kernel base kernel.tar.gz
    stubs RPM-GPG-KEY-distribution
    scripts process_pgp_certs.sh
    ;;
rhel-7)
    series 3.10.0 net-larger-floor-for-writing.patch larger_floor debrand-single-cpu.patch say_counted \
        net-count-a-wide-window.patch wide_window
    : > "$dest/linux-kernel-test.patch"
    redhat 3.10.0 1160.el7
    stubs centos-ca-secureboot.der testca.der Module.kabi_x86_64 Module.kabi_ppc64 Module.kabi_s390x
    folder kabi kernel-abi-whitelists-1160.tar.bz2
    configs kernel-3.10.0-x86_64.config kernel-3.10.0-x86_64-debug.config kernel-3.10.0-s390x.config
    ;;
rhel-8)
    series 4.18.0 0001-net-larger-floor-for-writing.patch larger_floor linux-kernel-test.patch wide_window
    redhat 4.18.0 553.el8
    stubs filter-x86_64.sh.rhel mod-blacklist.sh generate_bls_conf.sh
    stubs Module.kabi_{,dup_}{aarch64,x86_64}
    folder kabi kernel-abi-stablelists-4.18.0-553.tar.bz2
    folder kabi-dw kernel-kabi-dw-4.18.0-553.tar.bz2
    configs kernel-{aarch64,x86_64}{,-debug}.config
    ;;
rhel-9)
    renamer generate_all_configs.sh SPECVERSION
    series 5.14.0 patch-5.14-redhat.patch larger_floor linux-kernel-test.patch wide_window
    redhat 5.14.0 427.el9
    stubs redhatsecurebootca5.cer redhatsecureboot501.cer mod-denylist.sh kvm_stat.logrotate
    stubs Module.kabi_{,dup_}{aarch64,x86_64}
    folder kabi kernel-abi-stablelists-5.14.0-427.el9.tar.bz2
    folder kabi-dw kernel-kabi-dw-5.14.0-427.el9.tar.bz2
    configs kernel-{aarch64,x86_64}{,-debug}-rhel.config
    ;;
fedora)
    series 6.8.5 patch-6.8-redhat.patch larger_floor patch-6.8-net-count-a-wide-window.patch wide_window
    xz -f "$dest/patch-6.8-redhat.patch"
    : > "$dest/linux-kernel-test.patch"
    tree linux-6.8.5 base linux-6.8.5.tar.xz
    stubs Makefile.rhelver kernel.changelog redhatsecurebootca5.cer mod-denylist.sh mod-sign.sh \
        filtermods.py dracut-virt.conf Module.kabi_x86_64 kernel-local README.rst gating.yaml
    folder kabi kernel-abi-stablelists-6.8.5.tar.xz
    configs kernel-{aarch64,x86_64}-rhel.config kernel-x86_64{,-debug}-fedora.config
    scripts generate_all_configs.sh process_configs.sh check-kabi merge.py
    ;;
fedora-git-am)
    series 4.11.0 net-larger-floor-for-writing.patch larger_floor net-count-a-wide-window.patch wide_window
    tree linux-4.11 base linux-4.11.tar.xz
    folder perf-man perf-man-4.11.tar.gz
    stubs x509.genkey mod-extra.list kernel-local
    scripts mod-sign.sh mod-extra.sh remove-binary-diff.pl process_configs.sh check_configs.awk
    # shellcheck disable=SC2016 # for the script that is written
    printf '#!/bin/sh\ncat "$2"\n' > "$dest/merge.pl"
    renamer generate_all_configs.sh VERSION
    scripts merge.pl generate_all_configs.sh generate_debug_configs.sh
    configs kernel-{aarch64,x86_64,x86_64-debug}.config
    ;;
xcp-ng)
    series 4.19.19 0001-net-larger-floor-for-writing.patch larger_floor 0001-perf-say-what-is-counted.patch \
        say_counted 0001-net-count-a-wide-window.patch wide_window
    tree kernel-4.19.19 base kernel-4.19.19.tar.gz
    stubs macros.kernel Module.kabi
    configs kernel-x86_64.config
    scripts check-kabi prepare-build
    ;;
openmandriva)
    series 6.6 patch-6.6.28 sublevel die-floppy-die.patch floppy 0001-net-larger-floor-for-writing.patch \
        larger_floor 0002-perf-say-what-is-counted.patch say_counted extra-wifi-drivers-compile.patch wifi \
        0003-net-count-a-wide-window.patch wide_window vbox-fix-build.patch vbox
    xz -f "$dest/patch-6.6.28"
    tree linux-6.6 base linux-6.6.tar.xz
    stubs linux-6.6.tar.sign README.kernel-sources cpupower.service cpupower.config kernel-release.rpmlintrc
    configs {common,common-desktop,common-server,x86_64-common,arm64-common,extra-desktop,extra-server}.config
    folder drivers/media/pci/saa716x saa716x-driver.tar.xz
    folder drivers/net/wireless/rtl8821ce extra-wifi-drivers-20200301.tar.gz
    ;;
qubes)
    series 4.14.103 0001-net-larger-floor-for-writing.patch larger_floor \
        0002-net-count-a-wide-window.patch wide_window
    tree linux-4.14.103 base linux-4.14.103.tar
    queue patches.xen patches.xen.tar.gz 0001-net-larger-floor-for-writing.patch \
        0002-net-count-a-wide-window.patch
    folder dummy-psu dummy-psu.tar.gz
    folder u2mfn u2mfn.tar.gz
    echo 4.14.103 > "$dest/version"
    echo 1 > "$dest/rel"
    configs config-base config-qubes
    scripts guards apply-patches mod-sign.sh check-for-config-changes gen-config
    ;;
amazon-1)
    series 4.14.193 0000-in-the-archive.patch floppy 0001-net-larger-floor-for-writing.patch larger_floor \
        0002-perf-say-what-is-counted.patch say_counted 0100-net-count-a-wide-window.patch wide_window \
        0200-xen-manage-keep-track.patch xen_manage 0300-arm64-only.patch arm64_only
    amazon 4.14.193
    ;;
amazon-2)
    series 4.14.177 0000-in-the-archive.patch floppy 0001-net-larger-floor-for-writing.patch larger_floor \
        0002-perf-say-what-is-counted.patch say_counted 0316-net-count-a-wide-window.patch wide_window
    amazon 4.14.177
    ;;
bcond)
    series 6.1.90 0001-net-larger-floor-for-writing.patch larger_floor 0002-perf-say-what-is-counted.patch \
        say_counted 0003-net-count-a-wide-window.patch wide_window
    tree linux-6.1.90 base linux-6.1.90.tar.xz
    folder types types-x86_64.tar.xz
    stubs symbols-x86_64.list
    scripts check-kabi
    configs config-x86_64{,-debug} fragment-{cloud,metal,desktop,edge,storage}
    ;;
patch-dash-p)
    series 5.15.150 net-larger-floor-for-writing.patch larger_floor perf-say-what-is-counted.patch \
        say_counted net-count-a-wide-window.patch wide_window xen-manage-keep-track.patch xen_manage \
        arm64-only.patch arm64_only
    tree linux-5.15.150 base linux-5.15.150.tar.gz
    configs config.default config.extra
    stubs check-symbols symvers-x86_64.gz
    ;;
crlf)
    series 5.15.150 net-larger-floor-for-writing.patch larger_floor perf-say-what-is-counted.patch say_counted \
        net-count-a-wide-window.patch wide_window
    tree linux-5.15.150 base linux-5.15.150.tar.gz
    ;;
quilt)
    series 5.4.270 net-larger-floor-for-writing.patch larger_floor net-count-a-wide-window.patch wide_window
    tree linux-5.4.270 base linux-5.4.270.tar.xz
    printf '# oldest first\nnet-larger-floor-for-writing.patch\nnet-count-a-wide-window.patch\n' \
        > "$dest/series"
    queue patches patches-14.tar.gz series net-larger-floor-for-writing.patch net-count-a-wide-window.patch
    configs kernel.config kernel-extra.config
    stubs Module.kabi README.queue
    scripts check-kabi
    ;;
patchlist)
    series 6.9.3 0001-net-larger-floor-for-writing.patch larger_floor 0002-perf-say-what-is-counted.patch \
        say_counted 0003-net-count-a-wide-window.patch wide_window 0004-xen-manage-keep-track.patch xen_manage
    tree linux-6.9.3 base linux-6.9.3.tar.xz
    configs config-x86_64 config-common
    scripts check-kabi
    stubs symbols.kabi
    ;;
suse)
    series 5.14.21 0001-net-larger-floor-for-writing.patch larger_floor \
        0002-net-count-a-wide-window.patch wide_window 0003-perf-say-what-is-counted.patch say_counted
    tree linux-5.14.21 base linux-5.14.21.tar.xz
    queue patches.kernel.org patches.kernel.org.tar.bz2 0001-net-larger-floor-for-writing.patch
    queue patches.suse patches.suse.tar.bz2 0002-net-count-a-wide-window.patch
    queue patches.kabi patches.kabi.tar.bz2 0003-perf-say-what-is-counted.patch
    mkdir -p "$scratch/pack/config/x86_64"
    echo CONFIG_NET=y > "$scratch/pack/config/x86_64/default"
    pack config.tar.bz2 config
    folder config.addon config.addon.tar.bz2
    folder kabi kabi.tar.bz2
    stubs kernel-source.rpmlintrc kernel-binary-conflicts config.conf
    scripts guards series2cmd check-for-config-changes split-modules config.sh
    ;;
hostile-no-prep)
    hostile 6.1.55
    folder boot kernel-6.1.55-built.tar.xz
    stubs depmod.conf
    ;;
hostile-two-trees)
    hostile 4.19.200
    tree linux-rt-4.19.200 base linux-rt-4.19.200.tar.xz
    cp "$dest/0001-net-larger-floor-for-writing.patch" "$dest/rt-0001-net-larger-floor-for-writing.patch"
    cp "$dest/0002-net-count-a-wide-window.patch" "$dest/rt-0002-net-count-a-wide-window.patch"
    ;;
hostile-if-around-setup)
    hostile 6.3.13
    folder include headers-6.3.13.tar.gz
    ;;
lua-sources)
    hostile 6.8.12
    configs fragment-{cloud,metal,desktop,edge,storage}
    ;;
hostile-*) hostile "$(sed -n 's/^Version: *//p' "$here/$style/kernel.spec")" ;;
*)
    echo "nothing says what $style needs" >&2
    exit 2
    ;;
esac
