# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the tests with a real kernel share. WORK is the folder `make kernel` works in.

scratch=$(mktemp -d "$REPOSITORY/build/test.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# shellcheck source=tests/unmarked.sh
. "$REPOSITORY/tests/unmarked.sh"

# expect QUERY WANTED FILE: what jq finds in a report.
expect() {
    local found
    found=$(jq -r "$1" "$3") || fail "$3 is no JSON"
    [ "$found" = "$2" ] || fail "$1 is '$found', expected '$2'"
}

# copy_work TARGET: the work folder without what no later stage reads, for tests that spoil it.
copy_work() {
    mkdir -p "$1"
    tar -C "$WORK" --create --exclude=./*/rpmbuild/BUILD --exclude=./baseline/root \
        --exclude=./enhanced/root/usr/src . | tar -C "$1" --extract
}

# build_same OPTION...: the kernel of $WORK, from the source that lies there.
build_same() {
    local source=("$WORK"/source/linux-source-*.tar.xz)
    "$KMESH" build --tarball "${source[0]}" --sha256 "$(jq -r .baseline.fingerprint "$WORK/report.json")" "$@"
}

# take_route_tool: kmesh-route is on the path of the tests in the guest.
take_route_tool() {
    mkdir -p "$scratch/kit/guest/bin"
    strip -o "$scratch/kit/guest/bin/kmesh-route" "$BUILD/kmesh-route"
}

# private_apt TYPE URI SUITE: from here on apt has a state of its own below $scratch/apt, with this one source (deb or
# deb-src), its index fetched and its signature checked.
private_apt() {
    local apt=$scratch/apt
    rm -rf "$apt"
    mkdir -p "$apt"/{lists,archives}/partial "$apt/parts"
    echo "$1 [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $2 $3 main" > "$apt/parts/kmesh.list"
    cat > "$apt/apt.conf" <<CONF
Dir::State::Lists "$apt/lists";
Dir::State::status "/dev/null";
Dir::Cache::archives "$apt/archives";
Dir::Cache::pkgcache "$apt/pkgcache.bin";
Dir::Cache::srcpkgcache "$apt/srcpkgcache.bin";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/parts";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "2";
CONF
    export APT_CONFIG=$apt/apt.conf
    apt-get -q update --error-on=any > "$apt/log" 2>&1 || fail "$3: $(tail "$apt/log")"
}

# guest_test NAMES [OPTION OF PROVE...]: runs guest/tests/NAME alone, one after the other, on the enhanced kernel of $WORK,
# and expects that each passes. What stands in $scratch/kit/guest/bin is on their path.
guest_test() {
    local names=$1 name image
    shift
    mkdir -p "$scratch/kit/guest/probes"
    cp "$KMESH" "$scratch/kit/"
    cp "$BUILD/guest/init" "$scratch/kit/guest/"
    for name in $names; do cp "$BUILD/guest/tests/$name" "$scratch/kit/guest/probes/"; done
    image=$(echo "$WORK/enhanced/root"/lib/modules/*/vmlinuz)
    KMESH_KERNEL_DATA=$REPOSITORY/kernel "$scratch/kit/kmesh-kernel" prove "$image" \
        --module "$WORK/enhanced/kmesh.ko" --work "$scratch/prove" "$@" --json > "$scratch/report" ||
        fail "$(cat "$scratch/report" "$scratch"/prove/image/*.txt)"
    for name in $names; do
        expect ".proof[] | select(.feature == \"$name\") | .enhanced" pass "$scratch/report"
    done
}
