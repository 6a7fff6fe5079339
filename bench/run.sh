#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Measures all that is measured, or the parts that are named, and joins the tables to bench/RESULTS.md. A part that was not
# measured now keeps its table, with the day it is from. All of it takes about six hours, on a machine that does
# nothing else.  usage: run.sh [PART...] | --join      what `make bench` calls, after make kernel; --join measures nothing
set -euo pipefail
cd "$(dirname "$0")/.."
export REPOSITORY=$PWD BUILD=$PWD/build/gcc KMESH=$PWD/build/gcc/kmesh-kernel WORK=$PWD/build/kernel

# PART FILE WHAT COMMAND...
parts() {
    echo "spec SPEC.md the edit of a spec, beside rpm's parse: bench/spec.sh bench/SPEC.md"
    echo "plan PLAN.md verdicts, beside quilt: bench/plan.sh bench/PLAN.md $(source_of 6.12)"
    echo "oracle ORACLE.md verdicts, held against GNU patch: tests/plan/oracle.sh $(source_of 5.10) $(source_of 6.1) $(source_of 6.12) bench/ORACLE.md"
    echo "mesh MESH.md connections, beside direct ones and haproxy: bench/mesh.sh bench/MESH.md"
    echo "kernel KERNEL.md the kit, beside a bare rpmbuild: bench/kernel.sh"
    echo "resume RESUME.md going on and rebuilding, beside a build from nothing: bench/resume.sh bench/RESUME.md 5"
    echo "preflight PREFLIGHT.md known failures that are seen early: tests/full/failures.sh bench/PREFLIGHT.md $(source_of 5.10) $(source_of 6.1) $(source_of 6.12)"
}

# source_of BASELINE: its tarball, which the work folder of its kernel has
source_of() {
    local folder=build/$1
    [ "$1" != 5.10 ] || folder=build/kernel
    echo "$PWD/$folder/source/linux-source-$1.tar.xz"
}

# fetched BASELINE: sees to it that the tarball is there
fetched() { [ -e "$(source_of "$1")" ] || "$KMESH" build --baseline "$1" --config lean --work "build/$1" --until baseline > /dev/null; }

# measured PART FILE: when; a table that was made at another time is as old as its first figure
measured() {
    if [[ " $asked " == *" $1 "* ]]; then
        echo "now"
    else
        git blame --porcelain -L '/^| --- /,+2' -- "bench/$2" |
            awk '$1 == "author-time" { time = $2 } END { print strftime("%Y-%m-%d", time, 1) }'
    fi
}

join_tables() {
    local part file what files=()
    while read -r part file what; do files+=("bench/$file"); done < <(parts)
    echo "# Results"
    echo
    echo "Joined by \`make bench\` on $(date -u +%F) at commit $(git describe --always --dirty --exclude '*'): $(nproc) cores of"
    echo "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -1), $(awk '/MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GiB, Linux $(uname -r | cut -d- -f1); gcc $(gcc -dumpfullversion),"
    echo "$(rpm --version), $(patch --version | head -1), quilt $(quilt --version), git-buildpackage-rpm $(dpkg-query --show --showformat '${Version}' git-buildpackage-rpm), $(qemu-system-x86_64 --version | sed -n "1s/ (.*//p"). The peer of"
    echo "each figure runs in turn with it, in the same run, five times or more; where whole kernels are built (kernel, resume), as often as the table says. What has"
    echo "a goal says whether it is met."
    echo
    echo "**$(cat "${files[@]}" | grep -c '| met |$') goals are met, $(cat "${files[@]}" | grep -c '| missed |$') missed.**"
    echo
    echo "| part | what | measured |"
    echo "| --- | --- | --- |"
    while read -r part file what; do
        echo "| [$part]($file) | ${what%%:*} | $(measured "$part" "$file") |"
    done < <(parts)
    while read -r part file what; do
        echo
        sed 's/^#/##/' "bench/$file"
    done < <(parts)
}

known=$(parts | cut -d ' ' -f 1 | tr '\n' ' ')
asked=${*:-$known}
[ "$asked" != --join ] || asked=
for part in $asked; do
    [[ " $known" == *" $part "* ]] || { echo "error: there is no part '$part'; they are: $known" >&2; exit 2; }
done
failed=
for part in $asked; do
    command=$(parts | sed -n "s/^$part .*: //p")
    for baseline in 6.1 6.12; do
        [[ $command != *"$(source_of $baseline)"* ]] || fetched $baseline
    done
    echo "== $part: $command" >&2
    # shellcheck disable=SC2086 # a command and its arguments
    $command >&2 || failed="$failed $part"
done
join_tables > bench/RESULTS.md.new
mv bench/RESULTS.md.new bench/RESULTS.md
echo "bench/RESULTS.md"
[ -z "$failed" ] || { echo "FAILED:$failed; a goal that was missed stands in the table" >&2; exit 1; }
