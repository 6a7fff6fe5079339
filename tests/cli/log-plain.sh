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
    expect_same "$(grep -c "^$stage .* ([^ ]* [^,]*)$" "$T/err")" 1 "lines about $stage"
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

# ---- a stage that says one thing and then waits ----
rm -rf "$W"
echo 'HOOK_BUILD = echo "  LD      first.o"; echo "  LD      last.o"; sleep 7' > hooks.mk
fake_kernel
build --until package
expect_exit 0
expect_stderr '^build .*, [0-9]+ s so far$'
rm -rf "$W"
script --quiet --return --command "$T/call" /dev/null > screen < /dev/null || fail "the build failed: $(cat screen)"
tr '\r' '\n' < screen | sed 's/\x1b\[K//g' > lines
grep -q '^prep  *unpacking, patching, configuring' lines || fail "the first message of a stage is not shown: $(cat lines)"
# the last one, though it came at once after another, and how long it has been going on
[ "$(grep -c '^build .*LD last\.o, [1-9] s so far$' lines)" -ge 4 ] || fail "it is not said for how long: $(cat lines)"

# ---- --quiet: the answer, and no progress; a failure is said all the same ----
rm -rf "$W"
build --until package --quiet
expect_exit 0
[ ! -s err ] || fail "progress though --quiet: $(cat err)"
expect_stdout '^Report: '
rm -rf "$W"
echo 'HOOK_BUILD = exit 1' > hooks.mk
fake_kernel
build --until package --quiet
expect_exit 1
expect_stderr '^error: '
refute_stderr '^plan '

# ---- --verbose: each line that make says, in a log as well ----
rm -rf "$W"
echo 'HOOK_BUILD = for i in 1 2 3; do echo "  CC      a/$$i.o"; done' > hooks.mk
fake_kernel
build --until package --verbose
expect_exit 0
for i in 1 2 3; do expect_stderr "^build .*CC a/$i.o$"; done
build --quiet --verbose
expect_exit 2

# ---- colours: on a terminal that has them, unless NO_COLOR or TERM=dumb ask for none ----
# coloured VARIABLE=VALUE... : whether an error on a terminal has colours then
coloured() {
    printf '#!/bin/sh\nexec env %s "%s" build --baseline 0.0 --work "%s"\n' "$*" "$KMESH" "$W" > call
    script --quiet --command "$T/call" /dev/null > screen < /dev/null
    grep -aq 'there is no baseline\|error:' screen || fail "no error: $(cat screen)"
    grep -aqF $'\033[1;31merror:' screen
}
coloured TERM=xterm || fail "no colour on a terminal"
! coloured TERM=xterm NO_COLOR=1 || fail "coloured in spite of NO_COLOR"
coloured TERM=xterm NO_COLOR= || fail "an empty NO_COLOR is none"
! coloured TERM=dumb || fail "coloured on a dumb terminal"
