#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The help of the program and of each verb fits a screen, leaves no option out, and ends with examples that are right.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# fits [LINES] : 24 lines of 80 columns, if nothing else is said
fits() {
    expect_exit 0
    [ ! -s "$T/err" ] || fail "help belongs to standard output"
    [ "$(wc -l < "$T/out")" -le "${1:-24}" ] || fail "more than ${1:-24} lines: $(wc -l < "$T/out")"
    ! grep -nE '.{81}' "$T/out" || fail "a line of more than 80 characters"
    ! grep -nE ' $' "$T/out" || fail "a line that ends with a blank"
    expect_stdout '^  kmesh-kernel '
}

# The call is read to its end, with its values; only the word that is put behind it is wrong.
right_call() {
    local words
    read -ra words <<< "${1%%[|>]*}"
    [ "${words[0]}" = kmesh-kernel ] || fail "no call of the program: $1"
    run "${words[@]:1}" --no-such-option
    expect_exit 2
    expect_stderr "^error: kmesh-kernel [a-z]+ does not know '--no-such-option'$"
}

run --help
fits
# shellcheck disable=SC2207 # words
verbs=($(sed -n 's/^  \([a-z]\+\) \+[^ ].*/\1/p' "$T/out"))
[ "${#verbs[@]}" -ge 9 ] || fail "no verbs in the help"
grep '^  kmesh-kernel ' "$T/out" > examples
cp "$T/out" help
for word in help -h; do
    run "$word"
    expect_exit 0
    cmp -s help "$T/out" || fail "$word is not --help"
done

for verb in "${verbs[@]}"; do
    run "$verb" --help
    fits
    expect_stdout '^Usage: kmesh-kernel '"$verb"
    cp "$T/out" screen
    sed -n '/^Examples\?:/,$s/^  //p' screen > "examples.$verb"
    [ -s "examples.$verb" ] || fail "no example of $verb"
    cat "examples.$verb" >> examples
    run help "$verb"
    expect_exit 0
    cmp -s screen "$T/out" || fail "help $verb is not $verb --help"
    # what has its name alone on the screen is explained by --help-all, and nothing of the screen is missing there
    if grep -q '^More: ' screen; then
        run "$verb" --help-all
        fits 48
        for option in $(sed -n '/^More: /,/^$/p' screen | grep -o -e '--[a-z0-9-]*'); do
            [ "$option" = --help-all ] || expect_stdout "^  (-., )?$option "
        done
        grep '^  ' screen | grep -v '^      ' | while IFS= read -r line; do
            grep -qF -e "$line" "$T/out" || fail "--help-all of $verb lacks: $line"
        done
    else
        cp screen "$T/out"
    fi
    # an option has words on what it is for, on its line or the next
    awk '/^  -/ { if (bare) exit 1; bare = $0 !~ /  [^ ].*  [^ ]/; next } { bare = 0 } END { exit bare }' "$T/out" ||
        fail "an option without an explanation"
    cp "$T/out" "explained.$verb"
done

# Every option that a verb's source declares is in what its help says. (What stands outside of a verb's function is of all
# verbs of the file.)
for file in "$REPOSITORY"/src/verbs/*.cc; do
    tr '\n' ' ' < "$file" | sed -E 's/int ([a-z]+)_verb\(/\nverb \1 /g' > functions
    common=$(sed 1q functions)
    for verb in $(sed -n 's/^verb \([a-z]*\) .*/\1/p' functions); do
        { echo "$common"; grep "^verb $verb " functions; } | grep -oE 'add_(option|flag|flag_callback)\( *"[-,a-zA-Z0-9]+"' |
            sed -E 's/.*"(.*)"/\1/; s/,-[a-z]$//' | sed "s/^/$verb /"
    done
done > declared
[ "$(wc -l < declared)" -ge 80 ] || fail "the options were not found in the source: $(wc -l < declared)"
while read -r verb name; do
    grep -qE -e "^  (-., )?$name( |\$)" "explained.$verb" || fail "$verb takes $name, and its help does not explain it"
done < declared

# Examples are calls that are read without an error...
[ "$(wc -l < examples)" -gt "${#verbs[@]}" ] || fail "not an example a verb"
while IFS= read -r example; do right_call "$example"; done < examples
# (which sees what is wrong)
if (right_call 'kmesh-kernel build --config slim --untill plan') 2> /dev/null; then fail "a wrong call was taken for a right one"; fi

# ... and those that need no kernel are carried out, as they stand
mkdir -p build/kernel/logs
cp "$REPOSITORY/tests/data/failures/flex-missing.log" build/kernel/logs/build.log
mkdir bin
ln -s "$KMESH" bin/kmesh-kernel
for verb in explain man completion; do
    PATH=$T/bin:$PATH bash -o pipefail -c "$(cat "examples.$verb")" > "$T/out" 2> "$T/err" || fail "$(cat "examples.$verb")"
    [ "$verb" != explain ] || expect_stdout 'program-missing: .*: flex'
    [ "$verb" != man ] || expect_stdout '^SYNOPSIS'
done
grep -q '_kmesh_kernel' kmesh-kernel.bash || fail "no completion was written"

# without a verb the same is shown, beside the answer that nobody asked for: the call was wrong
CODE=0
by_name command > "$T/out" 2> "$T/err" || CODE=$?
expect_exit 2
expect_empty_stdout
cmp -s help "$T/err" || fail "a call without a verb shows the help"
