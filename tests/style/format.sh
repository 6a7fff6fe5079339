#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The C++ sources are as clang-format would leave them.
set -eu
cd "$REPOSITORY"
git ls-files --cached --others --exclude-standard 'src/*.cc' 'src/*.h' 'tests/*.cc' | xargs clang-format --dry-run --Werror
