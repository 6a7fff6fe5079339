#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real programs as clients and servers, from this host's own root folder, which the guest sees read-only.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

take_route_tool
tar -C "$REPOSITORY/guest" -cf "$scratch/kit/guest/bin/programs.tar" programs
guest_test test_programs --share / --timeout 1600 --append kmesh.probe_seconds=1500
