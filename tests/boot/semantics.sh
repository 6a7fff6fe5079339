#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Rarer uses of sockets and of io_uring come out alike on a socket that is armed and on one that is not.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

guest_test "test_io_uring test_semantics test_writes" --append kmesh.probe_seconds=300 --timeout 900
