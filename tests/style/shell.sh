#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shell scripts, including those that go into packages, pass shellcheck.
set -eu
cd "$REPOSITORY"
{
    git ls-files --cached --others --exclude-standard '*.sh' .ci/run
    grep -lE '^#!/bin/(ba)?sh' kernel/rpm/*
} | sort -u | xargs shellcheck --severity=warning --external-sources --source-path=SCRIPTDIR
