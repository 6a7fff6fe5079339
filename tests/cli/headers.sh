#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# headers path, install, restore and status, on roots with and without dpkg: the original comes back to the byte, updates
# in between are seen and kept, and what would lose names or an original is refused.
# shellcheck source=tests/cli/headers_lib.sh
. "$(dirname "$0")/headers_lib.sh"

R=$T/root
HEADER=$R/usr/include/linux/bpf.h
OURS=$W/headers/include/linux/bpf.h
headers() { run headers "$1" --work "$W" --root "$R" "${@:2}"; }
fresh() { rm -rf "$R"; "$1" "$R"; inventory "$R" > "$T/before"; }
expect_as_before() {
    inventory "$R" > "$T/after"
    diff "$T/before" "$T/after" >&2 || fail "the root is not as it was"
}
expect_ours() { cmp -s "$HEADER" "$OURS" || fail "the header is not ours"; }

# ---- path ----
run headers path --work "$T/nothing"
expect_exit 1
expect_stderr 'kmesh-kernel build --work .*/nothing'
refute_file "$T/nothing"
fake_kernel
build --until module
expect_exit 0
run headers path --work "$W"
expect_exit 0
expect_same "$(cat "$T/out")" "$W/headers/include" "the include root"
expect_file "$OURS"
tail -n 1 "$OURS" > "$T/mark"
grep -q 'made by kmesh-kernel' "$T/mark" || fail "the header of the include root has no mark"
run headers path --json --work "$W"
expect_exit 0
expect_json '.ok and .kernel == "5.10.999"'
# a compiler finds a name that only the patched header has, wherever the folder is moved to
printf %s "$NEW" > "$OURS"
mkdir "$T/moved place"
cp -r "$W/headers" "$T/moved place/"
echo $'#include <linux/bpf.h>\nint a = BPF_KMESH;' > use.c
! gcc -fsyntax-only use.c 2>/dev/null || fail "the name is there without our headers"
words=()
eval "words=($(PKG_CONFIG_PATH="$T/moved place/headers" pkg-config --cflags kmesh-headers))"
gcc -fsyntax-only "${words[@]}" use.c || fail "pkg-config's words do not work: ${words[*]}"
# it is an output: one that was altered is made again
build --until module
expect_exit 0
expect_stage module "done: headers/include/linux/bpf.h was altered"
for output in deb image; do
    run build --work "$T/$output" --tarball "$T/$TARBALL" --no-verify --series "$SERIES" --output "$output" --until module
    expect_exit 0
    run headers path --work "$T/$output"
    expect_exit 0
    expect_file "$T/$output/headers/include/linux/bpf.h"
done
rm -r "$W"
include_root "$W"

owner="$(id -u) $(id -g)"
[ "$(id -u)" != 0 ] || owner='12 34'
for root in plain_root dpkg_root; do
    # ---- there and back, twice each ----
    fresh "$root"
    headers status
    expect_exit 0
    expect_stdout '^not installed'
    headers install
    expect_exit 0
    expect_ours
    expect_same "$(stat -c '%a %u %g' "$HEADER")" "640 $owner" "whose the header is"
    inventory "$R" > "$T/installed"
    headers install --json
    expect_exit 0
    expect_json '.action == "already installed"'
    inventory "$R" | cmp - "$T/installed" || fail "a second install changed something"
    headers status --json
    expect_json '.action == "installed" and .kernel == "5.10.999" and (.updated | not) and .original.mode == 416'
    headers restore
    expect_exit 0
    expect_stdout '^restored'
    expect_as_before
    headers restore
    expect_exit 0
    expect_stdout '^not installed'
    expect_as_before

    # ---- names that would be lost ----
    seq -f '#define LOST_%03g' 30 >> "$HEADER"
    inventory "$R" > "$T/before"
    headers install
    expect_exit 1
    expect_stderr '^error: .* knows 30 names'
    expect_same "$(grep -c '^LOST_0[0-9][0-9]$' "$T/err")" 30 "the names that would be lost"
    expect_as_before

    # ---- the record is lost ----
    fresh "$root"
    headers install
    rm -r "$R/var/lib/kmesh"
    headers install
    expect_exit 1
    expect_stderr 'no record says'
    # and another enhanced kernel's is none of the distribution's either
    { echo '#define OLDER 1'; cat "$T/mark"; } > "$HEADER"
    inventory "$R" > "$T/installed"
    headers install
    expect_exit 1
    expect_stderr 'another enhanced kernel, and no record says'
    inventory "$R" | cmp - "$T/installed" || fail "a refused install changed something"
    refute_file "$R/var/lib/kmesh"

    # ---- nothing to replace ----
    fresh "$root"
    rm "$HEADER"
    headers status
    expect_exit 0
    headers install
    expect_exit 1
    expect_stderr 'linux-libc-dev'
done

# ---- an update in between ----
fresh plain_root
headers install
expect_stdout 'will overwrite it'
printf %s "$NEWER" > "$HEADER"
headers status --json
expect_json '.updated and .action == "changed"'
headers install
expect_exit 1
expect_stderr 'headers restore'
headers restore
expect_exit 0
expect_stdout 'its newer one is kept'
expect_same "$(cat "$HEADER")" "${NEWER%$'\n'}" "the update"
refute_file "$R/var/lib/kmesh"

# by the real dpkg, with a package of the same name that is newer
fresh dpkg_root
mkdir -p package/DEBIAN package/usr/include/linux
printf '%s\n' 'Package: linux-libc-dev' 'Version: 2' 'Architecture: amd64' 'Multi-Arch: same' 'Maintainer: k <k@k.test>' \
    'Description: headers' > package/DEBIAN/control
printf %s "$NEWER" > package/usr/include/linux/bpf.h
dpkg-deb --root-owner-group --build package newer.deb > /dev/null
headers install
expect_stdout 'go to .*bpf.h.distrib'
expect_same "$(dpkg-divert --root "$R" --truename /usr/include/linux/bpf.h)" /usr/include/linux/bpf.h.distrib "diverted"
dpkg --root "$R" --force-not-root --force-bad-path --log /dev/null --unpack newer.deb > dpkg.log 2>&1 ||
    fail "dpkg: $(cat dpkg.log)"
expect_ours
headers status --json
expect_json '.updated and .action == "installed"'
headers restore --json
expect_exit 0
expect_json '.action == "kept newer" and .updated'
expect_same "$(cat "$HEADER")" "${NEWER%$'\n'}" "the update"
expect_same "$(dpkg-divert --root "$R" --listpackage /usr/include/linux/bpf.h)" "" "the diversion"
expect_same "$(dpkg-query --admindir "$R/var/lib/dpkg" --search /usr/include/linux/bpf.h)" \
    "linux-libc-dev:amd64: /usr/include/linux/bpf.h" "whose the header is"
refute_file "$HEADER.distrib"

# ---- what is not ours to touch ----
fresh dpkg_root
dpkg-divert --quiet --root "$R" --local --no-rename --add /usr/include/linux/bpf.h
headers install
expect_exit 1
expect_stderr 'diverted already \(LOCAL\)'
fresh plain_root
mkdir "$T/outside"
ln -s "$T/outside" "$R/var/lib/kmesh"
headers install
expect_exit 1
expect_stderr 'is a link'
expect_same "$(ls -A "$T/outside")" "" "what lies outside of the root"
fresh plain_root
echo 'rpm' > "$R/var/lib/rpm"
headers install
expect_stdout 'rpm knows no diversions'

# ---- a record that is damaged ----
echo '{' > "$R/var/lib/kmesh/headers/state.json"
for verb in install restore status; do
    headers "$verb"
    expect_exit 1
    expect_stderr 'state.json cannot be read'
done
expect_ours

# ---- without the right to ----
fresh plain_root
chmod 755 "$T"
chmod 644 "$HEADER"
inventory "$R" > "$T/before"
unprivileged() {
    if [ "$(id -u)" = 0 ]; then
        run_as setpriv --reuid 65534 --regid 65534 --clear-groups "$KMESH" headers "$1" --work "$W" --root "$R"
    else
        chmod 555 "$R/usr/include/linux"
        headers "$1"
        chmod 755 "$R/usr/include/linux"
    fi
}
unprivileged install
expect_exit 1
expect_stderr 'run it as root'
expect_stderr 'sudo kmesh-kernel headers install --work .*/work --root .*/root'
expect_as_before
headers install
unprivileged status
expect_exit 0
unprivileged restore
expect_exit 1
expect_stderr 'sudo kmesh-kernel headers restore --root'
expect_ours

# ---- one at a time ----
exec 8< "$R/usr/include/linux"
flock 8
headers restore
expect_exit 1
expect_stderr 'another kmesh-kernel'
exec 8<&-

run headers
expect_exit 2
run headers instal
expect_exit 2
expect_stderr 'did you mean install'
