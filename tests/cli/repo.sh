#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# RPM repositories, by file:// and by nginx over http: the real dnf with a private state; what comes from there is verified like
# any other package.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rpm_lib.sh
. "$(dirname "$0")/rpm_lib.sh"

distribution_package
cp "$T/kernel.src.rpm" "$T/unsigned.src.rpm"
make_key vendor
make_key stranger
sign vendor "$T/kernel.src.rpm"
repo=$T/www/source
fill() { rm -rf "$T/www"; mkdir -p "$repo"; cp "$T/kernel.src.rpm" "$repo/kernel-5.10.999-1.kmesh.src.rpm"; createrepo_c -q "$repo"; }
fill
from() { rm -rf "$W"; run build --work "$W" --series "$SERIES" --until "${UNTIL:-plan}" --repo "$@" --json; }

cat > "$T/nginx.conf" <<NGINX
daemon off;
pid $T/nginx.pid;
error_log $T/nginx.err;
events {}
http {
    access_log off;
    client_body_temp_path $T/body; proxy_temp_path $T/proxy; fastcgi_temp_path $T/fastcgi; uwsgi_temp_path $T/uwsgi;
    scgi_temp_path $T/scgi;
    server { listen 127.0.0.1:18085; root $T/www; }
}
NGINX
nginx -c "$T/nginx.conf" 2> "$T/nginx.log" &
at_end "kill $! 2>/dev/null"
listening() { : < /dev/tcp/127.0.0.1/18085; } 2> /dev/null
wait_for "nginx" 10 listening
chmod 755 "$T"

# ---- by a URL ----
before=$(find "$HOME" /var/cache/dnf /var/lib/dnf 2> /dev/null | sort)
UNTIL=package from http://127.0.0.1:18085/source --key "$T/vendor.asc"
expect_exit 0
expect_json '.baseline.verified | test("signature of key")'
expect_json '.packages | length > 2'
[ "$before" = "$(find "$HOME" /var/cache/dnf /var/lib/dnf 2> /dev/null | sort)" ] || fail "dnf left something outside: $(find "$HOME" /var/cache/dnf /var/lib/dnf 2> /dev/null)"
# fetched once
run build --work "$W" --series "$SERIES" --until plan --repo http://127.0.0.1:18085/source --key "$T/vendor.asc"
expect_exit 0
expect_same "$(stage_was baseline)" reused "the download"
from "file://$repo" --key "$T/vendor.asc"
expect_exit 0

# ---- by a .repo file, which names its key ----
printf '[vendor-source]\nname=vendor\nbaseurl=http://127.0.0.1:18085/source\nenabled=0\ngpgcheck=1\ngpgkey=file://%s\n' \
    "$T/vendor.asc" > "$T/vendor.repo"
from "$T/vendor.repo"
expect_exit 0
sed -i "s,^gpgkey=.*,gpgkey=file://$T/none.asc," "$T/vendor.repo"
from "$T/vendor.repo"
expect_exit 1
expect_stderr 'which is not on this host'
expect_stderr -- '--key FILE'
refute_file "$W/repository/packages/kernel-5.10.999-1.kmesh.src.rpm"
# what the error advises is enough, whatever the .repo names: none of it is needed then
for key in "file://$T/none.asc" 'http://127.0.0.1:18085/$basearch/RPM-GPG-KEY' 'https://127.0.0.1:1/key.asc'; do
    sed -i "s,^gpgkey=.*,gpgkey=$key," "$T/vendor.repo"
    from "$T/vendor.repo"
    expect_exit 1
    expect_stderr -- '--key FILE'
    refute_file "$W/repository/packages/kernel-5.10.999-1.kmesh.src.rpm"
    from "$T/vendor.repo" --key "$T/vendor.asc"
    expect_exit 0
    expect_json '.baseline.verified | test("signature of key")'
    from "$T/vendor.repo" --no-verify
    expect_exit 0
done

# ---- by a baseline's row, whose repository it is ----
mkdir -p "$T/kit/build/gcc"
cp "$KMESH" "$T/kit/build/gcc/kmesh-kernel"
cp -r "$REPOSITORY/kernel" "$T/kit/"
[ ! -e "$BUILD/guest" ] || cp -r "$BUILD/guest" "$T/kit/build/gcc/"
sed -i '/^\[\[baseline\]\]/,$d' "$T/kit/kernel/baselines.toml"
printf '%s\n' '[[baseline]]' 'name = "vendor-1"' 'series = "5.10.0"' 'repository = "http://127.0.0.1:18085/source"' 'rpm = "kernel"' \
    'key = "the vendor.asc of this test"' >> "$T/kit/kernel/baselines.toml"
by_row() { rm -rf "$W"; run_as "$T/kit/build/gcc/kmesh-kernel" build --work "$W" --series "$SERIES" --until plan --baseline vendor-1 "$@" --json; }
# nothing is fetched that nothing vouches for
no_key() { expect_exit 1; expect_stderr '^error: nothing vouches for what .* gives: no key was named'; expect_stderr -- '--key FILE'; refute_file "$W/repository"; }
by_row --key "$T/vendor.asc"
expect_exit 0
expect_json '.baseline.version == "5.10.999" and (.baseline.verified | test("signature of key"))'
by_row
no_key
expect_stderr 'the vendor\.asc of this test'
# the row of a distribution whose key is not here
rm -rf "$W"
run build --work "$W" --until plan --baseline openeuler-22.03-sp2
no_key
expect_stderr 'repo\.openeuler\.org.* gives'
expect_stderr "this baseline.s key is RPM-GPG-KEY-openEuler beside that release.s packages"
rm -rf "$W"
run plan --work "$W" --baseline openeuler-22.03-sp2
no_key
by_row --key "$T/stranger.asc"
expect_exit 1
expect_stderr 'signed with a key that was not given'

# ---- unsigned, expired, and signed by somebody else ----
cp "$T/kernel.src.rpm" "$T/signed.src.rpm"
cp "$T/unsigned.src.rpm" "$T/kernel.src.rpm"
fill
from http://127.0.0.1:18085/source --key "$T/vendor.asc"
expect_exit 1
expect_stderr 'has no signature'
expect_stderr -- '--no-verify'
make_key former seconds=3
sign former "$T/kernel.src.rpm"
sleep 4
fill
from http://127.0.0.1:18085/source --key "$T/former.asc"
expect_exit 1
expect_stderr 'which has expired'
cp "$T/signed.src.rpm" "$T/kernel.src.rpm"
fill
from "file://$repo"
no_key
from "file://$repo" --key "$T/stranger.asc"
expect_exit 1
expect_stderr 'signed with a key that was not given'
from "file://$repo" --no-verify
expect_exit 0
expect_json '.warnings | map(test("not verified")) | any'

# ---- repositories that are not well ----
from http://127.0.0.1:9/source --key "$T/vendor.asc"
expect_exit 1
expect_stderr 'cannot be reached'
from http://127.0.0.1:18085/elsewhere --key "$T/vendor.asc"
expect_exit 1
expect_stderr 'is no RPM repository'
from "file://$repo" --package kernel-rt --key "$T/vendor.asc"
expect_exit 1
expect_stderr 'has no source package kernel-rt'
# metadata of another package, and half a package
change_byte "$(echo "$repo"/*.src.rpm)"
from "file://$repo" --key "$T/vendor.asc"
expect_exit 1
expect_stderr 'a checksum does not match'
fill
sed -i 's/<checksum type="sha256">./<checksum type="sha256">x/' "$repo/repodata/repomd.xml"
from "file://$repo" --key "$T/vendor.asc"
expect_exit 1
expect_stderr 'disagree'
fill
truncate -s 5000 "$(echo "$repo"/*.src.rpm)"
from http://127.0.0.1:18085/source --key "$T/vendor.asc"
expect_exit 1
expect_stderr 'the download ended before its end'
from "$T/none.repo"
expect_exit 2
