#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# plan needs less than 200 MB of memory: of large xz blocks it reads several at once where they are small enough, and a
# dictionary or a file that is too large is refused before it is filled.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# asks NAME : plan of that tarball takes less than 200 MB, which is 195312 kB
asks() {
    python3 - "$KMESH" plan --work "$W-$1" --tarball "$T/$1" --series "$SERIES" --no-verify > "$T/peak" <<'EOF'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
EOF
    [ "$(cat "$T/peak")" -lt 195312 ] || fail "$1: the most memory was $(cat "$T/peak") kB"
}

fake_kernel
for i in 1 2 3 4 5; do head -c 64M /dev/urandom > "$T/linux-5.10.999/large-$i"; done
tar -C "$T" -c linux-5.10.999 | xz -0 -T2 --block-size=64MiB > "$T/blocks.tar.xz"
[ "$(xz --robot -l "$T/blocks.tar.xz" | awk '$1 == "file" { print $3 }')" -ge 5 ] || fail "too few blocks"
asks blocks.tar.xz

# the largest dictionary that is taken, and enough in the archive to fill it
rm "$T"/linux-5.10.999/large-*
truncate -s 160M "$T/linux-5.10.999/large"
tar -C "$T" -c linux-5.10.999 | xz -T1 --lzma2=preset=0,dict=128MiB > "$T/largest.tar.xz"
asks largest.tar.xz
[ "$(cat "$T/peak")" -gt 131072 ] || fail "the dictionary was not filled: $(cat "$T/peak") kB"
rm "$T/linux-5.10.999/large"

# a larger one: what it is, and how the archive is packed with another
tar -C "$T" -cf giant.tar linux-5.10.999
xz -k --lzma2=preset=0,dict=512MiB giant.tar
xz -k --format=lzma --lzma1=preset=0,dict=512MiB giant.tar
for packed in giant.tar.lzma giant.tar.xz; do
    run plan --work "$W" --tarball "$T/$packed" --series "$SERIES" --no-verify
    expect_exit 1
    expect_stderr "^error: $T/$packed cannot be read: its dictionary takes 51[2-9] MiB of memory, and 136 MiB are the most"
    expect_stderr "xz -dc $T/$packed \\| xz -T0 -6 > $T/smaller-giant.tar.xz\$"
done
eval "$(sed -n 's/^.*\(xz -dc .*\)$/\1/p' "$T/err")"
run plan --work "$W" --tarball "$T/smaller-giant.tar.xz" --series "$SERIES" --no-verify
expect_exit 0

# a file that is larger than any source, and one that only says so
truncate -s 400M "$T/linux-5.10.999/net/core/filter.c"
tar -C "$T" -c linux-5.10.999 | gzip -1 > "$T/large.tar.gz"
python3 - "$T/says.tar" <<'EOF'
import sys, tarfile
head = tarfile.TarInfo("linux-5.10.999/Makefile")
head.size = 1 << 45
open(sys.argv[1], "wb").write(head.tobuf(tarfile.GNU_FORMAT) + b"VERSION = 5\n".ljust(512, b"\0"))
EOF
run plan --work "$W" --tarball "$T/large.tar.gz" --series "$SERIES" --no-verify
expect_exit 1
expect_stderr "^error: $T/large.tar.gz holds linux-5.10.999/net/core/filter.c, which is larger than 64 MiB"
run plan --work "$W" --tarball "$T/says.tar" --series "$SERIES" --no-verify
expect_exit 1
expect_stderr "^error: $T/says.tar cannot be read as an archive: "
