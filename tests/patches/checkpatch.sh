#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# checkpatch.sh TREE PATCHES: the tree's own checkpatch --strict has nothing to
# say about the patches of PATCHES/series, except what is tolerated, with a
# reason, in PATCHES/checkpatch-exceptions. A line there that tolerates nothing
# any more is a failure too.
#
# A line of checkpatch-exceptions: TYPE | FILE | reason | what would remove it
# FILE is the file in the kernel tree, or the patch's own name for a message
# about its letter.
set -euo pipefail

if [ $# -ne 2 ]; then
	echo "usage: $0 TREE PATCHES" >&2
	exit 2
fi
tree=$(realpath "$1")
patches=$(realpath "$2")
exceptions=$patches/checkpatch-exceptions
failed=0

fail() {
	echo "checkpatch: $*" >&2
	failed=1
}

[ -x "$tree/scripts/checkpatch.pl" ] || { fail "$tree has no scripts/checkpatch.pl"; exit 1; }
[ -f "$patches/series" ] || { fail "$patches has no series"; exit 1; }

# "TYPE FILE" -> 1, and whether it fired
declare -A tolerated=() fired=()
if [ -f "$exceptions" ]; then
	while IFS='|' read -r type file reason until rest || [ -n "$type" ]; do
		case $type in '#'* | '') continue ;; esac
		read -r type <<<"$type"
		read -r file <<<"${file:-}"
		read -r reason <<<"${reason:-}"
		read -r until <<<"${until:-}"
		if [ -z "$file" ] || [ -z "$reason" ] || [ -z "$until" ] || [ -n "${rest:-}" ]; then
			fail "$exceptions: not TYPE | FILE | reason | what would remove it: $type"
			continue
		fi
		tolerated["$type $file"]=1
	done <"$exceptions"
fi

# UNKNOWN_COMMIT_ID asks the history of the tree, and a tarball has none.
check() {
	"$tree/scripts/checkpatch.pl" --root "$tree" --strict --show-types --terse \
		--showfile --ignore UNKNOWN_COMMIT_ID "$1" 2>&1
}

count=0
while read -r patch _ || [ -n "$patch" ]; do
	case $patch in '#'* | '') continue ;; esac
	count=$((count + 1))
	if [ ! -f "$patches/$patch" ]; then
		fail "$patch is in the series and not in the folder"
		continue
	fi
	status=0
	said=$(check "$patches/$patch") || status=$?
	messages=0
	while IFS= read -r line; do
		[ -n "$line" ] || continue
		if [[ $line =~ ^([^:]*):[0-9]+:\ (ERROR|WARNING|CHECK):([A-Z0-9_]+):\  ]]; then
			messages=$((messages + 1))
			key="${BASH_REMATCH[3]} ${BASH_REMATCH[1]:-$patch}"
			fired["$key"]=1
			[ -n "${tolerated[$key]:-}" ] || fail "$patch: $line"
		elif [[ ! $line =~ ^total: ]]; then
			fail "$patch: not understood: $line"
		fi
	done <<<"$said"
	# --terse ends with a total, unless there is nothing to say at all
	if [ "$status" -ne 0 ] && [ "$messages" -eq 0 ]; then
		fail "$patch: exit code $status and no message"
	elif [ -n "$said" ] && ! [[ $said =~ (^|$'\n')total:\ [0-9]+\ errors ]]; then
		fail "$patch: checkpatch came to no end (exit code $status)"
	fi
	echo "checkpatch: $patch: $messages messages"
done <"$patches/series"

for key in "${!tolerated[@]}"; do
	[ -n "${fired[$key]:-}" ] || fail "checkpatch-exceptions: $key fires no more, remove it"
done

echo "checkpatch: $count patches, ${#tolerated[@]} exceptions"
exit $failed
