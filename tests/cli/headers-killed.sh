#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# headers install and restore, killed at each system call that changes something: the header is one of the two, whole, and
# restore gives the root back as it was. So do they where dpkg-divert is killed, and not they.
# shellcheck source=tests/cli/headers_lib.sh
. "$(dirname "$0")/headers_lib.sh"

include_root "$W"
headers() { "$KMESH" headers "$1" --work "$W" --root "$R" > "$T/out" 2> "$T/err"; }

expect_whole() {
    cmp -s "$HEADER" "$T/original/usr/include/linux/bpf.h" || cmp -s "$HEADER" "$W/headers/include/linux/bpf.h" ||
        fail "$1: the header is neither the original nor ours"
}
expect_restored() {
    headers restore || fail "$1: restore fails: $(cat "$T/err")"
    inventory "$R" > "$T/after"
    cmp -s "$T/before" "$T/after" || diff "$T/before" "$T/after" >&2 || fail "$1: restore does not give the root back"
}

# kill_at_each VERB COPY
kill_at_each() {
    local verb=$1 copy=$2 at number=0
    from_copy "$copy"
    strace -qq -e trace="$CALLS" -o "$T/trace" "$KMESH" headers "$verb" --work "$W" --root "$R" > "$T/out" 2> "$T/err" ||
        fail "$verb does not run under strace: $(cat "$T/err")"
    calls "$T/trace" > "$T/calls"
    for name in fsync rename unlink; do grep -q "^$name:" "$T/calls" || fail "$verb: no $name seen"; done
    while read -r at <&3; do
        number=$((number + 1))
        from_copy "$copy"
        killed_at "$at" "$KMESH" headers "$verb" --work "$W" --root "$R" || fail "$verb was not killed at $at: $(cat "$T/err")"
        expect_whole "$verb of $copy, killed at $at"
        # one that goes on instead ends in a state that restore takes back as well
        if [ "$verb" = install ] && [ $((number % 2)) = 0 ]; then
            headers install || fail "killed at $at, install does not go on: $(cat "$T/err")"
            cmp -s "$HEADER" "$W/headers/include/linux/bpf.h" || fail "killed at $at, install does not go on"
        fi
        expect_restored "$verb of $copy, killed at $at"
    done 3< "$T/calls"
    [ "$number" -ge 15 ] || fail "$verb was killed $number times only"
    echo "$verb of $copy: killed at each of $number calls"
}

# kill_dpkg_at_each VERB COPY : the same with dpkg-divert as the one that is killed, and the program goes on
kill_dpkg_at_each() {
    local verb=$1 copy=$2 at number=0
    mkdir -p "$T/bin"
    cat > "$T/bin/dpkg-divert" <<WRAPPER
#!/bin/sh
case " \$* " in
*' --add '* | *' --remove '*) exec strace -qq -e trace=$CALLS -o "$T/trace" \$(cat "$T/at") "$(command -v dpkg-divert)" "\$@" ;;
esac
exec "$(command -v dpkg-divert)" "\$@"
WRAPPER
    chmod 755 "$T/bin/dpkg-divert"
    from_copy "$copy"
    : > "$T/at"
    PATH=$T/bin:$PATH headers "$verb" || fail "$verb does not run with the wrapper: $(cat "$T/err")"
    calls "$T/trace" > "$T/calls"
    grep -q '^rename:' "$T/calls" || fail "dpkg-divert: no rename seen"
    while read -r at <&3; do
        number=$((number + 1))
        from_copy "$copy"
        echo "-e inject=${at%:*}:signal=KILL:when=${at#*:}" > "$T/at"
        ! PATH=$T/bin:$PATH headers "$verb" || fail "$verb succeeds without dpkg-divert, killed at $at"
        expect_whole "$verb of $copy, dpkg-divert killed at $at"
        expect_restored "$verb of $copy, dpkg-divert killed at $at"
    done 3< "$T/calls"
    [ "$number" -ge 5 ] || fail "dpkg-divert was killed $number times only"
    echo "$verb of $copy: dpkg-divert killed at each of $number calls"
}

# What a kill does not show, a power cut would: the original and the record are on the disk, with their folder, before
# the header's name changes; and no file gets its name before its bytes are.
expect_order() {
    from_copy original
    strace -y -qq -e trace="fsync,rename" -o "$T/trace" "$KMESH" headers install --work "$W" --root "$R" > "$T/out"
    sed -n "s|.*\(fsync\)([0-9]*<$R/\([^>]*\)>.*|\1 \2|p; s|.*\(rename\)(\"$R/[^\"]*\", \"$R/\([^\"]*\)\").*|\1 \2|p" \
        "$T/trace" | grep -v 'dpkg/' > "$T/order"
    diff - "$T/order" >&2 <<'ORDER' || fail "the order in which things reach the disk"
fsync var/lib
fsync var/lib
fsync var/lib/kmesh
fsync var/lib/kmesh/headers/state.json.kmesh-new
rename var/lib/kmesh/headers/state.json
fsync var/lib/kmesh/headers
fsync var/lib/kmesh/headers/original.kmesh-new
rename var/lib/kmesh/headers/original
fsync var/lib/kmesh/headers
fsync usr/include/linux/bpf.h.kmesh-new
rename usr/include/linux/bpf.h
fsync usr/include/linux
fsync var/lib/kmesh/headers/state.json.kmesh-new
rename var/lib/kmesh/headers/state.json
fsync var/lib/kmesh/headers
ORDER
}

# of_root KIND : all of it, in a folder of its own
of_root() {
    root_of "$1"
    from_copy original
    inventory "$R" > "$T/before"
    headers install || fail "install: $(cat "$T/err")"
    cp -a "$R" "$T/installed"
    [ "$1" != plain_root ] || expect_order
    kill_at_each install original
    kill_at_each restore installed
    [ "$1" != dpkg_root ] || kill_dpkg_at_each install original
    [ "$1" != dpkg_root ] || kill_dpkg_at_each restore installed
}

(of_root plain_root) &
plain=$!
at_end "kill $plain 2>/dev/null"
(of_root dpkg_root)
wait "$plain"
