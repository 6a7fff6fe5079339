#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The seed's road as a whole: a kernel's signed source package in a repository that nginx serves, fetched by dnf, verified,
# patched, built and proven. The package is the kit's own slim one; the compiler cache is warm from it.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"

export GNUPGHOME=$scratch/gnupg
mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --passphrase '' --quick-generate-key 'vendor <vendor@kmesh.test>' rsa2048 sign never
gpg --batch --armor --export vendor@kmesh.test > "$scratch/vendor.asc"
mkdir -p "$scratch/www/source"
cp "$WORK"/package/rpmbuild/SRPMS/*.src.rpm "$scratch/www/source/"
rpmsign --define '__gpg /usr/bin/gpg' --define '_gpg_name vendor@kmesh.test' --define "_dbpath $scratch/rpmdb" --addsign "$scratch"/www/source/*.src.rpm > "$scratch/log" 2>&1 ||
    fail "$(cat "$scratch/log")"
gpgconf --kill all
createrepo_c -q "$scratch/www/source"
cat > "$scratch/nginx.conf" <<NGINX
daemon off;
pid $scratch/nginx.pid;
error_log $scratch/nginx.err;
events {}
http {
    access_log off;
    client_body_temp_path $scratch/body; proxy_temp_path $scratch/proxy; fastcgi_temp_path $scratch/fastcgi;
    uwsgi_temp_path $scratch/uwsgi; scgi_temp_path $scratch/scgi;
    server { listen 127.0.0.1:18086; root $scratch/www; }
}
NGINX
chmod 755 "$scratch"
nginx -c "$scratch/nginx.conf" 2> "$scratch/nginx.log" &
trap 'kill %1 2>/dev/null; rm -rf "$scratch"' EXIT

build() {
    "$KMESH" build --repo http://127.0.0.1:18086/source --key "$scratch/vendor.asc" --work "$scratch/work" > "$scratch/out" 2>&1 ||
        fail "$(tail -n 60 "$scratch/out")"
}
build
report=$scratch/work/report.json
expect '.ok' true "$report"
expect '.baseline.verified | test("signature of key")' true "$report"
expect '[.proof[].enhanced] | unique | join(" ")' pass "$report"
expect '[.proof[].baseline] | map(select(. == "pass")) | length' 0 "$report"
expect '.packages | map(select(.path | test("kmod-kmesh"))) | length' 1 "$report"
# nothing changed: nothing is fetched or built again
build
expect '[.stages[] | select(.name | IN("baseline", "prep", "build", "control", "prove")) | .reused] | all' true "$report"
