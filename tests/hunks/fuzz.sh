#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# libFuzzer on diffs and what they are matched with, with the address and undefined-behaviour sanitizers. The archive's
# patches, and one of each kind that must be refused or is hard, are the seeds.  usage: fuzz.sh SECONDS
set -euo pipefail
seconds=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/kmesh-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$REPOSITORY"
read -ra flags <<< "$(pkg-config --cflags --libs fmt libcrypto)"
clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Isrc tests/hunks/fuzz.cc \
    src/kit/{hunks,hunk_match,hunk_evidence,series,trial,blocker,plan,ledger}.cc src/base/disk.cc src/base/interrupt.cc "${flags[@]}" -o "$work/fuzz"

mkdir "$work/corpus"
for patch in kernel/patches/*/*.patch; do
    name=$(basename "$(dirname "$patch")")-$(basename "$patch")
    # as it is, and with the text that its first file has before it
    cp "$patch" "$work/corpus/$name"
    { cat "$patch"; printf '\0'; sed -n '/^@@/,$p' "$patch" | sed -n 's/^[- ]//p'; } > "$work/corpus/$name.text"
done
seed() { printf '%b' "$2" > "$work/corpus/$1"; }
hunk='@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n'
seed git "diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n$hunk\0a\nb\nc\n"
seed crlf "--- a/f\r\n+++ b/f\r\n@@ -1,3 +1,3 @@\r\n a\r\n-b\r\n+B\r\n c\r\n\0a\r\nb\r\nc\r\n"
seed no-newline '--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+B\n\\ No newline at end of file\n\0a\nb'
seed no-context '--- a/f\n+++ b/f\n@@ -2 +2 @@\n-b\n+B\n@@ -3,0 +4,2 @@\n+x\n+y\n\0a\nb\nc\n'
seed rename 'diff --git a/f b/g\nsimilarity index 90%\nrename from f\nrename to g\n'
seed mode "diff --git a/f b/f\nold mode 100644\nnew mode 100755\n--- a/f\n+++ b/f\n$hunk"
seed mode-alone 'diff --git a/f b/f\nold mode 100644\nnew mode 100755\n'
seed script "diff --git a/f b/f\nnew file mode 100755\nindex 0..1\n--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n"
seed link "diff --git a/f b/f\nnew file mode 120000\n--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n"
seed binary 'diff --git a/f b/f\nGIT binary patch\nliteral 3\nKcmZ=\n'
seed created '--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n'
seed deleted '--- a/f\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n\0a\nb\n'
seed moved "--- a/f\n+++ b/f\n$hunk\0x\ny\na\nb\nc\n"
seed uapi '--- a/include/uapi/linux/bpf.h\n+++ b/include/uapi/linux/bpf.h\n@@ -1,2 +1,4 @@\n enum x {\n+\tA = 1 << 3,\n+\tFN(b, 3, ##ctx) \\\n };\n\0enum x {\n};\n'
"$work/fuzz" -seed=1 -max_len=9000 -timeout=10 -rss_limit_mb=1024 -max_total_time="$seconds" -print_final_stats=1 \
    -artifact_prefix="$work/" "$work/corpus" > "$work/log" 2>&1 || {
    cat "$work/log"
    for found in "$work"/crash-* "$work"/timeout-* "$work"/oom-*; do [ ! -e "$found" ] || od -c "$found" | head -40; done
    exit 1
}
grep -E 'INITED|DONE' "$work/log" # what the seeds cover, and what the time added
