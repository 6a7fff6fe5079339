#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Captures the logs of kernel and package builds that fail: each is produced by the real tools on a real tree, in a sandbox whose
# only path is /kmesh/rpmbuild, and written to OUTPUT/NAME.log. Nothing is compiled that a failure does not need.
# usage: capture.sh TREE_TARBALL OUTPUT_FOLDER [NAME...]   without names: all of them
#        capture.sh --list                                  their names
#        capture.sh --cut LOG OUTPUT                        a log that is there, shortened and checked like the others
#        capture.sh --check FOLDER                          its README.md has a row for each log, whose line that log has, and each name
#                                                           a log and a line in rows.tsv
# TREE_TARBALL is Linux 5.10's source. Failures of other kernels need TREE_6_1 or TREE_6_12, a tarball each. SCRATCH is where trees
# are unpacked and kept for the next run (10 GB); without it they go away at the end. To be run as root: it mounts, in a mount
# namespace of its own, and hides programs there. What is mounted goes away with it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/failures/lib.sh
. "$here/lib.sh"
for room in missing tree compile package; do
    # shellcheck source=/dev/null
    . "$here/$room.sh"
done

names() { declare -F | sed -n 's/^declare -f fail_//p;s/^declare -f \(clean_.*\)/\1/p' | tr _ -; }

usage() {
    sed -n '5,10s/^# //p' "$0" >&2
    exit 2
}

case ${1-} in
--list) names; exit ;;
--cut) [ $# = 3 ] || usage; prepare_leaks; cut_log < "$2" > "$3"; no_leak "$3"; exit ;;
--check) [ $# = 2 ] || usage; check_rows "$2"; exit ;;
-* | '') usage ;;
esac
[ $# -ge 2 ] || usage
[ "$(id -u)" = 0 ] || die "to be run as root: it mounts"
TREE_5_10=$(realpath "$1")
mkdir -p "$2"
OUTPUT=$(realpath "$2")
shift 2

if [ -z "${CAPTURE_INSIDE-}" ]; then
    kept=$SCRATCH
    [ -n "$kept" ] || SCRATCH=$(mktemp -d "${TMPDIR:-/var/tmp}/kmesh-failures.XXXXXX")
    mkdir -p "$SCRATCH"
    SCRATCH=$(realpath "$SCRATCH")
    code=0
    CAPTURE_INSIDE=1 SCRATCH=$SCRATCH unshare --mount --propagation private -- "$0" "$TREE_5_10" "$OUTPUT" "$@" || code=$?
    [ -n "$kept" ] || rm -rf "$SCRATCH"
    exit $code
fi

prepare_leaks
[ $# -gt 0 ] || mapfile -t all < <(names)
failed=0
for name in "${all[@]-$@}"; do
    function=fail_${name//-/_}
    [[ $name != clean-* ]] || function=${name//-/_}
    declare -F "$function" > /dev/null || die "$name: there is no such failure, see --list"
    rm -f "$OUTPUT/$name.log"
    # Not in an if: there set -e would not hold inside.
    set +e
    (
        set -e
        NAME=$name
        "$function"
        [ -s "$OUTPUT/$name.log" ] || die "nothing was recorded"
    )
    code=$?
    set -e
    scene_ends
    if [ $code = 0 ]; then
        echo "$name: $(wc -l < "$OUTPUT/$name.log") lines"
    else
        echo "FAILED: $name" >&2
        failed=$((failed + 1))
    fi
done
[ $failed = 0 ] || die "$failed could not be captured"
