# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # lib.sh reads them
: "${here:?the folder of capture.sh}"
# Failures of compiling and linking, of BTF, modules and the kABI.

fail_compiler_too_old() {
    on 6.12 source
    program gcc-old <<'SCRIPT'
#!/bin/sh
# A gcc that says it is an old one.
case " $* " in
*' -dumpfullversion '*) echo 4.8.5 ;;
*' -E '*) exec gcc "$@" -U__GNUC__ -U__GNUC_MINOR__ -U__GNUC_PATCHLEVEL__ -D__GNUC__=4 -D__GNUC_MINOR__=8 -D__GNUC_PATCHLEVEL__=5 ;;
*) exec gcc "$@" ;;
esac
SCRIPT
    DOCTOR='--cc gcc-old'
    record 'make CC=gcc-old tinyconfig'
    says 'Compiler is too old|compiler is too old'
}

fail_linker_too_old() {
    on 6.12 source
    program ld <<'SCRIPT'
#!/bin/sh
# An ld that says it is an old one.
case $1 in --version) echo 'GNU ld (GNU Binutils) 2.20' ;; *) exec ld.bfd "$@" ;; esac
SCRIPT
    record 'make tinyconfig'
    says 'inker is too old'
}

fail_compiler_option_unknown() {
    on 5.10 prepared
    BESIDE='KCFLAGS=-fmin-function-alignment-of-newer-gcc=16'
    record 'make KCFLAGS=-fmin-function-alignment-of-newer-gcc=16 kernel/fork.o'
    says 'unrecognized command-line option'
}

# added FILE LINES : to the end of a file of the tree, as a series' patch would.
added() { printf '%s\n' "$2" >> "$SCENE/tree/$1"; }

fail_compile_implicit() { # [LANGUAGE]
    on 5.10 prepared
    LANGUAGE_OF_LOG=${1:-C}
    added kernel/fork.c 'int kmesh_defer(struct task_struct *task)
{
	return kmesh_defer_connect(task);
}'
    record 'make kernel/fork.o'
    says 'implicit declaration of function'
}

fail_compile_implicit_utf8() {
    fail_compile_implicit C.UTF-8
}

fail_compile_member() {
    on 5.10 prepared
    added kernel/fork.c 'int kmesh_defer(struct task_struct *task);
int kmesh_defer(struct task_struct *task)
{
	return task->defer_connect;
}'
    record 'make kernel/fork.o'
    says 'has no member named'
}

fail_compile_arguments() {
    on 5.10 prepared
    added kernel/fork.c 'void kmesh_put(struct task_struct *task);
void kmesh_put(struct task_struct *task)
{
	put_task_stack(task, true);
}'
    record 'make kernel/fork.o'
    says 'too many arguments to function'
}

fail_compile_redefinition() {
    on 5.10 prepared
    added kernel/fork.c 'struct vm_stack {
	struct rcu_head rcu;
};

int nr_threads = 1;
void put_task_stack(struct task_struct *task) { }'
    record 'make kernel/fork.o'
    says 'redefinition of'
}

fail_compile_header_missing() {
    on 5.10 prepared
    sed -i '1i #include <net/kmesh.h>' "$SCENE/tree/kernel/fork.c"
    record 'make kernel/fork.o'
    says 'fatal error: net/kmesh.h: No such file or directory'
}

fail_conflict_markers() {
    on 5.10 prepared
    added kernel/fork.c '<<<<<<< HEAD
int kmesh_ours;
=======
int kmesh_theirs;
>>>>>>> bpf: sockmap: add extra return value for sockops'
    record 'make kernel/fork.o'
    says 'version control conflict marker in file'
}

fail_warnings_fatal() {
    on 5.10 prepared
    added kernel/fork.c 'static int kmesh_unused(void)
{
	int value;

	return value;
}'
    BESIDE='KCFLAGS=-Werror'
    record 'make KCFLAGS=-Werror kernel/fork.o'
    says 'error: .*\[-Werror=unused-function\]'
}

# 6.12 has CONFIG_WERROR.
fail_warnings_fatal_6_12() {
    on 6.12 configured
    quietly 'scripts/config -e WERROR && make olddefconfig && make -j2 prepare scripts'
    added kernel/fork.c 'int kmesh_hook(void)
{
	return 0;
}'
    record 'make kernel/fork.o'
    says 'error: no previous prototype'
}

# What the doctor is told of it: nobody's memory has to run out.
little_memory() {
    printf 'MemTotal: 512000 kB\nMemAvailable: 204800 kB\nSwapFree: 0 kB\n' > "$SCENE/meminfo"
    MORE+=(--ro-bind "$SCENE/meminfo" /proc/meminfo)
}

fail_out_of_memory() {
    on 5.10 prepared
    # What the kernel's OOM killer sends is sent by a limit of processor time: nobody's memory has to run out for it.
    little_memory
    program gcc-killed <<'SCRIPT'
#!/bin/sh
exec prlimit --cpu=1:1 gcc "$@"
SCRIPT
    added kernel/fork.c "$(for ((i = 0; i < 3000; i++)); do
        echo "int kmesh_$i(int a); int kmesh_$i(int a) { int i, b = a; for (i = 0; i < a; i++) b += i * $i + (b >> 3); return b; }"; done)"
    record 'make CC=gcc-killed kernel/fork.o'
    says 'fatal error: Killed signal terminated program cc1'
}

fail_out_of_memory_address_space() {
    on 5.10 prepared
    BESIDE='prlimit --as=200000000' # the program itself takes more than cc1 is given
    program gcc-limited <<'SCRIPT'
#!/bin/sh
exec prlimit --as=60000000 gcc "$@"
SCRIPT
    record 'make CC=gcc-limited kernel/fork.o'
    says 'out of memory|virtual memory exhausted'
}

# ---- linking: a kernel of four objects ----

# scripts/link-vmlinux.sh by make's own rule for it. What the other objects would define is missing, or taken for 0.
LINK='make build-dirs= KBUILD_VMLINUX_LIBS= KBUILD_VMLINUX_OBJS="'$OBJECTS'"'
SYMBOLS='--defsym=fixed_percpu_data=0 --defsym=gdt_page=0 --defsym=irq_stack_backing_store=0 --defsym=startup_64=0 --defsym=jiffies_64=0'
RESOLVED="LDFLAGS_vmlinux='$SYMBOLS --unresolved-symbols=ignore-all'"

fail_undefined_reference() {
    on 5.10 linkable
    record "$LINK LDFLAGS_vmlinux='$SYMBOLS' vmlinux"
    says 'undefined reference to'
}

fail_kernel_too_big() {
    on 5.10 linkable
    added kernel/fork.c 'char kmesh_table[600 << 20];'
    quietly 'make kernel/fork.o'
    record "$LINK $RESOLVED vmlinux"
    says 'kernel image bigger than KERNEL_IMAGE_SIZE'
}

# A series calls a function that its configuration leaves out; 16-bit boot code is linked on its own.
fail_undefined_reference_boot() {
    on 5.10 prepared
    # The code of real mode is linked by itself, without the kernel.
    printf '\n\t.section ".text32", "ax"\n\t.code32\nkmesh_start:\n\tcall kmesh_boot\n' >> "$SCENE/tree/arch/x86/realmode/rm/reboot.S"
    part arch/x86/realmode/rm realmode.elf
    record 'make part'
    says 'undefined reference to `kmesh_boot'
}

fail_multiple_definition() {
    on 5.10 linkable
    added net/ipv4/tcp.c 'int kmesh_enabled = 1;'
    added kernel/fork.c 'int kmesh_enabled = 1;'
    quietly 'make -j2 kernel/fork.o net/ipv4/tcp.o'
    record "$LINK $RESOLVED vmlinux"
    says 'multiple definition of'
}

fail_pahole_missing() {
    on 5.10 linkable
    hide bin/pahole
    record "$LINK vmlinux"
    says 'pahole .pahole. is not available'
}

fail_pahole_old() {
    on 5.10 linkable
    program pahole <<'SCRIPT'
#!/bin/sh
echo v1.12
SCRIPT
    record "$LINK vmlinux"
    says 'pahole version v1.12 is too old'
}

fail_pahole_killed() { # [COMMAND]
    on 5.10 linkable
    ${1-:}
    little_memory
    program pahole <<'SCRIPT'
#!/bin/sh
case $1 in --version) echo v1.24 ;; *) kill -9 $$ ;; esac
SCRIPT
    record "$LINK $RESOLVED vmlinux"
    says 'Killed'
}

# bash names the line and the process as well
fail_pahole_killed_bash() { fail_pahole_killed bash_is_sh; }

# A pahole that knows enum64, in a tree from before scripts/pahole-flags.sh asked it not to use it.
fail_btf_load() {
    on 5.10 linkable
    quietly 'sed -i "/-ge .124/,/^fi/d" scripts/pahole-flags.sh && sed -i "/^CONFIG_KALLSYMS/d" include/config/auto.conf'
    record "$LINK $RESOLVED vmlinux"
    says 'FAILED: load BTF from vmlinux'
}

# What types are missing in is said, and is no failure.
clean_link() {
    on 5.10 linkable
    # sorttable finds no tables in four objects.
    quietly 'sed -i "/^CONFIG_KALLSYMS/d;/^CONFIG_BUILDTIME_TABLE_SORT/d" include/config/auto.conf'
    record_good "$LINK $RESOLVED vmlinux"
    says 'WARN: resolve_btfids: unresolved symbol'
}

# ---- modules ----

# What the kernel of four objects exports.
SYMVERS="ld -m elf_x86_64 -r -o vmlinux.o $OBJECTS && scripts/mod/modpost -m -o Module.symvers vmlinux.o"

# module SOURCE : a module beside the tree
module() {
    mkdir -p "$SCENE/kmesh/module"
    printf '%s\n' '#include <linux/module.h>' "$1" > "$SCENE/kmesh/module/small.c"
    echo 'obj-m += small.o' > "$SCENE/kmesh/module/Makefile"
    quietly "make modules_prepare && $SYMVERS"
}

fail_modpost_undefined() {
    on 5.10 objects
    module 'void kmesh_unexported(void);
static int __init small_init(void) { kmesh_unexported(); return 0; }
module_init(small_init);
MODULE_LICENSE("GPL");'
    record 'make M=/kmesh/module modules'
    says 'ERROR: modpost: "kmesh_unexported" .* undefined!'
}

fail_modpost_gpl_only() {
    on 5.10 objects
    module '#include <linux/sched/mm.h>
static int __init small_init(void) { mmput(current->mm); return 0; }
module_init(small_init);
MODULE_LICENSE("Proprietary");'
    record 'make M=/kmesh/module modules'
    says 'GPL-incompatible module'
}

fail_module_tree_not_prepared() {
    on 5.10 source
    mkdir -p "$SCENE/kmesh/module"
    echo 'obj-m += small.o' > "$SCENE/kmesh/module/Makefile"
    record 'make M=/kmesh/module modules'
    says 'Kernel configuration is invalid'
}

fail_module_headers_missing() {
    nowhere
    record 'make -C /lib/modules/5.10.0-1.kmesh.x86_64/build M=/kmesh modules'
    says 'No such file or directory'
}

# ---- the kABI ----

kabi() { # SED : what the reference differs in
    on 5.10 objects
    small_spec '%if %{with_kabichk}
sh /kmesh/check-kabi /kmesh/Module.kabi_x86_64 /kmesh/rpmbuild/BUILD/linux/Module.symvers
%endif' '' '%define with_kabichk 1'
    cp "$here/../../kernel/rpm/check-kabi" "$SCENE/kmesh/check-kabi"
    quietly "$SYMVERS"
    grep -E '	(tcp_sendmsg|tcp_recvmsg|bpf_prog_put|mmput)	' "$SCENE/tree/Module.symvers" > "$SCENE/kmesh/Module.kabi_x86_64"
    [ "$(wc -l < "$SCENE/kmesh/Module.kabi_x86_64")" -ge 3 ] || die "no symbols to compare"
    sed -i "$1" "$SCENE/kmesh/Module.kabi_x86_64"
    record 'rpmbuild -bc /kmesh/rpmbuild/SPECS/small.spec'
}

fail_kabi_broken() {
    # shellcheck disable=SC2016 # for sed
    kabi 's/^0x[0-9a-f]*/0x12345678/;$s/$/\n0x11111111\tkmesh_gone\tvmlinux\tEXPORT_SYMBOL/'
    says 'kabi: broken'
}
