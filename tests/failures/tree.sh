# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034 # commands are for the sandbox to expand; lib.sh reads the variables
: "${here:?the folder of capture.sh}"
# Failures of the tree, its configuration and keys, and of where it lies: disks, limits, rights, names.

# documented TYPE : a helper of BPF whose documentation has an argument of that type.
documented() {
    local file
    for file in "$SCENE"/tree/{,tools/}include/uapi/linux/bpf.h; do
        awk -v type="$1" '
        /^ \*\/$/ && !done { held = $0; next }
        held != "" {
            if ($0 ~ /^#define _*BPF_FUNC_MAPPER\(FN/) {
                print " *\n * long bpf_parse_header_msg(" type "text, u32 size)\n * \tDescription\n * \t\tParse a header.\n" \
                    " * \tReturn\n * \t\t0 on success, or a negative error in case of failure."
                done = 1
            }
            print held; held = ""
        }
        { print }' "$file" > "$SCENE/bpf.h"
        grep -q parse_header_msg "$SCENE/bpf.h" || die "$file: no helper went in"
        cat "$SCENE/bpf.h" > "$file"
    done
}

fail_helper_docs_type() {
    on 5.10 prepared
    quietly 'rm $(find tools/bpf/resolve_btfids -name bpf_helper_defs.h) $(find tools/bpf/resolve_btfids -name libbpf.a)'
    documented 'struct kmesh_message *'
    record 'make prepare'
    says "Unrecognized type 'struct kmesh_message'"
    says '^make.*\*\*\* .*bpf_helper_defs.h. Error 1'
}

# numbered : the helper has its number in the list of helpers, 6.1's way.
numbered() {
    sed -i 's/^\tFN(user_ringbuf_drain),.*/&\n\tFN(parse_header_msg),\t\t\\/' "$SCENE"/tree/{,tools/}include/uapi/linux/bpf.h
}

fail_helper_docs_type_6_1() {
    on 6.1 configured
    documented 'struct kmesh_message *'
    numbered
    record 'make tools/bpf/resolve_btfids'
    says "Unrecognized type 'struct kmesh_message'"
}

# A series brings a helper's documentation and not its number.
fail_helper_docs_number_6_1() {
    on 6.1 configured
    documented 'u64 *'
    record 'make tools/bpf/resolve_btfids'
    says 'is missing from enum bpf_func_id'
}

# Its number and not its documentation.
fail_helper_docs_count_6_1() {
    on 6.1 configured
    numbered
    record 'make tools/bpf/resolve_btfids'
    says 'number of unique'
}

fail_trusted_keys() {
    on 5.10 prepared
    signed certs/signing_key.pem debian/certs/debian-uefi-certs.pem
    quietly 'make prepare scripts'
    record 'make certs/'
    says "No rule to make target 'debian/certs/debian-uefi-certs.pem'"
}

fail_signing_key_missing() {
    on 5.10 prepared
    signed certs/distribution.pem ''
    quietly 'make prepare scripts'
    record 'make certs/'
    says "No rule to make target 'certs/distribution.pem'"
}

# kconfig asks, nobody answers, and it takes what it would have taken: a build without a terminal goes on.
clean_config_asks() {
    on 5.10 configured
    quietly 'sed -i "/CONFIG_BPF_JIT_ALWAYS_ON/d;/CONFIG_CGROUP_BPF/d;/CONFIG_LOCALVERSION_AUTO/d" .config'
    record_good 'make oldconfig'
    says 'Restart config'
}

fail_config_missing() {
    on 5.10 source
    record 'make prepare'
    says 'Configuration file ".config" not found'
}

# Lines that kconfig cannot read cost a warning and their value.
clean_config_damaged() {
    on 5.10 configured
    quietly 'sed -i "s/^CONFIG_NET=y/CONFIG_NET=yes/;s/^CONFIG_INET=y/CONFIG_INET y/;s/^CONFIG_LOG_BUF_SHIFT=.*/CONFIG_LOG_BUF_SHIFT=large/" .config
        echo "<<<<<<< HEAD" >> .config'
    record_good 'make oldconfig'
    says '.config:[0-9]+:warning'
}

fail_kconfig_damaged() {
    on 5.10 configured
    sed -i '0,/^config /s//<<<<<<< HEAD\nconfig /' "$SCENE/tree/net/Kconfig"
    record 'make olddefconfig'
    says 'net/Kconfig:[0-9]+:'
}

fail_kconfig_source_missing() {
    on 5.10 configured
    sed -i '0,/^source /s//source "net\/kmesh\/Kconfig"\nsource /' "$SCENE/tree/net/Kconfig"
    record 'make olddefconfig'
    says "can't open file \"net/kmesh/Kconfig\""
}

fail_object_without_source() {
    on 5.10 prepared
    echo 'obj-y += kmesh_hooks.o' >> "$SCENE/tree/net/ethernet/Makefile"
    record 'make net/ethernet/'
    says "No rule to make target 'net/ethernet/kmesh_hooks.o'"
}

fail_makefile_damaged() {
    on 5.10 prepared
    sed -i '/^obj-/{s//<<<<<<< HEAD\n&/;:a;n;ba}' "$SCENE/tree/kernel/bpf/Makefile"
    record 'make kernel/bpf/'
    says 'missing separator'
}

fail_tree_not_clean() {
    on 5.10 prepared
    record 'make O=/kmesh/out tinyconfig'
    says 'source tree is not clean'
}

fail_tree_read_only() {
    on 5.10 configured
    MORE=(--ro-bind "$SCENE/tree" "$TREE")
    FOLDER=$TREE
    record 'make prepare'
    says 'Read-only file system'
}

fail_path_with_colon() {
    on 5.10 source
    quietly 'ls'
    PLACE=/kmesh/linux:5.10
    MORE=(--bind "$SCENE/tree" "$PLACE")
    FOLDER=$PLACE
    record 'make tinyconfig'
    says 'cannot contain spaces or colons'
}

# deep TIMES LENGTH : folders below each other with names of that length
deep() { for ((i = 0; i < $1; i++)); do printf "%$2s/" '' | tr ' ' k; done; }

# Below a folder whose name is as long as names may be, many times.
fail_path_too_long() {
    nowhere
    small_spec
    FOLDER=/kmesh/$(deep 17 250)
    record "rpmbuild --define '_builddir $FOLDER' -bp SPECS/small.spec"
    says 'File name too long'
}

fail_mount_noexec() {
    on 5.10 source
    small 200m noexec
    FOLDER=/kmesh/small
    record 'make O=/kmesh/small tinyconfig'
    says 'Permission denied'
}

fail_disk_full() {
    on 5.10 source
    small 100k
    FOLDER=/kmesh/small
    record 'make O=/kmesh/small tinyconfig'
    says 'No space left on device'
}

# bison has its own words for it.
fail_disk_full_bison() {
    on 5.10 source
    small 300k
    FOLDER=/kmesh/small
    record 'make O=/kmesh/small tinyconfig'
    says 'bison: input/output error'
}

fail_disk_full_compiler() {
    on 5.10 prepared
    small 64k
    MORE+=(--bind "$SCENE/kmesh/small" /tmp)
    record 'make kernel/fork.o kernel/bpf/syscall.o'
    says 'No space left on device'
}

fail_disk_full_unpacking() {
    nowhere
    small_spec
    mkdir "$SCENE/kmesh/small-1"
    seq 20000 > "$SCENE/kmesh/small-1/numbers"
    seq 20000 > "$SCENE/kmesh/small-1/more-numbers"
    tar -C "$SCENE/kmesh" --owner=0 --group=0 -czf "$SCENE/kmesh/rpmbuild/SOURCES/small-1.tar.gz" small-1
    small 20k
    FOLDER=/kmesh/small
    record 'rpmbuild --define "_builddir /kmesh/small" -bp SPECS/small.spec'
    says 'No space left on device'
}

# (Where there is no space, ccache compiles without its folder and says nothing.)
fail_ccache_read_only() {
    on 5.10 prepared
    small 1m ro
    BESIDE='CCACHE_DIR=/kmesh/small'
    record "$BESIDE make CC='ccache gcc' kernel/fork.o"
    says 'ccache'
}

# A user's limit of processes. Root has none, so it is somebody else.
somebody_with_few_processes() {
    on 5.10 source
    small 200m mode=777
    UNSHARED=(--unshare-ipc --unshare-pid --unshare-net --unshare-uts --cap-add CAP_SETUID --cap-add CAP_SETGID)
    "$1"
    quietly 'make O=/kmesh/small tinyconfig && chmod -R a+rwX /kmesh/small'
    BESIDE='setpriv --reuid 64001 --regid 64001 --clear-groups prlimit --nproc=6'
    FOLDER=/kmesh/small
    record "$BESIDE make O=/kmesh/small -j8 prepare"
}

fail_cannot_fork() {
    somebody_with_few_processes bash_is_sh
    says 'fork: .*Resource temporarily unavailable'
}

fail_cannot_fork_dash() {
    somebody_with_few_processes true
    says 'Cannot fork'
}

fail_too_many_open_files() {
    on 5.10 prepared
    BESIDE='prlimit --nofile=8'
    record "$BESIDE make kernel/fork.o"
    says 'Too many open files'
}

# A driver with a few folders of its own headers, in a tree whose path is long.
fail_argument_list_too_long() {
    on 5.10 prepared
    local folder
    folder=/kmesh/$(deep 14 240)driver
    mkdir -p "$SCENE$folder"
    printf '%s\n' 'obj-m += driver.o' "ccflags-y += $(for i in {1..20}; do printf -- '-I$(src)/include%d ' "$i"; done)" \
        > "$SCENE$folder/Makefile"
    printf '#include <linux/module.h>\nMODULE_LICENSE("GPL");\n' > "$SCENE$folder/driver.c"
    FOLDER=${folder%/driver}
    record "make M=$folder driver.o"
    says 'Argument list too long'
}

# The clock was set back, or the tree comes from a machine whose clock is ahead: make goes on, and makes too much or too little.
# (Where .config is from the future, it makes that over and over, and never ends.)
fail_clock_skew() {
    on 5.10 prepared
    quietly 'touch -d "+2 days" kernel/fork.c'
    record_good 'make kernel/fork.o'
    says 'Clock skew detected'
}

fail_wrong_version() {
    nowhere
    small_spec '' 'tree=5.10.261
if [ "$tree" != "%{version}" ]; then echo "%{SOURCE0} is Linux $tree, this spec is for %{version}" >&2; exit 1; fi'
    record 'rpmbuild -bp SPECS/small.spec'
    says 'this spec is for'
}

# ---- what goes well, and says confusing things all the same ----

clean_prepare() {
    on 5.10 configured
    record_good 'make prepare scripts'
}

clean_objects() {
    on 5.10 prepared
    record_good 'make kernel/fork.o tools/objtool'
}

clean_configure() {
    on 6.12 source
    cp "$here/../../kernel/configs/slim.config" "$SCENE/kmesh/slim.config"
    record_good 'make tinyconfig && scripts/kconfig/merge_config.sh -m .config /kmesh/slim.config && make olddefconfig'
}

clean_patch() {
    nowhere
    small_patch
    sed -i 's/^@@ -2,6 +2,6/@@ -4,6 +4,6/' "$SCENE/kmesh/rpmbuild/SOURCES/small.patch"
    small_spec '' '%patch0 -p1' 'Patch0: small.patch'
    record_good 'rpmbuild -bp SPECS/small.spec'
}
