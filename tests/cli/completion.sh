#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Real shells complete calls: verbs, options, the values of options, files where one is taken. What they offer is what the
# program takes.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir site
for program in kmesh-kernel kmesh-route; do
    for shell in bash zsh; do
        KMESH=$BUILD/$program
        run completion $shell
        expect_exit 0
        case $shell in bash) cp "$T/out" "$program.bash" ;; zsh) cp "$T/out" "site/_$program" ;; esac
    done
done
KMESH=$BUILD/kmesh-kernel
bash -n kmesh-kernel.bash
zsh -n site/_kmesh-kernel
mkdir -p here/build
cd here
touch linux.tar.xz 'a patch' build.log

in_a_line() { LC_ALL=C sort -u | tr '\n' ' ' | sed 's/^ *//; s/ *$//'; }

# offers WORD... : what bash offers for the last of the words, in one line
offers() {
    # shellcheck disable=SC2016 # for the other shell to expand
    bash --norc -c 'set -u; . "../$1.bash"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "_${1/-/_}"
        printf "%s\n" "${COMPREPLY[@]}"' bash "$@" | in_a_line
}
expect_offers() {
    local wanted=$1
    shift
    expect_same "$(offers "$@")" "$wanted" "what bash offers for '$*'"
}

names=$(sed -n 's/^name = "\(.*\)"/\1/p' "$REPOSITORY/kernel/baselines.toml" | in_a_line)
run build --until none
stages=$(sed -n 's/.*is none of \([a-z, ]*\).*/\1/p' "$T/err" | tr -d , | tr ' ' '\n' | in_a_line)
[ -n "$names" ] && [ -n "$stages" ] || fail "no baselines, or no stages"
verbs=$("$KMESH" --help | sed -n 's/^  \([a-z]\+\) \+[^ ].*/\1/p' | in_a_line)
expect_offers "$verbs" kmesh-kernel ''
expect_offers 'build' kmesh-kernel bu
expect_offers '' kmesh-kernel xyz ''
expect_offers "$names" kmesh-kernel build --baseline ''
expect_offers '6.1 6.12' kmesh-kernel plan --baseline 5.10 --baseline 6
# --option=value, which bash takes for three words
expect_offers '6.1 6.12' kmesh-kernel plan --baseline = 6
expect_offers "$names" kmesh-kernel plan --baseline =
expect_offers "$stages" kmesh-kernel build --until ''
expect_offers 'deb image rpm' kmesh-kernel build --work build --output ''
expect_offers 'a patch build build.log debug distro lean linux.tar.xz slim' kmesh-kernel build --config ''
expect_offers 'linux.tar.xz' kmesh-kernel build --tarball li
expect_offers 'build' kmesh-kernel build --work ''
expect_offers '' kmesh-kernel build --jobs ''
expect_offers '' kmesh-kernel build -j ''
expect_offers '--tarball --tree' kmesh-kernel build --t
# positionals, whatever options stand before them
expect_offers 'edit undo' kmesh-kernel spec ''
expect_offers 'edit undo' kmesh-kernel spec --work build --no-sandbox ''
expect_offers 'edit' kmesh-kernel spec --work = build e
expect_offers 'a patch build build.log linux.tar.xz' kmesh-kernel spec edit ''
expect_offers 'build build.log' kmesh-kernel explain b
expect_offers 'install path restore status' kmesh-kernel headers ''
expect_offers '--help --json --root --work' kmesh-kernel headers path ''
expect_offers 'bash zsh' kmesh-kernel completion ''
expect_offers 'check completion load man unload' kmesh-route ''
expect_offers '--cgroup --help --pins' kmesh-route load -

# Each option that help knows is offered, and no other, for each verb.
for verb in $verbs; do
    { "$KMESH" "$verb" --help-all 2> /dev/null || "$KMESH" "$verb" --help; } > "$T/out"
    ! grep -q '^Rarely' "$T/out" || echo "      --help-all" >> "$T/out"
    known=$({ sed -n 's/^  \(-., \)\?\(--[a-z0-9-]*\).*/\2/p' "$T/out"; sed -n 's/^      \(--help-all\)/\1/p' "$T/out"; echo --help; } | in_a_line)
    expect_offers "$known" kmesh-kernel "$verb" --
done

# typed SHELL LINE : the line after a tab, and in $T/listed what was offered for it
typed() {
    local script=../kmesh-kernel.bash
    [ "$1" = bash ] || script=../site/_kmesh-kernel
    "$REPOSITORY/tests/cli/type.zsh" "$1" "$script" "$2" > "$T/listed" || fail "$1 says nothing"
    sed -n 's/.*<<\(.*\)>>.*/\1/p' "$T/listed"
}
expect_typed() { expect_same "$(typed "$1" "$2")" "$3" "$1, tab behind '$2'"; }
# (the terminal's own keys between the words are no words)
expect_listed() {
    typed "$1" "$2" > /dev/null
    local word
    for word in "${@:3}"; do grep -qF -e "$word" "$T/listed" || fail "$1 does not list $word for '$2': $(cat "$T/listed")"; done
}
for shell in bash zsh; do
    expect_typed $shell 'kmesh-kernel pl' 'kmesh-kernel plan '
    expect_typed $shell 'kmesh-kernel spec ed' 'kmesh-kernel spec edit '
    expect_typed $shell 'kmesh-kernel build --tarball li' 'kmesh-kernel build --tarball linux.tar.xz '
    expect_typed $shell 'kmesh-kernel build --work ' 'kmesh-kernel build --work build/'
    expect_typed $shell 'kmesh-kernel build --output r' 'kmesh-kernel build --output rpm '
    expect_typed $shell 'kmesh-kernel build --baseline=o' 'kmesh-kernel build --baseline=openeuler-22.03-sp2 '
    expect_typed $shell 'kmesh-kernel build --config dis' 'kmesh-kernel build --config distro '
    expect_typed $shell 'kmesh-kernel spec edit a' 'kmesh-kernel spec edit a\ patch '
    # shellcheck disable=SC2086 # words
    expect_listed $shell 'kmesh-kernel build --baseline ' $names
    # shellcheck disable=SC2086 # words
    expect_listed $shell 'kmesh-kernel ' $verbs
done
# zsh says what each is for, and leaves out what cannot stand beside what is there
expect_listed zsh 'kmesh-kernel build --' "--until         -- stop after this stage" "--baseline      -- name in baselines.toml"
expect_typed zsh 'kmesh-kernel build --tree build --tar' 'kmesh-kernel build --tree build --tar'
expect_typed zsh 'kmesh-kernel build --tar' 'kmesh-kernel build --tarball='
