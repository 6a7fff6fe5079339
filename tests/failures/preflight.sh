#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Which known failures are seen before the kernel is compiled, and by what: each was captured with PREFLIGHT set, so that the doctor
# looked at the very scene in which it happened a moment later. Writes a table.
# usage: preflight.sh FOLDER   NAME.log, NAME.doctor.json and NAME.command of every failure, as capture.sh leaves them
#
# A failure is seen
#   by the doctor, where a check finds fault that the known failure's row names, or the work folder cannot be used at all;
#   while the source is prepared, where the failing command is one of %prep's: it configures, or rpmbuild ends before %build;
#   first, where what fails to compile is an object that the doctor says is compiled before the others.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=bench/table.sh
. "$here/../../bench/table.sh"
folder=$1
tables=("$here"/../../src/kit/failures_*.cc)

# checks_of NAME : what its rows say sees it, a line each
checks_of() {
    awk -F'"' -v name="$1" '/\.name = / { row = $2 } /\.seen_by = / && row == name { gsub(" ", "\n", $2); print $2 }' "${tables[@]}" | sort -u
}

# faults LOG : the checks that found fault; "folder" where the doctor could not begin
faults() {
    jq -r 'if .checks then .checks[] | select(.grade != "ok") | .check else "folder" end' "$folder/$1.doctor.json" |
        { grep -vxF -e sandbox -e "${2-sandbox}" || true; }
}

configures() { [[ $1 =~ ^make( [A-Z_]+=[^ ]*)*( [a-z]*config)+$ ]]; }

# how LOG NAME : doctor, prepared, first, or nothing
how() {
    local command object first
    command=$(< "$folder/$1.command")
    if grep -qxF -f <(checks_of "$2") <(faults "$1"); then
        echo doctor
    elif configures "$command" || { [[ $command == *rpmbuild\ * ]] && ! grep -q '^Executing(%build)' "$folder/$1.log"; }; then
        echo prepared
    else
        first=" $(jq -r '.checks[]? | select(.check == "touched") | .text' "$folder/$1.doctor.json" | tr ',' ' ') "
        object=$(sed -nE 's/^make.*\*\*\* \[[^ ]+: ([^] ]+\.o)\] Error.*/\1/p;'"s/.*No rule to make target '([^']+\.o)'.*/\1/p" "$folder/$1.log" | head -n 1)
        if [ -n "$object" ] && [[ $first == *" $object "* ]]; then echo first; fi
    fi
}

# a doctor who finds fault with everything sees nothing
for log in "$folder"/clean-*.doctor.json; do
    wrong=$(faults "$(basename "$log" .doctor.json)" configuration)
    [ -z "$wrong" ] || { echo "preflight: $(basename "$log"): nothing is wrong there, and the doctor finds fault: $wrong" >&2; exit 1; }
done

rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
while IFS=$'\t' read -r log name _; do
    if [ "$name" = clean ] || [ ! -e "$folder/$log.command" ]; then continue; fi
    printf '%s\t%s\t%s\n' "$name" "$log" "$(how "$log" "$name")"
done < "$here/../data/failures/rows.tsv" | sort > "$rows"
cat "$rows" >&2

# by name: seen where each of its logs is, and as late as the latest of them is
named=$(awk -F'\t' '
    function late(how) { return how == "doctor" ? 1 : how == "prepared" ? 2 : how == "first" ? 3 : 4 }
    { if (late($3) > latest[$1]) latest[$1] = late($3) }
    END { for (name in latest) print latest[name] }' "$rows")
all=$(wc -l <<< "$named")
upto() { awk -v most="$1" '$1 <= most { n++ } END { print n + 0 }' <<< "$named"; }
logs=$(wc -l < "$rows")
logs_seen=$(awk -F'\t' '$3 != ""' "$rows" | wc -l)
share() { awk "BEGIN { printf \"%d of %d, %.0f %%\", $1, $2, 100 * $1 / $2 }"; }

echo "# Seen before the kernel is compiled"
echo
echo "Made by \`tests/full/failures.sh\`: every known failure was produced anew by the real tools, and \`kmesh-kernel doctor\` looked at the very"
echo "scene a moment before. A failure in other words is another log of the same row; a row is seen where each of its logs is."
echo
echo "| figure | measured | goal | |"
echo "| --- | --- | --- | --- |"
row "rows that are seen before anything is compiled" "$(share "$(upto 2)" "$all")" "at least 80 %" "$(upto 2) * 100 >= $all * 80"
echo "| of them by the doctor, before anything is done | $(upto 1) | | |"
echo "| while the source is unpacked, patched and configured | $(($(upto 2) - $(upto 1))) | | |"
echo "| and seen because what patches touch is compiled before the rest | $(($(upto 3) - $(upto 2))), $(share "$(upto 3)" "$all") with them | | |"
echo "| logs of them | $(share "$logs_seen" "$logs") | | |"
echo
echo "| row | log | seen |"
echo "| --- | --- | --- |"
awk -F'\t' '{ print "| " $1 " | " $2 " | " ($3 == "" ? "no" : $3) " |" }' "$rows"
