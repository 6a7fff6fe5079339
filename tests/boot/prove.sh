#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The prove verb: an image against another, against itself, without its module, and guests that panic or hang.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

image() { echo "$WORK/$1/root"/lib/modules/*/vmlinuz; }

# prove EXIT ARGUMENTS...: output in $scratch/out and $scratch/err
prove() {
    local wanted=$1 code=0
    shift
    "$KMESH" prove "$@" --work "$scratch/prove" > "$scratch/out" 2> "$scratch/err" || code=$?
    [ "$code" = "$wanted" ] || fail "prove $*: exit code $code, expected $wanted: $(cat "$scratch/out" "$scratch/err")"
}

says() { grep -qF "$1" "$scratch/out" "$scratch/err" || fail "it does not say '$1': $(cat "$scratch/out" "$scratch/err")"; }

enhanced=$(image enhanced)
baseline=$(image baseline)
# the two sides of a work folder, each with the module that lies there
prove 0 "$WORK/enhanced" --against "$WORK/baseline" --json
expect '[.proof[] | .baseline + " " + .enhanced] | unique | join(",")' 'absent pass,fail pass' "$scratch/out"

prove 1 "$enhanced" --module "$WORK/enhanced/kmesh.ko" --against "$enhanced" --against-module "$WORK/enhanced/kmesh.ko"
says 'proves no difference'

prove 1 "$baseline" --module "$WORK/baseline/kmesh.ko"
says 'the probe fails on the image'

prove 0 "$enhanced" --json
expect '[.proof[].enhanced] | unique | join(",")' absent "$scratch/out"

prove 1 "$enhanced" --append kmesh.test=complain
says 'complained while the probes ran'
says 'WARNING: this is a test'

prove 1 "$enhanced" --append kmesh.test=panic
says 'panicked'
says 'Kernel panic'

start=$SECONDS
prove 1 "$enhanced" --append kmesh.test=hang --timeout 15
says 'did not come to its end in time'
[ $((SECONDS - start)) -lt 40 ] || fail "the watchdog took $((SECONDS - start)) s"

echo no kernel > "$scratch/file"
prove 1 "$scratch/file"
says 'no x86 kernel image'
