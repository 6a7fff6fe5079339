# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the tests with a real kernel share. WORK is the folder `make kernel` works in.

scratch=$(mktemp -d "$REPOSITORY/build/test.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# expect QUERY WANTED FILE: what jq finds in a report.
expect() {
    local found
    found=$(jq -r "$1" "$3") || fail "$3 is no JSON"
    [ "$found" = "$2" ] || fail "$1 is '$found', expected '$2'"
}

# copy_work TARGET: the work folder without what no later stage reads, for tests that spoil it.
copy_work() {
    mkdir -p "$1"
    tar -C "$WORK" --create --exclude=./*/rpmbuild/BUILD --exclude=./*/root . | tar -C "$1" --extract
}
