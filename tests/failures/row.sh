# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2016 # the table's own backticks
# What a log's row in tests/data/failures/README.md shows of it.

# has_line README NAME LOG : whether the log has the line that its row shows, or one of them where that is `A` or `B`: for what
# words a program has depends on which of its allocations fails, and the like. Says what it misses.
has_line() {
    local shown line
    shown=$(awk -F ' [|] ' -v row="| $2" '$1 == row { print $3; exit }' "$1")
    [ -n "$shown" ] || { echo "$2: no row"; return 1; }
    while IFS= read -r line; do
        if grep -qF -e "$line" "$3"; then return 0; fi
    done < <(sed 's/^`*//;s/`*$//;s/` or `/\n/g' <<< "$shown")
    echo "$2: no such line: $shown"
    return 1
}
