#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Names in a tarball that leave its folder are refused; one that is no kernel is called that.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
good=linux-5.10.999
hostile() { # WHAT MESSAGE
    rm -rf "$W"
    build --until plan
    expect_exit 1
    expect_stderr "$2" || fail "$1"
    refute_file "$W/enhanced"
    refute_file "$T/evil"
    refute_file /tmp/kmesh-evil
}
TARBALL=evil.tar
echo evil > evil-source
tar --create --file evil.tar -P --transform 's,^evil-source,../evil,' evil-source "$good"
hostile 'a name with ..' "holds the name '\.\./evil'"
tar --create --file evil.tar -P --transform 's,^evil-source,/tmp/kmesh-evil,' evil-source "$good"
hostile 'an absolute name' "holds the name '/tmp/kmesh-evil'"
tar --create --file evil.tar -P --transform "s,^evil-source,$good/../../evil," evil-source "$good"
hostile 'a name with .. inside' 'holds the name'
# the same behind all that a plan reads
tar --create --file evil.tar -P --transform "s,^evil-source,$good/../../evil," "$good" evil-source
rm -rf "$W"
build --until prep
refute_file "$T/evil"
[ -z "$(find "$W" -name evil -not -path '*/BUILD/*')" ] || fail "a file outside of the source: $(find "$W" -name evil)"
rm -rf "$W"
build --until prep --output image
refute_file "$T/evil"
[ -z "$(find "$W" -name evil -not -path '*/tree/*')" ] || fail "a file outside of the source: $(find "$W" -name evil)"

# a link that leads out, and a file through it
mkdir -p link/"$good"
ln -s "$T" link/"$good"/out
tar --create --file evil.tar --directory link "$good/out"
mkdir -p through/"$good"/out
echo evil > through/"$good"/out/evil
tar --append --file evil.tar --directory through "$good/out/evil"
tar --append --file evil.tar "$good"
for output in rpm image; do
    rm -rf "$W"
    build --until prep --output "$output"
    refute_file "$T/evil"
done

# two top folders, a top folder that a shell would take for a command, and no Makefile
tar --create --file evil.tar --transform 's,^evil-source,other/file,' evil-source "$good"
hostile 'two top folders' 'more than one top folder'
# shellcheck disable=SC2016 # as text
for top in 'a;touch evil' 'a b' '$(touch evil)' '%(touch evil)' '-x'; do
    tar --create --file evil.tar --transform "s,^$good,$top," "$good"
    rm -rf "$W"
    build --until prep
    refute_file "$T/evil"
    [ -z "$(find "$W" -name evil)" ] || fail "the name '$top' was executed"
    [ "$CODE" = 0 ] || expect_stderr 'top folder'
done

mkdir notes
echo text > notes/readme
tar --create --file evil.tar notes
hostile 'no Makefile' 'is no kernel source: there is no Makefile'
printf 'all:\n\ttrue\n' > notes/Makefile
tar --create --file evil.tar notes
hostile 'a Makefile of something else' 'no kernel source: its Makefile has no VERSION'
# shellcheck disable=SC2016 # as text
printf 'VERSION = 5\nPATCHLEVEL = $(shell touch evil)\n' > notes/Makefile
tar --create --file evil.tar notes
hostile 'a version that is none' "gives the version '.*', which is none"
printf 'VERSION = 4\nPATCHLEVEL = 4\nSUBLEVEL = 1\n' > notes/Makefile
tar --create --file evil.tar notes
run build --work "$W" --tarball "$T/evil.tar" --no-verify --until plan
expect_exit 1
expect_stderr 'no baseline for Linux 4.4.1'
expect_stderr '\-\-series DIR'

# names of people: a space, a percent sign and quotes in the file's own name
TARBALL="linux 5.10 (1)%{name}'.tar.xz"
pack "$good" "$T/$TARBALL"
rm -rf "$W"
build --until prep
expect_exit 0
