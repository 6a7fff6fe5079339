#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A pipe that is closed early ends its writer as it does elsewhere: no complaint about a broken pipe in the build's log.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

echo 'HOOK_PREP = yes | head -n 1' > hooks.mk
fake_kernel
build --until prep
expect_exit 0
! grep -i 'broken pipe' "$W/logs/prep.log" || fail "the build runs with SIGPIPE ignored"
