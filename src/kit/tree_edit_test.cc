// SPDX-License-Identifier: Apache-2.0
#include "kit/tree_edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::Contains;

class TreeEditTest : public ::testing::Test {
 protected:
  void SetUp() override {
    one_.patch.file = "one.patch";
    two_.patch.file = "two.patch";
    disk_.files["/w/enhanced/tree/f"] = "text";
  }
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {}};
  Side side_{"enhanced", "/w/enhanced", "/w/log", Sandbox(true, "/w/enhanced", "/w/ccache")};
  PlannedPatch one_;
  PlannedPatch two_;
};

TEST_F(TreeEditTest, AppliesInOrderAndStrictly) {
  processes_.answer("patch", {});
  ASSERT_TRUE(patch_tree(kit_, "/series", {&one_, &two_}, side_));
  ASSERT_EQ(processes_.ran.size(), 2U);
  EXPECT_EQ(processes_.ran[0].argv.back(), "/series/one.patch");
  EXPECT_EQ(processes_.ran[1].argv.back(), "/series/two.patch");
  for (const auto& command : processes_.ran) {
    EXPECT_THAT(command.argv, Contains("-F0")) << "no fuzz";
    EXPECT_EQ(command.folder, "/w/enhanced/tree");
    EXPECT_EQ(command.log, "/w/log");
  }
  EXPECT_TRUE(disk_.exists("/w/enhanced/tree/f"));
}

TEST_F(TreeEditTest, APatchThatFailsLeavesNoTree) {
  Exit refused;
  refused.code = 1;
  refused.tail = "1 out of 1 hunk FAILED\n";
  processes_.answer("/series/two.patch", refused);
  processes_.answer("patch", {});
  const auto edited = patch_tree(kit_, "/series", {&one_, &two_}, side_);
  ASSERT_FALSE(edited);
  EXPECT_EQ(edited.error().what, "two.patch was planned, but patch refused it");
  EXPECT_EQ(edited.error().detail, refused.tail);
  EXPECT_FALSE(disk_.exists("/w/enhanced/tree")) << "half-patched it could be taken for good";
}

TEST_F(TreeEditTest, NothingToDoRunsNothing) {
  ASSERT_TRUE(patch_tree(kit_, "/series", {}, side_));
  EXPECT_TRUE(processes_.ran.empty());
}

}  // namespace
}  // namespace kmesh
