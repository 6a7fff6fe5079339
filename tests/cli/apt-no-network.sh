#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# No network: one clear error, and what can be done without one; the next run with a network goes on.
# shellcheck source=tests/cli/apt_lib.sh
. "$(dirname "$0")/apt_lib.sh"

make_series
use_mirror http://127.0.0.1:9/
fetch --until plan
nothing_fetched
expect_stderr '^error: the package mirror cannot be reached'
expect_stderr 'check the network and the proxy settings'
expect_stderr '^    kmesh-kernel build --tarball FILE'
fetch --until plan --json
expect_exit 1
expect_json '.error.what == "the package mirror cannot be reached"'

# a host without any network device, if such a one may be made here
if unshare --net true 2>/dev/null; then
    for address in 127.0.0.1 192.0.2.1 mirror.invalid; do
        use_mirror "http://$address/"
        run_as unshare --net "$KMESH" build --work "$W" --series "$SERIES" --until plan
        nothing_fetched
        expect_stderr '^error: the package mirror cannot be reached'
    done
fi

# a proxy that is not there
use_mirror http://127.0.0.1:9/
sed -i 's,"DIRECT","http://127.0.0.1:9/",' "$APT_CONFIG"
fetch --until plan
nothing_fetched
expect_stderr '^error: the package mirror cannot be reached'

good_mirror
fetch --until plan
expect_exit 0
