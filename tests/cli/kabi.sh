#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kabi: which exported symbols changed between two kernels, by which types, by which patch, and which modules go on
# loading. The kernels are lists of symbols by hand, and types of a few lines of C.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

kabi() { run kabi --work "$W" "$@"; }
# symbol FOLDER CRC NAME [MODULE [EXPORT [NAMESPACE]]]: one more line
symbol() { printf '%s\t%s\t%s\t%s\t%s\n' "$2" "$3" "${4-vmlinux}" "${5-EXPORT_SYMBOL}" "${6-}" >> "$1/Module.symvers"; }

# ---- symbols ----
mkdir old new zero
symbol old 0x00000001 stays
symbol old 0x00000002 tcp_slow_start
symbol old 0x00000003 moves
symbol old 0x00000004 closes
symbol old 0x00000005 goes
symbol old 0x00000006 other
symbol new 0x00000001 stays
symbol new 0x0000000a tcp_slow_start
symbol new 0x00000003 moves net/b
symbol new 0x00000004 closes vmlinux EXPORT_SYMBOL_GPL SPACE
symbol new 0x00000007 comes
symbol new 0x00000006 other
symbol zero 0x00000000 stays
kabi old new
expect_exit 0
expect_stdout '^2 symbols the same, 1 added, 1 removed, 1 with another CRC, 1 moved, 1 exported otherwise, 1 in another namespace$'
expect_stdout '^  tcp_slow_start +0x00000002  0x0000000a  types unknown$'
expect_stdout '^  moves .* moved from vmlinux to net/b$'
expect_stdout '^  closes .* EXPORT_SYMBOL -> EXPORT_SYMBOL_GPL; namespace none -> SPACE$'
expect_stdout '^  goes +0x00000005  - +removed$'
expect_stdout '^  comes +- +0x00000007  added$'
expect_stdout '^types were not compared: there is no vmlinux of the old side and the new side$'
kabi old new --json
expect_exit 0
expect_json '.comparable and .same == 2 and ([.changed[].symbol] == ["closes", "moves", "tcp_slow_start"])'
expect_json '.changed[2].what == ["crc"] and .changed[2].old.crc == "0x00000002" and (.changed[2] | has("patches") | not)'
expect_json '.changed[0].what == ["export", "namespace"] and .added[0].symbol == "comes" and .removed[0].symbol == "goes"'

kabi old old
expect_exit 0
expect_stdout '^6 symbols the same, 0 added, 0 removed, 0 with another CRC$'
refute_stdout 'symbol +old CRC'
kabi old old --json
expect_json '.comparable and .changed == [] and .added == [] and .removed == []'

kabi old zero
expect_exit 0
expect_stdout '^not comparable: every CRC of the new side is 0 \(CONFIG_MODVERSIONS is off\)$'
refute_stdout 'another CRC'
kabi zero zero --json
expect_json '(.comparable | not) and (.why_not | test("both sides"))'

# a table of hundreds is cut, and says so
mkdir many-old many-new
for i in $(seq 100 150); do
    symbol many-old "0x00000$i" "s$i"
    symbol many-new "0x00001$i" "s$i"
done
kabi many-old many-new
expect_same "$(grep -c '^  s1' "$T/out")" 40 "rows of the table"
expect_stdout 'and 11 more; --json has all'
kabi many-old many-new --json
expect_json '.changed | length == 51'

# ---- where the list of symbols may be ----
mkdir -p side/rpmbuild/BUILD/kernel-1/linux-1 side/root/usr/src/kernels/1 tree/enhanced tree/baseline
cp new/Module.symvers side/rpmbuild/BUILD/kernel-1/linux-1/
cp old/Module.symvers side/root/usr/src/kernels/1/
kabi old side --json
expect_json '(.new.symvers | endswith("side/rpmbuild/BUILD/kernel-1/linux-1/Module.symvers")) and (.changed | length == 3)'
rm -r side/rpmbuild
kabi old side --json
expect_json '(.new.symvers | endswith("root/usr/src/kernels/1/Module.symvers")) and .changed == []'
gzip -c new/Module.symvers > symvers.gz
kabi old/Module.symvers symvers.gz --json
expect_json '.changed | length == 3'
mkdir -p top/SPECS
cat > top/SPECS/devel.spec <<SPEC
Name: kernel-devel
Version: 1
Release: 1
Summary: s
License: GPL-2.0-only
BuildArch: noarch
%description
d
%install
install -D -m 644 $T/new/Module.symvers %{buildroot}/usr/src/kernels/1/Module.symvers
echo other > %{buildroot}/usr/src/kernels/1/Makefile
%files
/usr/src/kernels/1
SPEC
rpmbuild --define "_topdir $T/top" --define "_dbpath $T/rpmdb" -bb top/SPECS/devel.spec > rpmbuild.log 2>&1 ||
    fail "$(cat rpmbuild.log)"
kabi old top/RPMS/noarch/kernel-devel-1-1.noarch.rpm --json
expect_json '.changed | length == 3'
mkdir -p built/rpmbuild && cp -r top/RPMS built/rpmbuild/
kabi old built --json
expect_json '(.new.symvers | endswith("kernel-devel-1-1.noarch.rpm")) and (.changed | length == 3)'

# ---- types ----
cat > old.c <<'C'
struct ops {
	int (*init)(int);
	const char *name;
};
struct sock {
	struct ops *ops;
	int refs;
};
void tcp_slow_start(struct sock *sk) { sk->refs++; }
int other(int n) { return n; }
C
sed 's/^\tconst char \*name;/&\n\tunsigned int flags;/' old.c > new.c
for side in old new; do
    gcc -g -c "$side.c" -o "$side/vmlinux"
    cp "$side/vmlinux" "$side.dwarf"
    LLVM_OBJCOPY=objcopy pahole -J "$side/vmlinux"
done
mkdir series
cat > series/add-flags.patch <<'PATCH'
Subject: add flags

--- a/include/ops.h
+++ b/include/ops.h
@@ -2,3 +2,4 @@
 	int (*init)(int);
 	const char *name;
+	unsigned int	flags;	/* what it may do */
 };
PATCH
cat > series/export.patch <<'PATCH'
Subject: export comes, and tcp_slow_start is called

--- a/net/b.c
+++ b/net/b.c
@@ -1,3 +1,5 @@ int a(struct sock *sk)
 {
+	tcp_slow_start(sk);
 	return 0;
 }
+EXPORT_SYMBOL(comes);
PATCH
printf '%s\n' add-flags.patch export.patch > series/series

kabi old new --series series
expect_exit 0
expect_stdout '^  tcp_slow_start .* struct sock > struct ops$'
expect_stdout '^1 type of C changed, 0 added, 0 removed$'
expect_stdout '^  struct ops   16 -> 24 bytes$'
expect_stdout '^    \+unsigned int flags;$'
expect_stdout '^       include/ops.h:4: \+unsigned int flags;$'
kabi old new --series series --json
expect_json '.types.compared and (.types.changed | length == 1) and .types.changed[0].patches[0].file == "add-flags.patch"'
expect_json '.changed[] | select(.symbol == "tcp_slow_start") | .types == ["struct ops"] and ([.patches[].file] == ["add-flags.patch"])'
expect_json '.added[0].patches[0].file == "export.patch" and .removed[0].patches == [] and .changed[1].patches == []'

# the same of debug information alone; and a series that has nothing to do with it
mkdir others && cp series/export.patch others/
kabi old/Module.symvers new/Module.symvers --old-vmlinux old.dwarf --new-vmlinux new.dwarf --series others
expect_exit 0
expect_stdout '^  tcp_slow_start .* struct sock > struct ops$'
expect_stdout 'no patch of the series explains it'
refute_stdout 'add-flags'

# ---- modules ----
# module FILE {CRC,"NAME"},...
module() {
    echo "struct { unsigned long crc; char name[56]; } v[] __attribute__((used, section(\"__versions\"))) = { $2 };" |
        gcc -x c -c -o "$1" -
}
module good.ko '{ 1, "stays" }, { 3, "moves" }'
module bad.ko '{ 1, "stays" }, { 2, "tcp_slow_start" }, { 5, "goes" }'
echo 'int x;' | gcc -x c -c -o bare.ko -
kabi old new --module good.ko --module bad.ko --module bare.ko
expect_exit 0
expect_stdout '/good.ko goes on loading \(as far as symbol versions tell\)$'
expect_stdout '/bad.ko must be rebuilt: uses tcp_slow_start; goes is gone$'
expect_stdout '/bare.ko: cannot be told, it has no symbol versions$'
kabi old new --module bad.ko --module good.ko --json
expect_json '[.modules[].verdict] == ["rebuild", "loads"] and .modules[0].changed == ["tcp_slow_start"]'
kabi old old --module bad.ko --json
expect_json '.modules[0].verdict == "loads"'

# ---- abidiff ----
kabi old new --abidiff --json
expect_exit 0
grep -q 'unsigned int flags' "$(jq -r .abidiff "$T/out")" || fail "abidiff does not see the member"
refute_file "$W/old-vmlinux"

# ---- what goes wrong ----
cp -r old broken
symbol broken 0x00000008 more
echo 'rest' >> broken/Module.symvers
kabi old broken
expect_exit 1
expect_stderr '^error: .*broken/Module.symvers: line 8: 1 column'
kabi old "$T/none"
expect_exit 2
kabi old tree --json
expect_exit 2
expect_json '.error.hint | test("baseline or enhanced")'
mkdir -p twice/usr/src/kernels/{1,2}
cp old/Module.symvers twice/usr/src/kernels/1/
cp old/Module.symvers twice/usr/src/kernels/2/
kabi old twice
expect_exit 2
expect_stderr 'more than one Module.symvers'
kabi old new --module series/series
expect_exit 1
expect_stderr 'cannot be read as a module'
kabi old new --module none.ko
expect_exit 2
kabi old new --old-vmlinux bare.ko
expect_exit 1
expect_stderr '^error: types cannot be compared: .*bare.ko has neither BTF nor DWARF'
kabi old new --series tree
expect_exit 1
head -c 2000 top/RPMS/noarch/*.rpm > cut.rpm
kabi old cut.rpm
expect_exit 1
kabi old
expect_exit 2
