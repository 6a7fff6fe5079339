#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Escape sequences in somebody's makefile reach neither the terminal nor a log's reader.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

printf 'HOOK_BUILD = printf "  CC      \\033]0;title\\007\\033[31mred.o\\n"; printf "\\033[2Jerror: \\007boom\\n"; exit 1\n' > hooks.mk
fake_kernel
# `run` itself looks for control characters
build --until build
expect_exit 1
expect_stderr 'boom'
build --until build --json
expect_exit 1
expect_json '.error.detail | test("boom")'
