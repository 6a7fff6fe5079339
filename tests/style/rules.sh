#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The house rules a machine can check: every code file says its licence, none is over 600 lines, base/ knows
# nothing of the kit, the kit includes nothing that runs in the kernel or in the guest, and names that may meet in one
# compilation are used once.
set -eu
cd "$REPOSITORY"
failed=0
complain() {
    echo "$1" >&2
    failed=1
}

for file in $(git ls-files --cached --others --exclude-standard '*.cc' '*.c' '*.h' '*.sh' '*.py' '*.js' '*.cmake' '*CMakeLists.txt' \
    Makefile .ci/run 'kernel/rpm/*' 'kernel/dkms/*' 'kernel/ko_src/*'); do
    [ -f "$file" ] || continue
    head -3 "$file" | grep -q 'SPDX-License-Identifier:' || complain "$file: no SPDX line on top"
    lines=$(wc -l < "$file")
    [ "$lines" -le 600 ] || complain "$file: $lines lines; two rooms in one?"
done

if grep -nE '#include "(kit|verbs|guest|bpf|kernel)/' src/base/*; then complain "base/ includes what is not its own"; fi
if grep -nE '#include ".*(verbs|guest|bpf|ko_src|kernel)/' src/kit/*; then complain "the kit includes another world"; fi

# Pure rooms take text and return values: no doors.
for room in adapt apt_sources baseline btf_dump c_tokens config_needs debian_packages diagnose evidence explain failures_host failures_source \
    failures_tree finding header_names header_report header_state hunks kabi_cause kabi_json kabi_report kabi_summary known_failures \
    ledger matrix module_versions plan prove report report_html series spec_edit spec_folder spec_kabi spec_lines spec_patching \
    spec_place spec_shell sandbox symvers type_diff; do
    for file in src/kit/$room.h src/kit/$room.cc; do
        [ -f "$file" ] || continue
        if grep -nE '#include (<(fstream|filesystem|unistd.h|fcntl.h)>|"(kit/kit.h|base/archive.h)")' "$file"; then
            complain "$file: a pure room with a door"
        fi
    done
done
tests/style/names.py src/*/*.cc tests/*/*_test.cc || failed=1
exit $failed
