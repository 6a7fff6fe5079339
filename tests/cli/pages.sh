#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The pages in a real browser: light, dark, on a phone, on paper and to a screen reader; the matrix of plan --html, and the
# report of a build that was stopped. That the check sees each fault is shown on pages that have it.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# looks PAGE TEXT... : no fault in it
looks() {
    "$REPOSITORY/tests/pages/browser.py" "$1" "$T/pictures" "${@:2}" > "$T/faults" || fail "$1: $(cat "$T/faults")"
    for picture in light.png dark.png phone.png print.pdf; do
        [ "$(head -c 4 "$T/pictures/$picture" | tail -c 3)" = "$([ "${picture##*.}" = png ] && echo PNG || echo PDF)" ] ||
            fail "$picture is none"
    done
}

# ---- the matrix, of a source that has conflicts and of patches that cannot be read ----
fake_kernel
tree=$T/linux-5.10.999
own=$T/own
mkdir "$own"
seq 60 | sed 's/^/line /' > "$tree/net/notes"
for line in 5 20; do
    sed "s/^line $line\$/changed/" "$tree/net/notes" > wanted
    diff -u --label a/net/notes --label b/net/notes "$tree/net/notes" wanted > "$own/$line.patch" || true
done
sed -i 's/^line 20$/something else/' "$tree/net/notes"
echo packed > "$own/30.patch.gz"
run plan --work "$W" --tree "$tree" --series "$own" --no-verify --html page/matrix.html
expect_exit 1
expect_stdout '^20.patch +conflict$'
looks page/matrix.html 'net/notes: none' '! line 20' 'net/notes:2-8: forward, at its own line' 'gzip' 'not verified'

# ---- the report of a build that a patch stopped ----
file=$tree/include/trace/bpf_probe.h
sed -i 's/^#define FIRST(x, ...) x$/#define FIRST(x, ...) (x)/' "$file"
pack linux-5.10.999 "$T/$TARBALL"
build --until package
expect_exit 1
cp "$W/report.html" stopped.html
looks stopped.html 'does not apply' 'include/trace/bpf_probe.h: none' 'FIRST(x, ...) (x)'

# ---- pages that have a fault, each of them seen ----
# nothing is booted here: the rows of a proof, as report.html has them
sed 's/<section aria-labelledby=stages>/<section aria-labelledby=proof><h2 id=proof>Proof<\/h2><table><thead><tr><th scope=col>Feature'\
'<th scope=col>Baseline<th scope=col>Enhanced<\/tr><\/thead><tbody><tr><th scope=row>a<\/th><td class="good">absent<\/td>'\
'<td class="good">pass<\/td><\/tr><tr><th scope=row>b<\/th><td class="good">absent<\/td><td class="bad">fail<\/td><\/tr>'\
'<\/tbody><\/table><\/section>&/' stopped.html > whole.html
! cmp -s stopped.html whole.html || fail "the page has no stages"
looks whole.html 'include/trace/bpf_probe.h: none'

# faulty WHAT SED... : with that change the check finds it
faulty() {
    sed "${@:2}" whole.html > faulty.html
    ! cmp -s whole.html faulty.html || fail "the page is as it was: $1"
    ! "$REPOSITORY/tests/pages/browser.py" faulty.html "$T/pictures" 'include/trace/bpf_probe.h: none' > "$T/faults" ||
        fail "nothing found: $1"
    grep -qF "$1" "$T/faults" || fail "'$1' is not among: $(cat "$T/faults")"
}
faulty 'too little contrast, light' 's/--soft:#566070/--soft:#aab0b8/'
faulty 'too little contrast, dark' 's/--soft:#a3aebd/--soft:#444c58/'
faulty 'pixels wide on a screen' 's/\.wide{overflow-x:auto}//; s/<main>/<main style="width:700px">/'
sentence=$(printf 'word %.0s' {1..15})
for place in 'max-width:3rem' 'position:relative;left:300px'; do
    faulty 'no room on a screen of 390' "s/<th scope=row>a</<th scope=row style=\"$place\">$sentence</"
done
faulty 'no columnheader for a screen reader, on a screen of 390' 's/@media(max-width:40rem){/&thead{display:none}/'
faulty 'not on paper' 's/content-visibility:visible/content-visibility:hidden/'
faulty 'it has scripts' 's/<main>/<main><script>1<\/script>/'
faulty 'Chromium says' 's/<main>/<main><img alt=x src="https:\/\/kmesh.invalid\/x.png">/'
faulty 'headings of level 1' 's/<h1>/<h2>/; s/<\/h1>/<\/h2>/'
faulty 'no rowheader' 's/<th scope=row>/<td>/g'
faulty 'a verdict without its colour: needed, light' 's/<td class=needed>/<td>/g'
faulty 'a verdict without its colour: conflict, dark' 's/ class=conflict>/>/g'
faulty 'verdicts share a colour' 's/--newbg:[^;]*;/--newbg:var(--badbg);/g'
faulty 'a proof without its colour: pass, light' 's/<td class="good">/<td>/g'
faulty 'outcomes share a colour' 's/<td class="bad">/<td class="good">/g'
faulty 'a time bar of 0 segments' 's/<div class=bar aria-hidden=true>.*<\/div><div class=wide>/<div class=wide>/'
faulty 'segment 1 is not to be seen' 's/\.s0{--own:var(--s0)}//'
faulty "the time bar's segment" 's/style="width:[0-9.]*%"/style="width:20%"/g'
faulty 'stages share a colour' 's/<span class="s1"/<span class="s0"/'
