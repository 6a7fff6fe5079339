#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Killed when a stage is done and not recorded yet, at each stage after the first, and at fifty random moments: the next run
# completes, and its packages are those of an undisturbed one.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# an object and a program that are there before they are whole
cat > hooks.mk <<'MAKE'
HOOK_BUILD = $(MAKE) init/main.o init/tool; grep -q whole init/main.o && grep -q whole init/tool
init/main.o init/tool: init/main.c
	echo half > $@
	sleep 0.1
	echo whole >> $@
MAKE
fake_kernel
mkdir -p linux-5.10.999/init
echo main > linux-5.10.999/init/main.c
pack linux-5.10.999 "$T/$TARBALL"
sum=$(sum_of "$T/$TARBALL")

# prepare OPTION... : an undisturbed run with these, which is what the others are held against
prepare() {
    local started=$EPOCHREALTIME
    command=("$KMESH" build --work "$W" --tarball "$T/$TARBALL" --sha256 "$sum" --series "$SERIES" "$@")
    rm -rf "$W"
    "${command[@]}" > "$T/out" 2> "$T/err" || fail "undisturbed, with $*: $(tail -n 5 "$T/err")"
    took=$(awk "BEGIN { print $EPOCHREALTIME - $started }")
    reference=$(made)
}

# made : what is handed over, and the packages of the control where there is one
made() {
    cat "$W/packages/SHA256SUMS"
    [ ! -d "$W/baseline/rpmbuild/RPMS" ] || (cd "$W/baseline/rpmbuild/RPMS" && find . -type f -exec sha256sum {} + | sort)
}

is_whole() {
    expect_same "$(made)" "$reference" "the packages after $1"
    expect_same "$(find "$W" -name '*.tmp')" "" "the half-written files after $1"
}

completes() {
    "${command[@]}" > "$T/out" 2> "$T/err" || fail "after the kill at $1 the next run fails: $(tail -n 5 "$T/err")"
    is_whole "the kill at $1"
}

# seal_copy : the copy's files have other inodes, and times of those; otherwise it would be a tree that somebody changed
seal_copy() {
    local seal tree
    for seal in "$T"/copy/*/sealed; do
        [ -e "$seal" ] || continue
        tree=$(find "${seal%/*}" -name Kbuild -printf '%h\n' -quit)
        [ -n "$tree" ] || continue
        find "$tree" '(' -type f -o -type l ')' -printf '%C@\t%P\n' |
            awk -F'\t' -v OFS='\t' 'NR == FNR { time[$2] = $1; next } NF == 4 && $4 in time { $3 = time[$4] } { print }' - "$seal" > "$T/seal"
        mv "$T/seal" "$seal"
    done
}

# Every stage's record is a rename to the journal's name. Killed at the second of them, in one folder, so that each run goes
# on where the one before it was killed: a stage is recorded, the next is done and its record is not. Which rename of all
# that is, is found out by a run on a copy.
run_and_kill() {
    local at
    rm -rf "$T/copy"
    [ ! -e "$W" ] || { cp -a "$W" "$T/copy" && seal_copy; }
    strace -o "$T/renames" -e trace=rename "${command[@]/$W/$T/copy}" > "$T/out" 2> "$T/err" || fail "$(cat "$T/err")"
    at=$(grep '^rename' "$T/renames" | grep -n '"[^"]*/journal.json") *= 0' | sed -n '2s/:.*//p')
    # a shell in between, for it tells of who was killed
    bash -c '"$@"; exit $?' - strace -o "$T/trace" -e trace=rename -e inject=rename:signal=KILL:when="${at:-999}" \
        "${command[@]}" > "$T/out" 2> "$T/err"
}

# kill_at_each_record STAGES : there are as many at least
kill_at_each_record() {
    local kills=0 stages
    rm -rf "$W"
    until run_and_kill; do
        grep -q 'killed by SIGKILL' "$T/trace" || fail "it failed by itself: $(tail -n 5 "$T/err")"
        kills=$((kills + 1))
        [ "$kills" -lt 100 ] || fail "it never completes"
    done
    stages=$(jq '.stages | length' "$W/journal.json")
    [ "$stages" -ge "$1" ] || fail "only $stages stages, expected $1: this proves less than it should"
    [ "$kills" -ge "$((stages - 1))" ] || fail "only $kills kills for $stages stages"
    is_whole "$kills kills at the journal"
}

# the source's own packages, then the control beside it; and the image, which is made in a tree without rpm
prepare --output image --until control
kill_at_each_record 6
prepare --until control
kill_at_each_record 8
expect_unmarked "$W/packages"

# At random moments, the same folder again and again, as a host that crashes would; a new one once it is done.
# kill_at_random KILLS OPTION...
kill_at_random() {
    local most=$1 kills=0 pid code
    shift
    prepare "$@"
    echo "seed $seed, an undisturbed run takes $took s"
    rm -rf "$W"
    while [ "$kills" -lt "$most" ]; do
        "${command[@]}" > "$T/out" 2> "$T/err" &
        pid=$!
        sleep "$(awk "BEGIN { print $took * 0.6 * $RANDOM / 32768 }")"
        if kill -s KILL "$pid" 2> /dev/null; then kills=$((kills + 1)); fi
        code=0
        wait "$pid" 2> /dev/null || code=$?
        case $code in
        0)
            is_whole "$kills kills"
            rm -rf "$W"
            ;;
        137) ;;
        *) fail "the run after kill $kills ends with $code (seed $seed): $(tail -n 5 "$T/err")" ;;
        esac
    done
    completes "a random moment (seed $seed)"
}
seed=${SEED:-$RANDOM}
RANDOM=$seed
kill_at_random 50 --until package
expect_unmarked "$W/packages"
kill_at_random 20 --until package --output deb
