#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A work folder of another version, a damaged one and a folder that is none are refused and stay as they are.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# refused WHAT HINT: the call fails with these words, and changes no file of the folder
refused() {
    local before
    before=$(cd "$W" && find . -type f -exec sha256sum {} + | sort; find . | sort)
    build --until plan
    expect_exit 1
    expect_stderr "^error: .*$1"
    expect_stderr "$2"
    expect_same "$(cd "$W" && find . -type f -exec sha256sum {} + | sort; find . | sort)" "$before" "the folder's content"
}

fake_kernel
build --until plan
expect_exit 0
cp "$W/journal.json" good.json

jq '.version = 999' good.json > "$W/journal.json"
refused 'another version' '\-\-work DIR'
jq 'del(.version)' good.json > "$W/journal.json"
refused 'cannot be read' 'rm -r '
for damage in '' '{' '[]' 'null' '"text"' '{"version": "1"}' '{"version":1}' '{"version":1,"stages":7}' \
    '{"version":1,"stages":{"plan":[]}}' \
    '{"version":1,"stages":{"plan":{"inputs":{"a":1},"outputs":{},"facts":{},"seconds":0}}}'; do
    echo "$damage" > "$W/journal.json"
    refused 'cannot be read|another version' 'rm -r '
done
head -c 100 good.json > "$W/journal.json"
refused 'cannot be read' 'rm -r '
head -c 300 /dev/urandom > "$W/journal.json"
refused 'cannot be read' 'rm -r '
rm "$W/journal.json"
mkdir "$W/journal.json"
refused 'journal.json' ''
rmdir "$W/journal.json"

# with the good journal everything is as it was
cp good.json "$W/journal.json"
build --until plan
expect_exit 0
expect_stage plan reused

# a folder with a person's files in it
rm -rf "$W"
mkdir "$W"
echo mine > "$W/thesis.txt"
refused 'is no work folder' '\-\-work DIR'

# a file, and a path below a file
rm -rf "$W"
touch "$W"
build --until plan
expect_exit 1
expect_stderr "$W"
[ -f "$W" ] || fail "the file is gone"
rm "$W"
touch "$T/file"
run build --work "$T/file/work" --tarball "$T/$TARBALL" --no-verify --series "$SERIES" --until plan
expect_exit 1
expect_stderr "$T/file/work"
