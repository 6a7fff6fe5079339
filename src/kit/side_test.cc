// SPDX-License-Identifier: Apache-2.0
#include "kit/side.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::HasSubstr;

class SideTest : public ::testing::Test {
 protected:
  Error failed(const std::string& output) {
    Exit exit;
    exit.code = 2;
    exit.output = output;
    exit.tail = "make: *** Error 2\n";
    processes_.answer("make", exit);
    Command command;
    command.argv = {"make", "headers_install"};
    const auto ran = run_inside(kit_, side_, command, "make headers_install failed");
    EXPECT_FALSE(ran);
    return ran ? Error{} : ran.error();
  }
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {}};
  Side side_{"enhanced", "/w/enhanced", "/w/log", Sandbox(true, "/w/enhanced", "/c")};
};

TEST_F(SideTest, AFailureIsToldWithItsCause) {
  const Error error = failed("/bin/sh: 1: rsync: not found\nmake: *** Error 2\n");
  EXPECT_EQ(error.what, "make headers_install failed: programs that the build runs are not installed: rsync");
  EXPECT_EQ(error.command, "apt-get install rsync");
  EXPECT_THAT(error.hint, HasSubstr("install them"));
  EXPECT_THAT(error.hint, HasSubstr("the whole log is /w/log"));
  EXPECT_THAT(error.detail, HasSubstr("rsync: not found"));
}

TEST_F(SideTest, WithoutARowTheFirstErrorIsShown) {
  std::string output = "x.c:1:1: error: something new\n";
  for (int i = 0; i < 40; ++i) output += "  CC      f.o\n";
  const Error error = failed(output);
  EXPECT_EQ(error.what, "make headers_install failed");
  EXPECT_EQ(error.hint, "the whole log is /w/log");
  EXPECT_THAT(error.detail, HasSubstr("something new"));
}

TEST_F(SideTest, WithoutOutputItsLastWordsAreShown) { EXPECT_THAT(failed("").detail, HasSubstr("Error 2")); }

TEST_F(SideTest, WhatSucceedsSaysNothing) {
  processes_.answer("true", {});
  Command command;
  command.argv = {"true"};
  EXPECT_TRUE(run_inside(kit_, side_, command, "x"));
}

}  // namespace
}  // namespace kmesh
