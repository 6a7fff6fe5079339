#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The manual: a page for the program and for each verb, that man and others read without a warning, with every option and
# example that the help has. What is installed is what the program says today.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

run man --into "$T/man"
expect_exit 0
"$BUILD/kmesh-route" man > man/kmesh-route.1
diff -r man "$BUILD/written/man" || fail "what was written at build time is not what the programs write"

# rendered PAGE : as it is read, without the breaks of lines
rendered() { MANWIDTH=2000 MANROFFOPT=-c man -P cat --no-hyphenation --no-justification -E ascii -l "$1" | sed 's/ \+/ /g'; }
section() { rendered "$1" | awk -v name="$2" '/^[A-Z]/ { inside = $0 == name; next } inside'; }
has() { grep -qE -e "$2" <<< "$1" || fail "$page lacks $2"; }

for page in man/*.1; do
    # each warns on standard error, or lets its messages be all that it prints
    groff -man -Tutf8 -ww -z "$page" > said 2>&1 || fail "groff refuses $page: $(cat said)"
    mandoc -Tlint -Wwarning "$page" >> said 2>&1 || fail "mandoc says of $page: $(cat said)"
    man --warnings -P cat -l "$page" > shown 2>> said || fail "man refuses $page: $(cat said)"
    [ ! -s said ] || fail "$page: $(cat said)"
    [ -s shown ] || fail "man shows nothing of $page"
    lexgrog "$page" > /dev/null || fail "whatis does not find the name of $page"
    for name in SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
        [ -n "$(section "$page" "$name")" ] || fail "$page has no $name"
    done
    for code in 0 1 2; do has "$(section "$page" 'EXIT STATUS')" "^ *$code "; done
    for other in $(section "$page" 'SEE ALSO' | grep -o 'kmesh[a-z-]*(1)'); do
        [ -e "man/${other%(1)}.1" ] || fail "$page names a page that is not there: $other"
    done
done

run --help
verbs=$(sed -n 's/^  \([a-z]\+\) \+[^ ].*/\1/p' "$T/out")
expect_same "$(find man -name 'kmesh-kernel-*' | wc -l)" "$(wc -w <<< "$verbs")" "pages and verbs"
for verb in $verbs; do
    page=man/kmesh-kernel-$verb.1
    has "$(section man/kmesh-kernel.1 VERBS)" "kmesh-kernel-$verb\\(1\\)"
    run man "$verb"
    cmp -s "$T/out" "$page" || fail "man $verb is another page than the one of --into"
    { by_name command "$verb" --help-all 2> /dev/null || by_name command "$verb" --help; } > help
    options=$(section "$page" OPTIONS)
    for name in $(sed -n 's/^  \(-., \)\?\(--[a-z0-9-]*\|[A-Z]\+\) .*/\2/p' help) --help; do
        has "$options" "^ *(-., )?$name( |$)"
    done
    examples=$(section "$page" EXAMPLES)
    while IFS= read -r example; do
        grep -qF -e "$example" <<< "$examples" || fail "$page lacks the example $example"
    done < <(sed -n '/^Examples\?:/,/^$/s/^  //p' help)
done
# what it cannot be given with is not in the help
page=man/kmesh-kernel-build.1
has "$(section "$page" OPTIONS)" 'Not with --tarball, --srpm, --repo'
has "$(section "$page" OPTIONS)" 'Only with --tarball'

page=man/kmesh-kernel.1
for variable in $(grep -ohE 'getenv\("[A-Z_]+"' "$REPOSITORY"/src/{base,kit,verbs}/*.cc | cut -d '"' -f 2 | sort -u); do
    has "$(section "$page" ENVIRONMENT)" "^ *$variable"
done
has "$(section "$page" FILES)" baselines.toml

page=man/kmesh-route.1
for verb in check load unload; do
    for name in $("$BUILD/kmesh-route" $verb --help | sed -n 's/^  \(--[a-z0-9-]*\|[A-Z]\+\) .*/\1/p'); do
        has "$(section "$page" VERBS)" "^ *$name( |$)"
    done
done
section "$page" EXAMPLES | sed 's/^ *//' > example.text
grep -qF '[[service.route]]' example.text || fail "$page has no file of routes"
