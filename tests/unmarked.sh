# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests of builds that go on, with the fake kernel and with real ones. The sourcing script has `fail`.

# expect_unmarked FOLDER : nothing in or on the kernel's packages there tells that a build was resumed: no requirement of rpm's
# for one that was cut short, no "+" or "-dirty" in a version or a path, the constants for host and time, and the first build of
# the tree by what its image says.
expect_unmarked() {
    local package tags image=''
    for package in "$1"/*.rpm; do
        ! rpm -qp --nosignature --requires "$package" 2> /dev/null | grep -q ShortCircuited ||
            fail "$package is marked as one of a build that was cut short"
        tags=$(rpm -qp --nosignature --qf '%{NEVR} %{SOURCERPM}\n[%{PROVIDES} %{PROVIDEVERSION}\n]' "$package")
        ! grep -E '[+]|dirty' <<< "$tags" || fail "$package has a mark in its version"
        ! rpm -qpl --nosignature "$package" | grep -E '^/(lib/modules|boot|usr/src/kernels)/[^/]*([+]|dirty)' ||
            fail "$package has a mark in its paths"
        tags=$(rpm -qp --nosignature --qf '%{BUILDHOST} %{BUILDTIME}' "$package")
        [ "$tags" = 'kmesh 1767225600' ] || fail "$package was built at: $tags"
        case $(rpm -qp --nosignature --qf '%{NAME}' "$package") in kernel) image=$package ;; esac
    done
    [ -n "$image" ] || fail "there is no kernel package in $1"
    tags=$(rpm2cpio "$image" | cpio -i --quiet --to-stdout './lib/modules/*/vmlinuz' | grep -aoE '[0-9][0-9A-Za-z._+-]* \([^()@ ]+@[^() ]+\) #[0-9]+')
    [[ $tags =~ ^[0-9.]+[0-9]([.-][0-9a-z_.-]+)?' (kmesh@kmesh) #1'$ ]] || fail "the image says it is $tags"
}
