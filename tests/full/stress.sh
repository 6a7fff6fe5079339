#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything at once on armed sockets (guest/stress_mesh.c): no complaint of the kernel, and counters that add up.
# usage: stress.sh [SECONDS [OPTION OF PROVE...]]
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"

seconds=${1:-10}
shift || true
guest_test stress_mesh --append "kmesh.probe_seconds=$seconds" --timeout $((seconds * 3 + 120)) "$@"
