#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The main job on real input: Debian's Linux, patched, packaged, booted, and each feature proven against the kernel
# without it.  usage: kernel.sh BASELINE CONFIG
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

baseline=$1
config=$2
# The features that need a patch here; and those whose probe fails on the unpatched kernel. The others pass there as well,
# and their control is the run without the module; but for sockops-reply-words, whose probe finds its carrier missing.
case $baseline in
5.10)
    patched='bare-tracepoint-writable connect-ulp sockops-reply-words'
    without=(bare-tracepoint-writable connect-semantics connect-ulp defer-connect http1-head route-verdict)
    ;;
6.1)
    patched='connect-ulp sockops-reply-words'
    without=(connect-semantics connect-ulp defer-connect http1-head route-verdict)
    ;;
6.12)
    patched=sockops-reply-words
    without=()
    ;;
*) fail "what $baseline needs is not known here" ;;
esac

"$KMESH" build --baseline "$baseline" --config "$config" --work "$WORK"
# a control that was compiled anew to the same packages is not proven again, and other tests boot what a proof lays out
if [ ! -e "$WORK/baseline/kmesh.ko" ]; then
    jq 'del(.stages.prove)' "$WORK/journal.json" > "$scratch/journal" && mv "$scratch/journal" "$WORK/journal.json"
    "$KMESH" build --baseline "$baseline" --config "$config" --work "$WORK"
fi
report=$WORK/report.json
expect .ok true "$report"
expect .config "$config" "$report"
expect .baseline.name "$baseline" "$report"
expect ".baseline.version | startswith(\"$baseline.\")" true "$report"
expect '.baseline.fingerprint | length' 64 "$report"
expect '.baseline.verified' 'apt: signed index and checksum' "$report"
expect '[.patches[] | select(.verdict == "needed") | .feature] | sort | join(" ")' "$patched" "$report"
expect '[.packages[].path | sub("packages/"; "") | sub("-[0-9].*"; "")] | sort | join(" ")' \
    'kernel kernel-devel kernel-headers kmod-kmesh' "$report"
for feature in sockops-reply-words bare-tracepoint-writable connect-ulp connect-semantics defer-connect http1-head route-verdict; do
    control=pass
    case " ${without[*]} " in *" $feature "*) control=fail ;; esac
    [ "$feature" != sockops-reply-words ] || control=absent
    expect ".proof[] | select(.feature == \"$feature\") | .baseline + \" \" + .enhanced" "$control pass" "$report"
done
# Boot to verdict: 10 s where the kernel is in user space after 1.1 s (bench/ has the seconds), and as much more on a
# slower machine.
for side in baseline enhanced; do
    up=$(sed -nE 's/^# in user space after ([0-9]+) ms.*/\1/p' "$WORK/logs/$side/results.txt")
    took=$(jq ".boots[] | select(.image == \"$side\") | .seconds" "$report")
    awk "BEGIN { exit !($took * 1000 <= 9 * $up) }" || fail "$side: $took s to the verdict, user space after $up ms"
done
(cd "$WORK/packages" && sha256sum --quiet --check SHA256SUMS)
expect_unmarked "$WORK/packages"
for package in "$WORK"/packages/*.rpm; do
    [ "$(rpm -qp --nosignature --qf '%{VERSION}' "$package")" = "$(jq -r .baseline.version "$report")" ] ||
        fail "$package has another version than its source"
done
for file in report.txt report.html; do
    grep -q sockops-reply-words "$WORK/$file" || fail "$file does not tell of the features"
done
