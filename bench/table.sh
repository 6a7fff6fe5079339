# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the tables of results share.

# row NAME MEASURED GOAL CONDITION: CONDITION is awk's, and says whether the goal is met.
row() {
    local met=met
    awk "BEGIN { exit !($4) }" || met=missed
    echo "| $1 | $2 | $3 | $met |"
}

# of the numbers on standard input, one a line
median() { sort -n | awk '{ all[NR] = $1 } END { print (NR % 2 ? all[(NR + 1) / 2] : (all[NR / 2] + all[NR / 2 + 1]) / 2) }'; }

# none_missed FILE: fails, and names them, where a goal of the table was missed: a test that reads figures must not pass then.
none_missed() {
    ! grep '| missed |$' "$1" >&2 || { echo "FAILED: a goal of $1 is missed" >&2; return 1; }
}

# seen_at_least ROWS TABLE : of what tests/failures/preflight.sh writes; its goal is a row or so away, and what there is is to stay
seen_at_least() {
    local seen
    seen=$(sed -n 's/^| rows that are seen before anything is compiled | \([0-9]*\) of .*/\1/p' "$2")
    [ "${seen:-0}" -ge "$1" ] || { echo "FAILED: ${seen:-no} rows are seen before anything is compiled, not $1" >&2; exit 1; }
}
