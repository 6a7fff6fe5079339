#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds and runs the unit tests as one of CMakePresets.json's presets.  usage: run.sh PRESET
set -eu
cd "$REPOSITORY"
cmake --preset "$1" > /dev/null
ninja -C "build/$1" --quiet unit_tests kmesh-kernel
"build/$1/unit_tests" --gtest_brief=1
