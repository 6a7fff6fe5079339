# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by each script beside it: a folder of its own that goes away, `run` and what to expect of it, and a source
# of a few small files that builds like a kernel in seconds (fake_kernel).
#
# From the environment: KMESH (the program), REPOSITORY (the checkout), BUILD and CCACHE_DIR.
set -euo pipefail

: "${KMESH:?the program under test}" "${REPOSITORY:?the checkout}"
T=$(mktemp -d "${TMPDIR:-/tmp}/kmesh-cli.XXXXXX")
W=$T/work
SERIES=$T/series
export HOME=$T/home CCACHE_DIR=$T/ccache
mkdir -p "$HOME" "$CCACHE_DIR"
cd "$T"
ended_by=()   # commands to run at the end, last one first

at_end() { ended_by=("$1" "${ended_by[@]}"); }

clean_up() {
    local code=$? command
    for command in "${ended_by[@]}"; do eval "$command" || true; done
    cd / && rm -rf "$T"
    exit "$code"
}
trap clean_up EXIT
trap 'exit 143' TERM INT

fail() {
    echo "FAILED: $*" >&2
    if [ -e "$T/command" ]; then
        { echo "--- command: $(cat "$T/command")"; echo "--- exit code: ${CODE-}"; } >&2
        { echo "--- stdout:"; tail -n 60 "$T/out"; echo "--- stderr:"; tail -n 60 "$T/err"; } >&2
    fi
    exit 1
}


# ---- running the program ----

# What holds for every call, whatever it was: judged here, so that no script can forget it.
sane() {
    [ "$CODE" != 124 ] || fail "it hangs"
    [ "$CODE" -lt 3 ] || fail "exit codes are 0, 1 and 2"
    ! grep -Eq 'terminate called|what\(\):|must not happen|Segmentation|Assertion|runtime error:|Sanitizer|core dumped' "$T/err" "$T/out" ||
        fail "it crashed"
    ! LC_ALL=C grep -q $'[\001-\010\013-\037\177]' "$T/out" || fail "control characters on standard output"
    ! LC_ALL=C grep -q $'[\001-\010\013-\037\177]' "$T/err" || fail "control characters in a log"
    [ "$CODE" = 0 ] || grep -q '^error: ' "$T/err" || fail "a failure without an error line"
    case " $(cat "$T/command") " in
    *' --json '*)
        jq -es 'length == 1' "$T/out" >/dev/null 2>&1 || fail "standard output is not one JSON document"
        [ "$(jq .ok "$T/out")" = "$([ "$CODE" = 0 ] && echo true || echo false)" ] ||
            fail "ok does not say what the exit code says"
        ;;
    esac
}

# by_name COMMAND ARGUMENT... : with the program on the PATH, and called by its name: as one that is installed.
by_name() { PATH=$(dirname "$KMESH"):$PATH "$1" "$(basename "$KMESH")" "${@:2}"; }

# run ARGUMENT... : runs the program; the result is in CODE, $T/out and $T/err.
run() { by_name run_as "$@"; }

# run_as COMMAND... : the same with a command before it (env, setpriv).
run_as() {
    CODE=0
    echo "$*" > "$T/command"
    timeout --kill-after=10 "${LIMIT:-120}" "$@" > "$T/out" 2> "$T/err" < /dev/null || CODE=$?
    sane
}

# build ARGUMENT... : the verb on the fake kernel's tarball and series, in $W.
build() {
    run build --work "$W" --tarball "$T/$TARBALL" --sha256 "$(sum_of "$T/$TARBALL")" --series "$SERIES" "$@"
}

# start_build UNTIL : the same in the background; its id is in PID. finish waits for its end.
start_build() {
    echo "$KMESH build ... --until $1 (in the background)" > "$T/command"
    env --default-signal=INT "$KMESH" build --work "$W" --tarball "$T/$TARBALL" --sha256 "$(sum_of "$T/$TARBALL")" \
        --series "$SERIES" --until "$1" > "$T/out" 2> "$T/err" < /dev/null &
    PID=$!
    at_end "kill -9 $PID 2>/dev/null"
}

finish() {
    wait_for "the program's end" 30 gone "$PID"
    CODE=0
    wait "$PID" || CODE=$?
}

gone() { ! grep -q '^State:[[:space:]]*[^Z]' "/proc/$1/status" 2>/dev/null; }

# Processes whose command line has the text, wherever they run. (The text is not on grep's own.)
# shellcheck disable=SC2062 # the pattern comes from the file, the glob is one of files
running() { grep -laF --file=- /proc/[0-9]*/cmdline 2>/dev/null <<< "$1" || true; }
none_running() { [ -z "$(running "$1")" ]; }

# wait_for WHAT SECONDS COMMAND... : until the command succeeds.
wait_for() {
    local what=$1 left=$(($2 * 20))
    shift 2
    until "$@"; do
        [ "$left" -gt 0 ] || fail "waited in vain for $what"
        left=$((left - 1))
        sleep 0.05
    done
}

# killed_at NAME:N COMMAND... : whether it was killed there
killed_at() {
    local code=0
    { strace -qq -e trace="${1%:*}" -e inject="${1%:*}:signal=KILL:when=${1#*:}" -o "$T/killed" \
        "${@:2}" > "$T/out" 2> "$T/err"; } 2>/dev/null || code=$?
    [ "$code" = 137 ]
}

sum_of() { sha256sum < "$1" | cut -d ' ' -f 1; }

# change_byte FILE : the byte in its middle becomes another one, whatever it was.
change_byte() {
    local middle=$(($(stat -c %s "$1") / 2)) byte=X before
    before=$(sum_of "$1")
    [ "$(tail -c +$((middle + 1)) "$1" | head -c 1 | od -An -c | tr -d ' ')" != X ] || byte=Y
    printf '%s' "$byte" | dd of="$1" bs=1 seek="$middle" conv=notrunc status=none
    [ "$before" != "$(sum_of "$1")" ] || fail "$1 was to be changed, and was not"
}

# ---- expectations ----

# shellcheck source=tests/unmarked.sh
. "$REPOSITORY/tests/unmarked.sh"

expect_exit() { [ "$CODE" = "$1" ] || fail "expected exit code $1"; }
expect_stdout() { grep -Eq -e "$1" "$T/out" || fail "standard output should have: $1"; }
expect_stderr() { grep -Eq -e "$1" "$T/err" || fail "standard error should have: $1"; }
refute_stdout() { ! grep -Eq -e "$1" "$T/out" || fail "standard output should not have: $1"; }
refute_stderr() { ! grep -Eq -e "$1" "$T/err" || fail "standard error should not have: $1"; }
expect_empty_stdout() { [ ! -s "$T/out" ] || fail "standard output should be empty"; }
expect_file() { [ -e "$1" ] || fail "there should be a file $1"; }
refute_file() { [ ! -e "$1" ] || fail "there should be no file $1"; }
# expect_json FILTER [FILE] : the filter gives true for standard output, or the file.
expect_json() { jq -e "$1" "${2:-$T/out}" >/dev/null || fail "the JSON should satisfy: $1"; }
refute_same() { [ "$1" != "$2" ] || fail "$3: both are '$1'"; }
expect_same() { [ "$1" = "$2" ] || fail "$3: '$1' is not '$2'"; }

# How a stage went, from the last report: "reused", "done" or "done: WHY".
stage_was() {
    jq -r --arg name "$1" '.stages[] | select(.name == $name) |
        if .reused then "reused" elif (.why // "") == "" then "done" else "done: " + .why end' "$W/report.json"
}
expect_stage() { expect_same "$(stage_was "$1")" "$2" "stage $1"; }

# ---- a source that builds like a kernel ----

FIRST=0001-bpf-sockmap-add-extra-return-value-for-sockops.patch
SECOND=bpf-support-writable-context-for-bare-tracepoint.patch

# The file each patch wants to see: its own lines where its hunks say, and numbered comments in between.
# preimage PATCH FOLDER
preimage() {
    awk -v folder="$2" '
    function fill(to) { for (; at < to; at++) print "/* line " at " */" > file }
    /^--- a\// { file = folder "/" substr($2, 3); at = 1
                 path = file; sub(/\/[^\/]*$/, "", path); system("mkdir -p \"" path "\""); next }
    /^\+\+\+ / { next }
    /^@@ / { split($2, part, ","); fill(-part[1]); inside = 1; next }
    file && inside && /^[- ]/ { print substr($0, 2) > file; at++; next }
    file && inside && /^\+/ { next }
    { inside = 0 }
    END { if (file) { fill(at + 40); close(file) } }' "$1"
}

# The series the tests use: two real patches of the archive.
make_series() {
    mkdir -p "$SERIES"
    local patch
    for patch in "$FIRST" "$SECOND"; do cp "$REPOSITORY/kernel/patches/5.10.0/$patch" "$SERIES/"; done
    printf '%s\n' '# the two first patches of the archive' "$FIRST" "$SECOND" > "$SERIES/series"
}

# fake_tree FOLDER : a tree with the Makefile's targets that a kernel package is made with. $T/hooks.mk, if there is
# one, becomes part of its Makefile: HOOK_PREP and HOOK_BUILD are commands it runs when it is configured and compiled.
fake_tree() {
    local tree=$1 patch
    mkdir -p "$tree"/{scripts/kconfig,include/config,arch/x86/include/asm,arch/x86/boot,tools/objtool}
    for patch in "$FIRST" "$SECOND"; do preimage "$REPOSITORY/kernel/patches/5.10.0/$patch" "$tree"; done
    [ ! -e "$T/hooks.mk" ] || cp "$T/hooks.mk" "$tree/hooks.mk"
    cat > "$tree/Makefile" <<'MAKEFILE'
# SPDX-License-Identifier: GPL-2.0
VERSION = 5
PATCHLEVEL = 10
SUBLEVEL = 999
EXTRAVERSION =
NAME = A kernel of a few small files

KERNELVERSION = $(VERSION).$(PATCHLEVEL).$(SUBLEVEL)$(EXTRAVERSION)
HOOK_PREP = :
HOOK_BUILD = :
-include hooks.mk

kernelversion:
	@echo $(KERNELVERSION)
image_name:
	@echo arch/x86/boot/bzImage
tinyconfig:
	$(HOOK_PREP)
	printf 'CONFIG_TINY=y\n' > .config
olddefconfig:
	printf 'CONFIG_X86_64=y\nCONFIG_MODULES=y\n' >> .config
include/config/kernel.release:
	echo $(KERNELVERSION) > $@
bzImage:
	@echo '  CC      net/core/filter.o'
	@echo $$(($$(cat .version 2>/dev/null || echo 0) + 1)) > .version
	$(HOOK_BUILD)
	cat net/core/filter.c include/trace/bpf_probe.h > arch/x86/boot/bzImage
	[ ! -e drawn ] || cat drawn >> arch/x86/boot/bzImage
	n=$${KBUILD_BUILD_VERSION:-$$(cat .version)}; \
	echo "$(KERNELVERSION) ($$KBUILD_BUILD_USER@$$KBUILD_BUILD_HOST) #$$n" >> arch/x86/boot/bzImage
	@echo '  LD      vmlinux'
	echo 'ffffffff81000000 T _text' > System.map
	printf '0x00000000\tprintk\tvmlinux\tEXPORT_SYMBOL\n' > Module.symvers
modules:
	@echo '  CC [M]  fake.ko'
	if [ -n "$(M)" ]; then echo 'int kmesh;' | gcc -x c -c -o $(M)/kmesh.ko -; else echo module > fake.ko; fi
modules_install:
	mkdir -p $(INSTALL_MOD_PATH)/lib/modules/$(KERNELVERSION)/kernel
	cp fake.ko $(INSTALL_MOD_PATH)/lib/modules/$(KERNELVERSION)/kernel/
	cd $(INSTALL_MOD_PATH)/lib/modules/$(KERNELVERSION) && touch modules.order modules.builtin modules.builtin.modinfo
bindeb-pkg:
	mkdir -p ../deb/DEBIAN
	printf 'Package: linux-image-%s\nVersion: %s\nArchitecture: amd64\nMaintainer: k <k@k.test>\nDescription: fake\n' \
		$(KERNELVERSION) $(KDEB_PKGVERSION) > ../deb/DEBIAN/control
	dpkg-deb --build ../deb ../linux-image-$(KERNELVERSION)_$(KDEB_PKGVERSION)_amd64.deb
headers_install:
	mkdir -p $(INSTALL_HDR_PATH)/include/linux $(INSTALL_HDR_PATH)/include/scsi
	echo '/* bpf */' > $(INSTALL_HDR_PATH)/include/linux/bpf.h
	[ ! -d include/uapi/linux ] || cp include/uapi/linux/* $(INSTALL_HDR_PATH)/include/linux/
.PHONY: include/config/kernel.release
MAKEFILE
    cat > "$tree/scripts/kconfig/merge_config.sh" <<'SCRIPT'
#!/bin/sh
# merge_config.sh -m BASE FRAGMENT
cat "$3" >> "$2"
SCRIPT
    chmod 755 "$tree/scripts/kconfig/merge_config.sh"
    echo '/* asm */' > "$tree/arch/x86/include/asm/fake.h"
    echo 'obj-y += fake.o' > "$tree/Kbuild"
    : > "$tree/arch/x86/Makefile"
}

# fake_helper_docs TREE : with the script that reads the documentation of BPF helpers, which knows some types, as 5.10 has it.
fake_helper_docs() {
    mkdir -p "$1/scripts" "$1/tools/include/uapi/linux"
    cat > "$1/scripts/bpf_helpers_doc.py" <<'SCRIPT'
#!/usr/bin/python3
import re, sys
class Printer:
    known_types = {
            'u32',
    }
for line in open(sys.argv[-1]):
    helper = re.match(r'^ \* (.+?) ?bpf_[a-z_]+\(', line)
    if helper and helper.group(1) not in Printer.known_types:
        print("Unrecognized type '%s', please add it to known types!" % helper.group(1))
        sys.exit(1)
SCRIPT
}

# fake_kernel : makes $T/$TARBALL and the series.
fake_kernel() {
    TARBALL=linux-5.10.999.tar.xz
    rm -rf "$T/linux-5.10.999"
    fake_tree "$T/linux-5.10.999"
    pack linux-5.10.999 "$T/$TARBALL"
    make_series
}

# pack TOP TARBALL : the same content gives the same bytes.
pack() {
    tar --create --auto-compress --file "$2" --sort=name --mtime=@1700000000 --owner=0 --group=0 --numeric-owner \
        --directory "$T" "$1"
}

# The build can be held at a point: a line for hooks.mk with `hold_in HOOK NAME`; from `hold NAME` on the fake kernel
# waits there (a minute at most) until `release NAME`, and `wait_for_hold NAME` returns once it does. Its processes have
# MARK in their command line. The compiler cache is the folder that the sandbox lets both sides see.
MARK=kmesh-mark-$$-$RANDOM

hold_in() {
    # shellcheck disable=SC2016 # for make and its shell to expand
    printf '%s = : %s; if [ -e /ccache/hold-%s ]; then touch /ccache/reached-%s; for i in $$(seq 600); do ' \
        "$1" "$MARK" "$2" "$2"
    printf '[ -e /ccache/hold-%s ] || break; sleep 0.1; done; fi\n' "$2"
}

hold() { rm -f "$CCACHE_DIR/reached-$1"; touch "$CCACHE_DIR/hold-$1"; }
release() { rm -f "$CCACHE_DIR/hold-$1"; }
wait_for_hold() {
    wait_for "the build to reach $1" 30 reached_or_gone "$1"
    [ -e "$CCACHE_DIR/reached-$1" ] || fail "it ended before $1"
}
reached_or_gone() { [ -e "$CCACHE_DIR/reached-$1" ] || gone "$PID"; }
