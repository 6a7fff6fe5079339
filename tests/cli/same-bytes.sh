#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What kbuild draws by lot: two builds in different folders have the same seed, and with a key that is given the same
# signatures; without one the report says that they have not.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# a kernel that has its seed and its key inside, as a real one has
cat > hooks.mk <<'MAKE'
HOOK_BUILD = sh scripts/gen-randstruct-seed.sh > drawn; \
    key=$$(sed -n 's/^CONFIG_MODULE_SIG_KEY="\(.*\)"/\1/p' .config); mkdir -p certs; \
    [ -e "$$key" ] || od -A n -t x8 -N 32 /dev/urandom > "$$key"; \
    echo "signed with $$key" >> drawn; cat "$$key" >> drawn
olddefconfig: draws
draws:
	printf 'CONFIG_RANDSTRUCT=y\nCONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY="certs/signing_key.pem"\n' >> .config
MAKE
fake_kernel
cat > linux-5.10.999/scripts/gen-randstruct-seed.sh <<'SEED'
#!/bin/sh
echo "seed $(od -A n -t x8 -N 32 /dev/urandom | tr -d ' \n')"
SEED
pack linux-5.10.999 "$T/$TARBALL"
openssl req -new -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=modules/ -keyout key.pem -out cert.pem 2> req.log ||
    fail "$(cat req.log)"
cat cert.pem >> key.pem

# packages_of FOLDER OPTION... : in a folder of their own
packages_of() {
    W=$T/$1
    shift
    build --until package "$@"
    expect_exit 0
    packages=$(cat "$W/packages/SHA256SUMS")
}

packages_of one --signing-key key.pem
one=$packages
expect_json '[.warnings[] | select(contains("another build"))] | length == 0' "$W/report.json"
packages_of two --signing-key "$T/key.pem"
expect_same "$packages" "$one" "the packages of a build in another folder"
for package in one/packages/*.rpm; do
    (mkdir -p unpacked && cd unpacked && rpm2archive - < "../$package" | tar -xz)
done
grep -raq 'signed with certs/kmesh_signing_key.pem' unpacked || fail "the given key was not used"
! grep -rlsF -e "$(sed -n 2p key.pem)" unpacked --include='*.pem' || fail "a package has the private key as a file"

# with another key, and with one that the build makes, they are others
packages_of one
refute_same "$packages" "$one" "the packages with another key"
expect_stage prep "done: key that signs modules is gone"
expect_json '[.warnings[] | select(contains("--signing-key FILE"))] | length == 1' "$W/report.json"
one=$packages
packages_of three
refute_same "$packages" "$one" "the packages with a key of each build's own"

# a key on an elliptic curve, which this kernel cannot check
openssl req -new -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=modules/ -keyout curve.pem \
    -out curve-cert.pem 2> req.log || fail "$(cat req.log)"
cat curve-cert.pem >> curve.pem
packages_of five --signing-key curve.pem
expect_json '[.warnings[] | select(contains("curve.pem is a key on an elliptic curve") and contains("CONFIG_CRYPTO_ECDSA"))] | length == 1' \
    "$W/report.json"
expect_json '[.warnings[] | select(contains("elliptic"))] | length == 0' "$T/two/report.json"

# wrong keys
run build --work "$T/four" --tarball "$T/$TARBALL" --signing-key nowhere.pem
expect_exit 2
expect_stderr 'there is no file .*nowhere.pem'
W=$T/two
build --until package --signing-key cert.pem
expect_exit 1
expect_stderr "signs no modules: it has no line with 'PRIVATE KEY"
