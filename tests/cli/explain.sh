#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every known failure is told from the log that showed it, with what it names; no row fires on a build that went well.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

data=$REPOSITORY/tests/data/failures
# rows.tsv: log, row, what the cause must name; "-" where the table has no row for it
while IFS=$'\t' read -r log row names; do
    case $log in '' | '#'*) continue ;; esac
    expect_file "$data/$log.log"
    run explain "$data/$log.log" --json
    case $row in
    clean)
        expect_exit 0
        expect_json '.clean == true and .known == false and .line == 0'
        ;;
    -)
        expect_exit 1
        expect_json '.clean == false and .known == false'
        ;;
    *)
        expect_exit 0
        expect_json ".known == true and .name == \"$row\""
        [ -z "$names" ] || expect_json ".cause | contains(\"$names\")"
        expect_json '(.cause + .remedy + .command) | test("\\{(|packages|folder)\\}") | not'
        ;;
    esac
done < "$data/rows.tsv"

# every log is in that list, and every row of the table has a log
for file in "$data"/*.log; do
    grep -q "^$(basename "$file" .log)	" "$data/rows.tsv" || fail "$(basename "$file") is in no row of rows.tsv"
done
rows=$(grep -ohP '\.name = "\K[^"]+' "$REPOSITORY"/src/kit/failures_*.cc | sort -u)
[ "$(wc -l <<< "$rows")" -ge 15 ] || fail "too few rows: $rows"
for row in $rows; do
    cut -f 2 "$data/rows.tsv" | grep -qx "$row" || fail "no log shows $row"
done

# as a person sees it
run explain "$data/flex-missing.log"
expect_stdout '^line 6:$'
expect_stdout 'flex: command not found'
expect_stdout '^program-missing: .*: flex$'
expect_stdout '^    apt-get install flex$'
run explain "$T/no-such.log"
expect_exit 1
expect_stderr 'no-such.log.*No such file'
printf 'x.c:1:1: error: something new\nmake: *** [x.o] Error 1\n' > new.log
run explain new.log
expect_exit 1
expect_stdout 'something new'
expect_stdout 'no row for it'

# A build that fails explains itself.
cat > hooks.mk <<'MAKE'
HOOK_BUILD = @echo '/bin/sh: line 1: lz4: command not found'; exit 127
MAKE
fake_kernel
build --until package
expect_exit 1
expect_stderr '^error: rpmbuild failed: .*not installed: lz4$'
expect_stderr 'lz4: command not found'
expect_stderr '^    apt-get install lz4$'
expect_stderr 'run the same command again'
