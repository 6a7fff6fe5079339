#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kmesh-route reads files and says what is wrong with them, without a right and without a module.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
KMESH=$BUILD/kmesh-route

# the manual's own example
sed -n '/^## The file/,/^## Which/s/^    //p' "$REPOSITORY/docs/routes.md" > example.toml
grep -q '^\[\[service\]\]' example.toml || fail "the manual has no example"
run check example.toml
expect_exit 0
expect_stdout '1 service, 3 routes; nothing was loaded'

# and the help's
"$KMESH" check --help | sed -n '/^A file of routes:/,$s/^  //p' > help.toml
run check help.toml
expect_exit 0

# the help: a screen each, and examples that are read to their end
# shellcheck disable=SC2086 # none is no verb
for verb in '' check load unload man completion; do
    run $verb --help
    expect_exit 0
    [ "$(wc -l < "$T/out")" -le 24 ] || fail "the help of '$verb' has more than 24 lines"
    ! grep -E '.{81}' "$T/out" || fail "the help of '$verb' has a line of more than 80 characters"
    sed -n '/^Examples\?:$/,/^$/s/^  //p; /For example:$/,$s/^  kmesh/kmesh/p' "$T/out" > examples
    [ -s examples ] || fail "no example of '$verb'"
    while IFS= read -r example; do
        read -ra words <<< "${example%%[|>]*}"
        [ "${words[0]}" = kmesh-route ] || fail "no call of the program: $example"
        run "${words[@]:1}" --no-such-option
        expect_exit 2
        expect_stderr 'not expected: --no-such-option'
    done < examples
done

printf "[[service]]\naddress = '10.0.0.1:80'\n[[service.route]]\npath = '/a/../b'\ndeny = true\n" > wrong.toml
for verb in check load; do
    run $verb wrong.toml
    expect_exit 1
    expect_stderr "wrong.toml:3: route: '/a/../b' is a path that servers may read otherwise"
    expect_stderr 'odd_paths'
done
printf "[[service]\n" > wrong.toml
run check wrong.toml
expect_exit 1
expect_stderr 'wrong.toml:1:'
head -c 100000 /dev/urandom > wrong.toml
run check wrong.toml
expect_exit 1
run check none.toml
expect_exit 1
expect_stderr 'cannot read none.toml: No such file'

for call in "" "chek example.toml" "check" "check example.toml more" "load --pin x example.toml"; do
    # shellcheck disable=SC2086 # several words
    run $call
    expect_exit 2
    expect_stderr '^ +kmesh-route ([a-z]+ )?--help$'
done

# this host has no such module, and must not get one
[ ! -e /sys/module/kmesh ] || fail "kmesh.ko is loaded into this host"
run load example.toml --pins "$T/pins"
expect_exit 1
expect_stderr 'kmesh.ko is not loaded'
expect_stderr 'modprobe kmesh'
refute_file "$T/pins"
run unload --pins "$T/pins"
expect_exit 0
