#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is no kernel cannot be proven: the file is named, nothing is booted.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

bad() {
    LIMIT=20 run prove "$1" --work "$T/prove" "${@:3}"
    expect_exit 1
    expect_stderr "^error: .*$2"
    LIMIT=20 run prove "$1" --work "$T/prove" --json "${@:3}"
    expect_exit 1
    expect_json '.error.what | length > 0'
}
mkdir empty
echo 'no kernel' > text
: > nothing
bad "$T/missing" "$T/missing"
bad "$T/text" 'no x86 kernel image'
bad "$T/nothing" 'no x86 kernel image'
bad "$T/empty" 'has no kernel image'
bad /dev/zero '/dev/zero'
mkfifo pipe
bad "$T/pipe" "$T/pipe"

# the image of a boot protocol, with a version that points beyond its end
{ head -c 514 /dev/zero; printf 'HdrS'; head -c 8 /dev/zero; printf '\377\377'; head -c 100 /dev/zero; } > beyond
bad "$T/beyond" 'no x86 kernel image'
# one whose version would be a path
{ head -c 514 /dev/zero; printf 'HdrS'; head -c 8 /dev/zero; printf '\100\000'; head -c 48 /dev/zero; printf '../../x y'; head -c 100 /dev/zero; } > path
bad "$T/path" 'no x86 kernel image'
bad "$T/text" '.' --against "$T/missing"
