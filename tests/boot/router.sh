#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kmesh-route and the router, as an operator has them: files are loaded, and requests go where they say.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p "$scratch/kit/guest/bin"
strip -o "$scratch/kit/guest/bin/kmesh-route" "$BUILD/kmesh-route"
guest_test test_router --append kmesh.probe_seconds=300 --timeout 600
