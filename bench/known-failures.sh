#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How many of the known failures are seen before the kernel is compiled, by their table (src/kit/failures_*.cc): the last rows of
# RESUME.md. A failure in other words has the same name, and is one.
set -euo pipefail
# shellcheck source=bench/table.sh
. "$(dirname "$0")/table.sh"
tables=("$(dirname "$0")"/../src/kit/failures_*.cc)

# names PATTERN : those of the rows whose seen_by fits it
names() {
    awk -F'"' -v wanted="$1" '/\.name = / { name = $2 } /\.seen_by = / && $2 ~ wanted { print name }' "${tables[@]}" | sort -u
}
# share ROWS : of all of them
share() { awk "BEGIN { printf \"%d of %d, %.0f %%\", $1, $all, 100 * $1 / $all }"; }

all=$(awk -F'"' '/\.name = / { print $2 }' "${tables[@]}" | sort -u | wc -l)
seen=$(names . | wc -l)
touched=$(names '^touched$' | wc -l)
row "known failures that are seen before the kernel is compiled" "$(share "$seen")" "at least 80 %" "$seen * 100 >= $all * 80"
echo "| these without the $touched that show because what patches touch is compiled first | $(share $((seen - touched))) | | |"
