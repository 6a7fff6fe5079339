#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# libFuzzer on diffs and what they are matched with, with the address and undefined-behaviour sanitizers. The archive's
# patches, one of each kind that must be refused or is hard, heads that are malformed in every way that was thought of, and
# patches of many hunks and long lines are the seeds.  usage: fuzz.sh SECONDS
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

# ---- heads that say nothing, or too much ----
number=0
malformed() { number=$((number + 1)); seed "malformed-$number" "$1"; }
body=' a\n-b\n+B\n c\n\0a\nb\nc\n'
for head in '@@' '@@ -' '@@ -1' '@@ -1,' '@@ -1,3 +' '@@ -1,3 +1,3' '@@ -1,3 +1,3 @' '@@ -1,3  +1,3 @@' '@@ -,3 +1,3 @@' '@@ -1,3 1,3 @@' \
    '@@ -0,0 +0,0 @@' '@@ -0,3 +0,3 @@' '@@ -1,3 +1,3@@' '@@ -01,3 +1,03 @@' '@@ --1,3 +1,3 @@' '@@ -1,-3 +1,3 @@' '@@ -1,3 +1,3 @@ @@ -1,3 +1,3 @@' \
    '@@ -500000000,3 +500000000,3 @@' '@@ -2147483647,3 +2147483647,3 @@' '@@ -99999999999999999999,3 +1,3 @@' '@@ -1,500000000 +1,3 @@' \
    '@@ -1,2147483647 +1,2147483647 @@' '@@ -1,0 +1,0 @@' '@@ -1,2 +1,2 @@' '@@ -1,4 +1,4 @@' '@@ -1,3 +1,9 @@' '@@@ -1,3 -1,3 +1,3 @@@' \
    '  @@ -1,3 +1,3 @@' '@@\t-1,3 +1,3 @@' '@@ -1,3 +1,3 @@\r' '@@ -0x1,3 +1,3 @@' '@@ -1.5,3 +1,3 @@' '@@ -1,3 +1,3 @@ x\\y'; do
    malformed "--- a/f\n+++ b/f\n$head\n$body"
    malformed "--- a/f\r\n+++ b/f\r\n$head\r\n a\r\n-b\r\n+B\r\n c\r\n\0a\nb\nc\n"
    malformed "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n$head\n$body"
done
for far in '-2147483647,0 +2147483647 @@\n+x' '-2147483647 +2147483647,0 @@\n-x' '-500000000,0 +500000000 @@\n+x' '-1 +1 @@\n-a\n+b\n@@ -2147483647 +1 @@\n-c\n+d'; do
    malformed "--- a/f\n+++ b/f\n@@ $far\n\0a\nb\nc\n"
done
for names in '--- a/f' '+++ b/f' '--- \n+++ ' '--- a/f\n+++ ' '--- a/\n+++ b/' '--- a//f\n+++ b//f' '--- a/../f\n+++ b/../f' '--- /etc/passwd\n+++ /etc/passwd' \
    '--- /dev/null\n+++ /dev/null' '--- a/f\n+++ b/g' '--- f\n+++ f' '--- net/f.c\n+++ net/f.c' '--- "a/f\\t"\n+++ "b/f\\t"' '--- a/f\t\n+++ b/f\t\t' \
    '--- a/f\n\n+++ b/f' '  --- a/f\n  +++ b/f' '*** a/f\n--- b/f\n***************\n*** 1,3 ****' '--- a/f\n--- a/f\n+++ b/f' '+++ b/f\n--- a/f' \
    '\xef\xbb\xbf--- a/f\n+++ b/f' '> --- a/f\n> +++ b/f' 'Index: f\n====\n--- f\t(revision 1)\n+++ f\t(working copy)' '--- a/./f\n+++ b/./f'; do
    malformed "$names\n@@ -1,3 +1,3 @@\n$body"
    malformed "$names"
done
for git in '' 'index' 'index ..' 'index 1..2 ' 'index 1..2 9999999999' 'index 1..2 100644x' 'old mode ' 'old mode 99' 'new mode 177777777777777777777' \
    'new file mode 100644\ndeleted file mode 100644' 'new file mode 120000' 'new file mode 160000' 'similarity index 100%' 'rename from f' 'copy to g' \
    'GIT binary patch\nliteral 0' 'Binary files a/f and b/f differ' 'deleted file mode 100755' 'diff --git a/f b/f'; do
    malformed "diff --git a/f b/f\n$git\n"
    malformed "diff --git a/f b/f\n$git\n--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n$body"
done
for lines in '\\ No newline at end of file\n a\n' ' a\n\\\n-b\n' ' a' '' '\n' '+' '-' ' \n \n \n \n' '?a\n' '\ta\n-b\n+B\n c\n' '\0' ' a\n-b\n\\ No newline\n+B\n\\ No newline\n c\n'; do
    malformed "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n$lines"
done
for field in 'Kmesh-Present-If:' 'Kmesh-Present-If: f' 'Kmesh-Present-If: f ~ (' 'Kmesh-Present-If: ../f ~ a' 'Kmesh-Present-If: f ~ ^a$' 'Kmesh-Present-If-Any: f ~ [' \
    'Subject:\n folded\n folded' 'Subject: [' 'Subject: []' ':' ': x' 'a.patch -p0 # x\nb/c.patch -R\n../d -p 1\n-p\n#' 'x.patch -p\nx.patch'; do
    malformed "$field\n--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n$body"
done
# ---- many hunks, a long hunk, long lines ----
python3 - "$work/corpus" <<'EOF'
import sys
lines = [f"line {i}\n" for i in range(1200)]
hunks = "".join(f"@@ -{i + 1},3 +{i + 1},3 @@\n {lines[i]}-{lines[i + 1]}+changed {i}\n {lines[i + 2]}" for i in range(0, 1190, 10))
whole = "@@ -1,1200 +1,1200 @@\n" + "".join("-" + line for line in lines) + "".join("+new " + line for line in lines)
alike = "".join(f"@@ -{i},3 +{i},4 @@\n {{\n \tx,\n+\ty,\n }}\n" for i in range(900, 1, -3))
long = "@@ -1,3 +1,3 @@\n a\n-" + "b" * 30000 + "\n+" + "B" * 30000 + "\n c\n"
for name, hunk, text in (("many", hunks, "".join(lines)), ("moved", hunks, "".join(["first\n"] * 7 + lines)), ("whole", whole, "".join(lines)),
                         ("alike", alike, "{\n\tx,\n}\n" * 400), ("long", long, "a\n" + "b" * 30000 + "\nc\n")):
    with open(f"{sys.argv[1]}/large-{name}", "w") as file:
        file.write(f"--- a/f\n+++ b/f\n{hunk}\0{text}")
EOF
"$work/fuzz" -seed=1 -max_len=100000 -timeout=10 -rss_limit_mb=1024 -max_total_time="$seconds" -print_final_stats=1 \
    -artifact_prefix="$work/" "$work/corpus" > "$work/log" 2>&1 || {
    cat "$work/log"
    for found in "$work"/crash-* "$work"/timeout-* "$work"/oom-*; do [ ! -e "$found" ] || od -c "$found" | head -40; done
    exit 1
}
grep -E 'INITED|DONE' "$work/log" # what the seeds cover, and what the time added
