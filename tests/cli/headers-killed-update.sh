#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# headers install or restore is killed at a system call, and the distribution updates its header before the next run: that one
# says so, and the newer header is what is there in the end, with nothing left beside it.
# shellcheck source=tests/cli/headers_lib.sh
. "$(dirname "$0")/headers_lib.sh"

include_root "$W"
headers() { "$KMESH" headers "$1" --work "$W" --root "$R" "${@:2}" > "$T/out" 2> "$T/err"; }

# update : as the package's next version is unpacked: where dpkg is told to, under its name by a rename
update() {
    local to=$HEADER
    [ ! -e "$R/var/lib/dpkg" ] || to=$R$(dpkg-divert --root "$R" --truename /usr/include/linux/bpf.h)
    printf %s "$NEWER" > "$to.dpkg-new"
    chmod 640 "$to.dpkg-new"
    touch -d '2031-01-01 00:00:00' "$to.dpkg-new"
    mv "$to.dpkg-new" "$to"
}

# expect_newer WHAT : the root is one that was updated and nothing else
expect_newer() {
    inventory "$R" > "$T/after"
    cmp -s "$T/updated" "$T/after" || diff "$T/updated" "$T/after" >&2 || fail "$1: it is not as the update leaves it"
}

# killed_then_updated VERB COPY : at each of its calls
killed_then_updated() {
    local verb=$1 copy=$2 number=0 at recorded
    from_copy "$copy"
    strace -qq -e trace="$CALLS" -o "$T/trace" "$KMESH" headers "$verb" --work "$W" --root "$R" > "$T/out" 2> "$T/err" ||
        fail "$verb does not run under strace: $(cat "$T/err")"
    calls "$T/trace" > "$T/calls"
    while read -r at <&3; do
        number=$((number + 1))
        from_copy "$copy"
        killed_at "$at" "$KMESH" headers "$verb" --work "$W" --root "$R" || fail "$verb was not killed at $at: $(cat "$T/err")"
        update
        recorded=
        [ ! -e "$R/var/lib/kmesh/headers/state.json" ] || recorded=yes
        headers status --json || fail "$verb killed at $at: status: $(cat "$T/err")"
        # an install goes on over the newer one, or says that it is another
        if [ $((number % 2)) = 0 ] && [ -n "$recorded" ]; then
            expect_json .updated
            if headers install; then
                cmp -s "$HEADER" "$W/headers/include/linux/bpf.h" || fail "$verb killed at $at: install ends without our header"
                recorded= # of the newer one, where the older was given up
            else
                grep -q 'headers restore' "$T/err" || fail "$verb killed at $at: install does not say what to do: $(cat "$T/err")"
                [ "$(sum_of "$HEADER")" = "$newer" ] || fail "$verb killed at $at: install refuses, and changed the header"
            fi
        fi
        headers restore --json || fail "$verb killed at $at: restore fails: $(cat "$T/err")"
        [ -z "$recorded" ] || [ "$(jq -r .action "$T/out")" != restored ] || fail "$verb killed at $at: restore does not say that it kept the newer"
        expect_newer "$verb killed at $at"
    done 3< "$T/calls"
    [ "$number" -ge 15 ] || fail "$verb was killed $number times only"
    echo "$verb of $copy: killed and updated at each of $number calls"
}

# of_root KIND : all of it, in a folder of its own
of_root() {
    root_of "$1"
    newer=$(printf %s "$NEWER" | sha256sum | cut -d ' ' -f 1)
    from_copy original
    update
    inventory "$R" > "$T/updated"
    from_copy original
    headers install || fail "install: $(cat "$T/err")"
    cp -a "$R" "$T/installed"
    killed_then_updated install original
    killed_then_updated restore installed
}

(of_root plain_root) &
plain=$!
at_end "kill $plain 2>/dev/null"
(of_root dpkg_root)
wait "$plain"
