#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All of it works as an ordinary user with a home and a work folder of its own, and leaves nothing elsewhere.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

if [ "$(id -u)" != 0 ]; then
    echo "not root: every other test of this folder runs as an ordinary user"
    exit 0
fi
fake_kernel
# a place that user can read, wherever the checkout is
mkdir kit
cp -r "$KMESH" "$(dirname "$KMESH")/guest" "$REPOSITORY/kernel" kit/
mkdir theirs
chmod 755 "$T"
chown -R 65534:65534 theirs "$SERIES" "$TARBALL"
theirs() {
    run_as setpriv --reuid=65534 --regid=65534 --clear-groups env -u CCACHE_DIR HOME="$T/theirs" \
        "$T/kit/kmesh-kernel" build --work "$W" --tarball "$T/$TARBALL" --no-verify --series "$SERIES" "$@"
}
W=$T/theirs/work
theirs --until control
expect_exit 0
(cd "$W/packages" && sha256sum --quiet --check SHA256SUMS) || fail "the packages do not have the sums beside them"
expect_same "$(ls -A "$T/theirs")" work "what is in that user's home"
[ -z "$(find "$W" ! -user 65534)" ] || fail "files of another user"
packages=$(cat "$W/packages/SHA256SUMS")

# the same packages as root's
W=$T/work
build --until package
expect_exit 0
expect_same "$(cat "$W/packages/SHA256SUMS")" "$packages" "the packages"

# a folder that user may not write
theirs --until plan
expect_exit 1
expect_stderr '^error: .*ermission denied'
expect_stderr '\-\-work DIR'
mkdir rootly
W=$T/rootly/work
theirs --until plan
expect_exit 1
expect_stderr '^error: .*ermission denied'
expect_stderr '\-\-work DIR'
