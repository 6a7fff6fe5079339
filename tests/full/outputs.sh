#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The other two outputs, built and proven as well: the kernel's own Debian packages, and just an image.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"

for output in image deb; do
    build_same --output $output --work "$scratch/work"
    report=$scratch/work/report.json
    expect .ok true "$report"
    expect '[.proof[] | .baseline + " " + .enhanced] | unique | join(",")' 'absent pass,fail pass' "$report"
    names=$(jq -r '[.packages[].path] | join(" ")' "$report")
    case $output in
    image)
        for name in vmlinuz config System.map modules.tar kmesh.ko; do
            case " $names " in *" packages/$name "*) ;; *) fail "no $name among: $names" ;; esac
        done
        ;;
    deb)
        for name in linux-image linux-headers linux-libc-dev kmod-kmesh; do
            case $names in *packages/"$name"*) ;; *) fail "no $name among: $names" ;; esac
        done
        dpkg-deb --info "$(echo "$scratch/work"/packages/linux-image-*kmesh*.deb | cut -d' ' -f1)" > /dev/null ||
            fail "the package cannot be read"
        # what booted came out of the package
        dpkg-deb --extract "$scratch"/work/packages/kmod-kmesh-*.deb "$scratch/kmod"
        cmp "$scratch"/kmod/lib/modules/*/extra/kmesh.ko "$scratch/work/enhanced/kmesh.ko"
        # packed once more, by the kernel's own scripts and at another time, they are the same
        cp "$scratch/work/packages/SHA256SUMS" "$scratch/sums"
        rm "${report%/*}"/enhanced/linux-*.deb
        build_same --output deb --work "$scratch/work" --until package
        [ "$(jq -r '.stages[] | select(.name == "build") | .reused' "$report")" = false ] || fail "it was not packed again"
        cmp "$scratch/sums" "$scratch/work/packages/SHA256SUMS" || fail "packed again, the packages are others"
        ;;
    esac
done
