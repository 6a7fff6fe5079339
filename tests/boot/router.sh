#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kmesh-route and the router, as an operator has them: files are loaded, and requests go where they say.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

take_route_tool
guest_test test_router --append kmesh.probe_seconds=300 --timeout 600
