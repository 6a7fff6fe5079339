#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# In a log: plain lines without control characters. On a terminal: one line that overwrites itself, never wider than the screen.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fake_kernel
# `run` itself looks for control characters
build --until package
expect_exit 0
for stage in baseline series plan stage edit prep build package; do
    expect_same "$(grep -c "^$stage " "$T/err")" 1 "lines about $stage"
done
! grep -nE '.{161}' "$T/err" || fail "a line of more than 160 characters"

# the same under a terminal of 60 columns
rm -rf "$W"
cat > hooks.mk <<'H'
NAME = a/very/long/name/of/a/file/that/does/not/fit/into/a/narrow/terminal/of/sixty/columns
HOOK_BUILD = for i in 1 2 3 4 5 6; do printf '  CC      %b%s\n' '\033]0;t\007' "$(NAME)/$$i.o"; sleep 0.15; done
H
fake_kernel
cat > call <<C
#!/bin/sh
stty columns 60 rows 24
exec "$KMESH" build --work "$W" --tarball "$T/$TARBALL" --no-verify --series "$SERIES" --until package
C
chmod 755 call
script --quiet --return --command "$T/call" /dev/null > screen < /dev/null || fail "the build failed: $(cat screen)"
grep -q $'\r\033\\[K' screen || fail "no line that overwrites itself"
grep -qF 'a/very/long/name' screen || fail "the file that is compiled is not shown"
! grep -aq $'\033]' screen || fail "escape sequences of a makefile reach the terminal"
# what stands between one overwriting and the next fits the screen
tr '\r' '\n' < screen | sed 's/\x1b\[K//g' | grep -a 'a/very/long/name' | while IFS= read -r line; do
    [ "${#line}" -lt 60 ] || fail "the line is ${#line} columns wide: $line"
done
tr '\r' '\n' < screen | grep -aq '%' || fail "no percentage"
