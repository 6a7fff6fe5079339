#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Specs in the styles of distributions (styles.tsv), each edited by the kit and then run by rpmbuild -bp with every set of
# options: our patches must be in every tree that gets built, before it was configured, copied or packed, and the kABI check
# off. Undo gives the bytes back. Those that cannot be understood are refused, and left as they are.
# usage: run.sh [STYLE]...
set -euo pipefail

: "${KMESH:?the program under test}" "${REPOSITORY:?the checkout}"
# Below `make check` the make of a %prep would say which folder it enters, and a spec asks whether that make was silent.
unset MAKEFLAGS MFLAGS MAKELEVEL
here=$REPOSITORY/tests/specs
T=$(mktemp -d "${TMPDIR:-/tmp}/kmesh-specs.XXXXXX")
trap 'rm -rf "$T"' EXIT
wanted=" $* "
failed=0
checked=0
declare -A wrong=() # the styles about which something was said

complain() {
    echo "FAILED: $1" >&2
    failed=$((failed + 1))
    wrong[${1%%[: ]*}]=1
}

# has_ours FOLDER
has_ours() {
    grep -q kmesh_a "$1/net/ipv4/tcp.c" && grep -q kmesh_b "$1/net/ipv4/tcp.c" && grep -q kmesh_b "$1/include/linux/tracepoint.h"
}

# each WORDS NUMBER: those words that count for the option set of that number
each() {
    local word number=$2
    for word in $1; do
        case $word in
        -) ;;
        [0-9]-@*) [ "${word%%-@*}" = "$number" ] || echo "${word#*@}" ;;
        [0-9]@*) [ "${word%%@*}" != "$number" ] || echo "${word#*@}" ;;
        *) echo "$word" ;;
        esac
    done
}

# holds STYLE NUMBER TOP TREES CONFIGURED ARCHIVES KABI OPTIONS...: what the table says of an edited spec
holds() {
    local style=$1 number=$2 top=$3 trees=$4 configured=$5 archives=$6 kabi=$7 glob found one value
    shift 7
    while read -r glob; do
        found=0
        for one in "$top"/BUILD/$glob; do
            [ -d "$one" ] || continue
            found=1
            checked=$((checked + 1))
            has_ours "$one" || complain "$style $number: ours are not in $one"
        done
        [ $found = 1 ] || complain "$style $number: no tree is $glob"
    done < <(each "$trees" "$number")
    while read -r glob; do
        for one in "$top"/BUILD/$glob; do
            [ "$(cat "$one" 2> /dev/null || echo 0)" -gt 0 ] || complain "$style $number: configured before ours: $one"
        done
    done < <(each "$configured" "$number")
    while read -r glob; do
        for one in "$top"/BUILD/$glob; do
            [ "$(tar -xOf "$one" --wildcards '*/net/ipv4/tcp.c' | grep -c kmesh_)" = 2 ] ||
                complain "$style $number: ours are not in $one"
        done
    done < <(each "$archives" "$number")
    for one in $kabi; do
        ! is_on "$top" "$one" "$@" || complain "$style $number: $one is on"
    done
}

# is_on TOP SWITCH OPTIONS...: what a switch of the column kabi comes to in TOP/SPECS/kernel.spec
is_on() {
    local top=$1 value
    case $2 in
    macro:* | off:*) value="%{?${2#*:}}" ;;
    bcond:*) value="%{with ${2#bcond:}}" ;;
    -) return 1 ;;
    *) complain "$style: the table's switch $2"; return 1 ;;
    esac
    shift 2
    { cat "$top/SPECS/kernel.spec" && printf '\n%%{warn:kabi=%s=}\n' "$value"; } > "$top/kabi.spec"
    value=$(rpmspec -P --define "_topdir $top" --define "_dbpath $T/rpmdb" "$@" "$top/kabi.spec" 2>&1 | sed -n 's/.*kabi=\(.*\)=$/\1/p')
    [ -n "$(tr -d ' 0' <<< "$value")" ]
}

# was_on STYLE TOP OPTIONS KABI: each switch is on with one of the sets before the edit, or that it is off then shows nothing
was_on() {
    local one set on
    for one in $4; do
        case $one in - | off:*) continue ;; esac
        on=0
        while read -r set; do
            eval "arguments=($set)"
            [ -n "${arguments[0]:-}" ] || arguments=()
            ! is_on "$2" "$one" ${arguments[@]+"${arguments[@]}"} || on=1
        done < <(echo "${3// ; /$'\n'}")
        [ $on = 1 ] || complain "$1: $one is off before the edit, too"
    done
}

# prepare TOP OPTIONS...: rpmbuild -bp of TOP/SPECS/kernel.spec
prepare() {
    local top=$1
    shift
    rm -rf "$top/BUILD"
    mkdir -p "$top/BUILD"
    rpmbuild -bp --nodeps --define "_topdir $top" --define "_dbpath $T/rpmdb" "$@" "$top/SPECS/kernel.spec" > "$top/log" 2>&1
}

# edited STYLE FREE SPEC: the edit, twice and undone; the spec is edited then
edited() {
    local style=$1 free=$2 spec=$3
    cp "$spec" "$T/before"
    "$KMESH" spec edit "$spec" --patch "$here/ours/a.patch" --patch "$here/ours/b.patch" --work "$T/work" --json \
        > "$T/out" 2> "$T/err" || { complain "$style: refused: $(cat "$T/err")"; return 1; }
    [ "$(jq -r '.sources | join(" ")' "$T/out")" = "$free" ] || complain "$style: numbers $(jq -c .sources "$T/out"), not $free"
    cp "$T/out" "$T/kabi"
    cp "$spec" "$T/once"
    "$KMESH" spec edit "$spec" --patch "$here/ours/a.patch" --patch "$here/ours/b.patch" --work "$T/work" > "$T/out"
    cmp -s "$spec" "$T/once" || complain "$style: a second edit changes it"
    ! diff "$T/before" "$spec" | grep -q '^<' || complain "$style: lines were taken away or changed"
    "$KMESH" spec undo "$spec" --work "$T/work" > "$T/out"
    cmp -s "$spec" "$T/before" || complain "$style: undo does not give the bytes back"
    cp "$T/once" "$spec"
}

styles=0
while IFS=$'\t' read -r style expected options trees configured archives kabi free says; do
    case $style in '' | \#*) continue ;; esac
    if [ $# -gt 0 ] && [[ $wanted != *" $style "* ]]; then continue; fi
    styles=$((styles + 1))
    top=$T/top
    rm -rf "$top"
    mkdir -p "$top"/{SPECS,SOURCES}
    "$here/make-sources.sh" "$style" "$top/SOURCES"
    cp "$here/$style/kernel.spec" "$top/SPECS/kernel.spec"
    if [ "$expected" != edited ]; then
        # refused for what it does, and not because it is no spec
        [ "$trees" = - ] || prepare "$top" || complain "$style: its own %prep fails: $(tail -n 5 "$top/log")"
        code=0
        "$KMESH" spec edit "$top/SPECS/kernel.spec" --patch "$here/ours/a.patch" --patch "$here/ours/b.patch" --work "$T/work" \
            > "$T/out" 2> "$T/err" || code=$?
        [ $code = 1 ] || complain "$style: $expected, and the exit code is $code"
        [ -n "$says" ] || complain "$style: the table does not say with which words"
        grep -Eq -e "^error: .*$says" "$T/err" || complain "$style: the reason is not '$says': $(cat "$T/err")"
        grep -q '^  ' "$T/err" || complain "$style: refused without a way out"
        cmp -s "$top/SPECS/kernel.spec" "$here/$style/kernel.spec" || complain "$style: refused, and changed"
        echo "$style: refused: $(sed -n 's/^error: //p' "$T/err")"
        continue
    fi
    # the distribution's own must pass, or what follows shows nothing
    prepare "$top" || { complain "$style: its own %prep fails: $(tail -n 5 "$top/log")"; continue; }
    was_on "$style" "$top" "$options" "$kabi"
    edited "$style" "$free" "$top/SPECS/kernel.spec" || continue
    expected=$(for one in $kabi; do [ "$one" = - ] || echo "${one#*:}"; done | sed 's/^kabi/with_kabi/' | sort)
    [ "$(jq -r '.kabi[]' "$T/kabi" | sort)" = "$expected" ] || complain "$style: the switches are $(jq -c .kabi "$T/kabi")"
    cp "$here"/ours/*.patch "$top/SOURCES/"
    number=0
    while read -r set; do
        number=$((number + 1))
        eval "arguments=($set)"
        [ -n "${arguments[0]:-}" ] || arguments=()
        if prepare "$top" ${arguments[@]+"${arguments[@]}"}; then
            holds "$style" $number "$top" "$trees" "$configured" "$archives" "$kabi" ${arguments[@]+"${arguments[@]}"}
        else
            complain "$style $number $set: $(grep -v '^+' "$top/log" | tail -n 3 | tr '\n' ' ')"
        fi
    done < <(echo "${options// ; /$'\n'}")
    echo "$style: $number sets of options"
done < "$here/styles.tsv"
echo "$((styles - ${#wrong[@]})) of $styles styles are right, $checked trees"
if [ $# = 0 ] && { [ $styles -lt 20 ] || [ $checked -lt 50 ]; }; then complain "too few for a verdict"; fi
[ $failed = 0 ]
