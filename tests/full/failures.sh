#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every known failure, produced anew by the real tools: the log still has the line that the table shows for it, and `explain`
# tells it from the log. And before each the doctor looks at the scene: what is seen before the kernel is compiled is written to
# OUTPUT. Of names, those, and no table.
# usage: failures.sh OUTPUT TARBALL_5_10 TARBALL_6_1 TARBALL_6_12 [NAME...]
set -euo pipefail
: "${KMESH:?the program under test}"
# shellcheck source=tests/failures/row.sh
. "$REPOSITORY/tests/failures/row.sh"
logs=$REPOSITORY/tests/data/failures
scratch=$(mktemp -d "$REPOSITORY/build/test.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

mkdir "$scratch/kit"
cp -r "$KMESH" "$(dirname "$KMESH")/guest" "$REPOSITORY/kernel" "$scratch/kit/"
SCRATCH=$scratch/trees TREE_6_1=$3 TREE_6_12=$4 PREFLIGHT=$scratch/kit \
    "$REPOSITORY/tests/failures/capture.sh" "$2" "$scratch/logs" "${@:5}" ||
    fail "not every failure could be produced"

# what_is LOG : the row that explain finds in it; "clean" where nothing went wrong, "-" where it knows no row
what_is() {
    "$KMESH" explain "$1" --json 2> "$scratch/err" > "$scratch/explained" || [ -s "$scratch/explained" ] ||
        fail "$1: $(cat "$scratch/err")"
    jq -r 'if .known then .name elif .clean then "clean" else "-" end' "$scratch/explained"
}

# told LOG : its line is there and explain tells it
told() {
    local name wanted found
    name=$(basename "$1" .log)
    wanted=$(awk -F'\t' -v log_name="$name" '$1 == log_name { print $2 }' "$logs/rows.tsv")
    [ -n "$wanted" ] || { echo "$name: rows.tsv has no such log"; return 1; }
    has_line "$logs/README.md" "$name" "$1" || { cat "$1"; return 1; }
    found=$(what_is "$1")
    [ "$found" = "$wanted" ] || { echo "$name is told as '$found', expected '$wanted'"; cat "$1"; return 1; }
}

count=0
others=0
for log in "$scratch"/logs/*.log; do
    told "$log" >&2 || others=$((others + 1))
    count=$((count + 1))
done
[ $others = 0 ] || fail "$others of $count logs read otherwise than they did"
echo "$count failures, each told from its log"
[ $# -le 4 ] || exit 0
"$REPOSITORY/tests/failures/preflight.sh" "$scratch/logs" > "$1"
cat "$1"
# shellcheck source=bench/table.sh
. "$REPOSITORY/bench/table.sh"
seen_at_least 49 "$1"
