# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests of Debian's archive: a signed repository of its own, served over the loopback by busybox, and an
# apt configuration that knows this mirror, this key and nothing else of the host's.
#
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

REPO=$T/repository
# the suite this host's own sources would name
HOST=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release | tr -d '"')
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy no_proxy
export GNUPGHOME=$T/gnupg APT_CONFIG=$T/apt.conf
mkdir -m 700 "$GNUPGHOME"
at_end "gpgconf --kill all"

# make_key NAME : a signing key; its public half is NAME.gpg
make_key() {
    gpg --quiet --batch --passphrase '' --quick-generate-key "$1 <$1@kmesh.test>" ed25519 sign never 2> "$T/gpg.log" ||
        fail "gpg makes no key: $(cat "$T/gpg.log")"
    gpg --quiet --batch --export "$1@kmesh.test" > "$T/$1.gpg"
}

# make_deb NAME VERSION : linux-source-NAME, with the fake kernel as Debian packs its own; and linux-config-NAME.
make_deb() {
    local tree=$T/deb/linux-source-$1 pool=$REPO/pool file
    mkdir -p "$pool"
    rm -rf "$tree" "$T/linux-source-$1"
    mkdir -p "$tree"/{DEBIAN,usr/src}
    fake_tree "$T/linux-source-$1"
    sed -i "s/^SUBLEVEL = .*/SUBLEVEL = $(echo "$2" | sed 's/.*\.//; s/-.*//')/" "$T/linux-source-$1/Makefile"
    pack "linux-source-$1" "$tree/usr/src/linux-source-$1.tar.xz"
    control "linux-source-$1" "$2" > "$tree/DEBIAN/control"
    dpkg-deb --root-owner-group --build "$tree" "$pool/linux-source-$1_$2_all.deb" > /dev/null

    tree=$T/deb/linux-config-$1
    file=$tree/usr/src/linux-config-$1/config.amd64_none_amd64
    mkdir -p "$tree/DEBIAN" "${file%/*}"
    printf 'CONFIG_X86_64=y\nCONFIG_MODULES=y\n' | xz > "$file.xz"
    control "linux-config-$1" "$2" > "$tree/DEBIAN/control"
    dpkg-deb --root-owner-group --build "$tree" "$pool/linux-config-$1_$2_amd64.deb" > /dev/null
}

control() {
    printf 'Package: %s\nVersion: %s\nArchitecture: %s\nMaintainer: Nobody <nobody@kmesh.test>\nDescription: a test\n' \
        "$1" "$2" "$([[ $1 = linux-source-* ]] && echo all || echo amd64)"
}

# make_suite SUITE [KEY] : its index of what is in the pool, signed unless there is no key.
make_suite() {
    local folder=$REPO/dists/$1 index=main/binary-amd64/Packages
    mkdir -p "$folder/main/binary-amd64"
    (cd "$REPO" && dpkg-scanpackages --multiversion pool > "dists/$1/$index" 2> "$T/scan.log") ||
        fail "$(cat "$T/scan.log")"
    rm -f "$folder"/InRelease "$folder"/Release*
    {
        printf 'Origin: kmesh-test\nSuite: %s\nCodename: %s\nArchitectures: amd64\nComponents: main\nDate: %s\nSHA256:\n' \
            "$1" "$1" "$(LC_ALL=C date -u -R)"
        printf ' %s %s %s\n' "$(sum_of "$folder/$index")" "$(stat -c %s "$folder/$index")" "$index"
    } > "$folder/Release"
    [ $# -lt 2 ] || gpg --quiet --batch --yes --local-user "$2@kmesh.test" --clearsign --output "$folder/InRelease" \
        "$folder/Release"
}

# use_mirror URI [KEY] : what this host's apt is told: its own suite, and that of security updates, from that mirror.
use_mirror() {
    mkdir -p "$T"/apt/{apt.conf.d,sources.list.d,trusted.gpg.d}
    rm -f "$T"/apt/trusted.gpg.d/*
    [ $# -lt 2 ] || cp "$T/$2.gpg" "$T/apt/trusted.gpg.d/"
    printf 'Types: deb\nURIs: %s\nSuites: %s %s-security\nComponents: main\n' "$1" "$HOST" "$HOST" \
        > "$T/apt/sources.list.d/host.sources"
    cat > "$APT_CONFIG" <<CONF
Dir::Etc "$T/apt";
Dir::Etc::parts "apt.conf.d";
Acquire::http::Proxy "DIRECT";
Acquire::http::Timeout "5";
CONF
}

# serve : the repository over http; the address is in MIRROR.
serve() {
    local port
    for _ in 1 2 3 4 5 6 7 8; do
        port=$((20000 + RANDOM % 20000))
        busybox httpd -f -p "127.0.0.1:$port" -h "$REPO" &
        SERVER=$!
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            sleep 0.05
            kill -0 "$SERVER" 2>/dev/null || break
            if busybox wget -q -O /dev/null "http://127.0.0.1:$port/alive" 2>/dev/null; then
                at_end "kill $SERVER 2>/dev/null"
                MIRROR=http://127.0.0.1:$port/
                return
            fi
        done
        kill "$SERVER" 2>/dev/null || true
    done
    fail "the test's own server does not answer"
}

# A mirror as it should be: the archive's key, one version of 5.10 in bullseye and bullseye-security.
good_mirror() {
    mkdir -p "$REPO"
    echo yes > "$REPO/alive"
    make_key archive
    make_series
    make_deb 5.10 5.10.999-1
    make_suite bullseye archive
    make_suite bullseye-security archive
    serve
    use_mirror "$MIRROR" archive
}

# fetch ARGUMENT... : the verb on Debian's 5.10.
fetch() { run build --work "$W" --series "$SERIES" "$@"; }

# What a fetch that failed leaves: no source that could be taken for good.
nothing_fetched() {
    expect_exit 1
    local left
    left=$(find "$W" -name '*.tar.xz' -o -name '*.deb')
    [ -z "$left" ] || fail "left over: $left"
    refute_file "$W/enhanced"
}
