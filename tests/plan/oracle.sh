#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The plan's verdicts against GNU patch and against hand-labelled pairs, with Debian's own kernel patches on its sources of
# 5.10, 6.1 and 6.12 (tests/data/plan). Packages come from this host's mirrors with an apt state of its own, signatures checked.
# usage: oracle.sh TARBALL-5.10 TARBALL-6.1 TARBALL-6.12 [OUTPUT.md]
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"

data=$REPOSITORY/tests/data/plan
kept=$REPOSITORY/build/debian-patches # downloads, for the next time
mkdir -p "$kept"

fetch() ( # VERSION SUITE, in a shell of its own: apt is the host's again after it
    area=debian
    case $2 in *-security) area=debian-security ;; esac
    uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 "/$area/*\$") ||
        fail "this host's sources name no mirror of $area"
    private_apt deb-src "$uri" "$2"
    cd "$kept"
    apt-get -q source --download-only --diff-only "linux=$1" > "$scratch/log" 2>&1 ||
        fail "linux $1 of $2 cannot be fetched: $(tail "$scratch/log")"
)

tail -n +2 "$data/packages.tsv" | while IFS=$'\t' read -r version suite sum; do
    archive=$kept/linux_$version.debian.tar.xz
    [ -s "$archive" ] || fetch "$version" "$suite"
    echo "$sum  $archive" | sha256sum --check --quiet || fail "$archive is not the one that was labelled"
    mkdir -p "$scratch/patches/$version"
    tar -xf "$archive" -C "$scratch/patches/$version" --strip-components=1 --wildcards 'debian/patches*'
done

# every patch of the archive, each by itself
for series in "$REPOSITORY"/kernel/patches/*/; do
    mkdir -p "$scratch/patches/archive-$(basename "$series")/patches"
    cp "$series"*.patch "$scratch/patches/archive-$(basename "$series")/patches/"
done

# of each tree the files that some patch touches
grep -rhE '^(---|\+\+\+) [^/]+/' "$scratch/patches" | sed -E 's/^... [^/]+\///; s/\t.*//; s/ +$//' > "$scratch/paths"
grep -rhE '^rename (from|to) ' "$scratch/patches" | sed -E 's/^rename (from|to) //' >> "$scratch/paths"
echo Makefile >> "$scratch/paths"
sort -u "$scratch/paths" -o "$scratch/paths"
for baseline in 5.10 6.1 6.12; do
    tarball=$1
    shift
    mkdir -p "$scratch/trees/$baseline"
    sed "s,^,linux-source-$baseline/," "$scratch/paths" > "$scratch/wanted"
    # many are in one of the trees only: that tar does not find them is no failure
    tar -xf "$tarball" -C "$scratch/trees/$baseline" --strip-components=1 -T "$scratch/wanted" 2> "$scratch/log" || true
    [ -s "$scratch/trees/$baseline/Makefile" ] || fail "$tarball: $(tail "$scratch/log")"
done
/usr/bin/python3 "$(dirname "$0")/oracle.py" "$KMESH" "$scratch/patches" "$scratch/trees" "$data/labels.tsv" "${1:--}"
