// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_failure.h"

#include <gtest/gtest.h>

namespace kmesh {
namespace {

constexpr const char* kSpec =
    "Name: kernel\n"
    "Source0: linux.tar\n"
    "Source1: config\n"
    "Patch1: https://host/first.patch\n"
    "Patch2: second.patch\n"
    "%prep\n"
    "%setup -q\n"
    "%patch1 -p1\n"
    "%patch2 -p1\n"
    "cp %{SOURCE1} .config\n"
    "echo 'a  b' > \"x\"\n"
    "test -e $other\n"
    "false\n"
    "%{helper}\n"
    "%build\n"
    "cp a b\n";

std::string failed_after(const std::string& commands) {
  return failed_line(
      kSpec, commands + "\nerror: Bad exit status from /var/tmp/rpm-tmp.x (%prep)\n+ of another log\n");
}

TEST(FailedLine, TheCommandAsItStands) {
  EXPECT_EQ(failed_after("+ cd linux\n+ false"), "line 13: false");
  EXPECT_EQ(failed_after("++ false\nits own words"), "line 13: false");
}

TEST(FailedLine, WithMacrosAndVariables) {
  EXPECT_EQ(failed_after("+ cp /kmesh/SOURCES/config .config"), "line 10: cp %{SOURCE1} .config");
  EXPECT_EQ(failed_after("+ test -e /some/where"), "line 12: test -e $other");
}

TEST(FailedLine, OfAPatchItsTag) {
  EXPECT_EQ(
      failed_after(
          "+ echo 'Patch #1 (first.patch):'\nPatch #1 (first.patch):\n+ /usr/bin/patch -p1 -s --fuzz=0"),
      "line 4: Patch1: https://host/first.patch");
  EXPECT_EQ(
      failed_after("+ /usr/bin/cat /s/first.patch\n+ /usr/bin/patch -p1\n+ /usr/bin/cat /s/second.patch\n+ "
                   "/usr/bin/patch -p1 -s\n1 out of 1 hunk FAILED"),
      "line 5: Patch2: second.patch");
}

TEST(FailedLine, WhatNoLineIsKnownFor) {
  EXPECT_EQ(failed_after("+ weave series"), "weave series");
  EXPECT_EQ(failed_after("+ cp a b"), "cp a b") << "that line is not in %prep";
  EXPECT_EQ(failed_after("no command"), "");
  EXPECT_EQ(failed_line("%if 1\n", "+ false"), "false") << "a spec that cannot be read";
}

}  // namespace
}  // namespace kmesh
