#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Somebody's makefile sees no home, no network, no environment and no other process, and writes nowhere but in its folder.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# a server on the loopback, so that a reachable network would answer
mkdir www
echo hello > www/index.html
port=
for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 20000))
    busybox httpd -f -p "127.0.0.1:$port" -h "$T/www" &
    server=$!
    sleep 0.2
    if kill -0 "$server" 2>/dev/null; then break; fi
done
at_end "kill $server"
busybox wget -q -O /dev/null "http://127.0.0.1:$port/" || fail "the test's own server does not answer"
echo secret > "$HOME/secret"
outside=$T/outside
mkdir "$outside"

# what the Makefile tries; each success is a line
cat > hooks.mk <<H
define TRY
found=\$\$(pwd)/../../../found; : > \$\$found; \\
cat $HOME/secret >/dev/null 2>&1 && echo home >> \$\$found; \\
cat "$KMESH" >/dev/null 2>&1 && echo program >> \$\$found; \\
touch $outside/evil 2>/dev/null && echo outside >> \$\$found; \\
touch /usr/kmesh-evil /etc/kmesh-evil 2>/dev/null && echo system >> \$\$found; \\
bash -c 'exec 3<>/dev/tcp/127.0.0.1/$port' 2>/dev/null && echo network >> \$\$found; \\
[ -n "\$\$KMESH_TEST_TOKEN" ] && echo environment >> \$\$found; \\
[ -e /proc/$$/cmdline ] && grep -q sandbox.sh /proc/$$/cmdline && echo processes >> \$\$found; \\
[ "\$\$HOME" = "$HOME" ] && echo home-variable >> \$\$found; \\
touch ../evil-inside && echo inside >> \$\$found
endef
HOOK_PREP = \$(TRY)
H
fake_kernel
export KMESH_TEST_TOKEN=token
build --until prep
expect_exit 0
found=$(find "$W" -name found)
expect_same "$(cat "$found")" inside "what the makefile could do"
refute_file "$outside/evil"
refute_file /usr/kmesh-evil
refute_file /etc/kmesh-evil
refute_file "$HOME/.rpmdb"
[ "$(ls -A "$HOME")" = secret ] || fail "something was left in the home folder: $(ls -A "$HOME")"

# the test can see a hole: without the sandbox each of them is one (what root alone may do is left out)
rm -rf "$W"
export MAKEFLAGS=w MAKELEVEL=1 # as below `make -C FOLDER kernel`, which concerns no other make
build --until prep --no-sandbox
expect_exit 0
found=$(find "$W" -name found)
for hole in home program outside network environment processes; do
    grep -qx "$hole" "$found" || fail "the test would not notice a way to: $hole"
done
rm -f /usr/kmesh-evil /etc/kmesh-evil
