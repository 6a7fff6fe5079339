#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A build under nohup goes on when the terminal goes away.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

hold_in HOOK_BUILD build > hooks.mk
fake_kernel
hold build
nohup "$KMESH" build --work "$W" --tarball "$T/$TARBALL" --no-verify --series "$SERIES" --until package > out 2> err &
PID=$!
at_end "kill -9 $PID 2>/dev/null"
echo "nohup $KMESH build" > "$T/command"
wait_for_hold build
kill -s HUP "$PID"
sleep 0.5
release build
finish
expect_exit 0
