#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An unknown verb, option or value ends with exit code 2, names the nearest right one, and touches nothing.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

wrong() {
    run "$@"
    expect_exit 2
    expect_empty_stdout
    expect_stderr '^    kmesh-kernel .*--help$'
    [ -z "$(ls -A "$T/here")" ] || fail "a wrong call left files behind: $(ls -A "$T/here")"
}
mkdir "$T/here"
cd "$T/here"

wrong bild
expect_stderr "no verb 'bild'"
expect_stderr 'did you mean build\?'
wrong proove
expect_stderr 'did you mean prove\?'
wrong xyzzy
refute_stderr 'did you mean'
wrong --verison
wrong ''

wrong build --bseline 5.10
expect_stderr "does not know '--bseline'"
expect_stderr 'did you mean --baseline\?'
wrong build --no-verfy
expect_stderr 'did you mean --no-verify\?'
wrong build --untill=plan
expect_stderr 'did you mean --until\?'
wrong prove image --agianst other
expect_stderr 'did you mean --against\?'

wrong build --until pln
expect_stderr "'pln' is none of .*did you mean plan\?"
wrong build --output rmp
expect_stderr "'rmp' is none of .*did you mean rpm\?"
wrong build --jobs many
expect_stderr '\-\-jobs'
wrong build --jobs=-1
expect_stderr '\-\-jobs'
wrong build --tarball
expect_stderr '\-\-tarball'
wrong build --tarball a --tree b
expect_stderr '\-\-tarball excludes --tree|--tree excludes --tarball'
wrong build --sha256 "$(printf '%064d' 0)"
expect_stderr '\-\-sha256 requires --tarball'
wrong build 5.10
expect_stderr "does not know '5.10'"
wrong prove
expect_stderr 'IMAGE'

# what it says to copy can be copied where it is on no PATH
ln -s "$KMESH" "$T/kit"
mkdir "$T/with blank"
ln -s "$KMESH" "$T/with blank/kit"
while read -r called told; do
    run_as "${called//+/ }" bild
    expect_stderr "^    $told --help\$"
    run_as "${called//+/ }" build --help
    expect_stdout "^  $told build "
done <<END
../kit ../kit
$T/with+blank/kit '$T/with blank/kit'
END
