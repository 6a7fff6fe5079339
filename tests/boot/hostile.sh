#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hostile programs, processes and uses: what reaches too far is refused, nobody without rights arms, leaves, sees what is
# others' or takes more than is its own. docs/security.md tells an operator the same.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

guest_test "test_hostile test_hostile_bpf test_hostile_memory test_unload" --append kmesh.probe_seconds=300 --timeout 900
