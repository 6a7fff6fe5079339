// SPDX-License-Identifier: Apache-2.0
#include "kit/applied.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"
#include "kit/hunks.h"

namespace kmesh {
namespace {

using ::testing::HasSubstr;

class AppliedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    patch_.file = "1.patch";
    const auto files = parse_diff(
        "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n--- a/g\n+++ b/g\n@@ -1 +1 @@\n-x\n+X\n");
    ASSERT_TRUE(files);
    patch_.files = *files;
  }
  std::string applied(const std::string& f, const std::string& g) {
    disk_.files = {{"/t/f", f}, {"/t/g", g}};
    const auto checked = check_applied(kit_, "/t", {&patch_});
    return checked ? "applied" : checked.error().what;
  }
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {}};
  Patch patch_;
};

TEST_F(AppliedTest, ATreeThatHasThem) {
  EXPECT_EQ(applied("a\nB\nc\n", "X\n"), "applied");
  EXPECT_EQ(applied("0\na\nB\nc\n", "X\n"), "applied");
}

TEST_F(AppliedTest, ATreeWithoutThem) {
  EXPECT_THAT(applied("a\nb\nc\n", "x\n"), HasSubstr("1.patch is not in a tree that is built (/t)"));
  EXPECT_THAT(applied("a\nB\nc\n", "x\n"), HasSubstr("is not in a tree that is built")) << "half of it";
}

TEST_F(AppliedTest, WhatTheSpecChangedAfterItIsItsOwn) {
  EXPECT_EQ(applied("a\nB, and more\nc\n", "X\n"), "applied");
}

}  // namespace
}  // namespace kmesh
