// SPDX-License-Identifier: Apache-2.0
#include "base/relative_path.h"

#include <gtest/gtest.h>

namespace kmesh {
namespace {

TEST(SafeRelativePath, TakesWhatStaysBelow) {
  for (const char* path : {"a", "a/b", "a.b/..c", ".config", "a/...", "a b/c", "folder/"})
    EXPECT_TRUE(safe_relative_path(path)) << path;
}

TEST(SafeRelativePath, RefusesWhatLeaves) {
  for (const char* path :
       {"", "/", "/a", ".", "..", "../a", "a/..", "a/../b", "./a", "a/./b", "a//b", "a//", "//", "../"})
    EXPECT_FALSE(safe_relative_path(path)) << path;
  EXPECT_FALSE(safe_relative_path(std::string_view("a\0/../b", 7))) << "a NUL ends a path for the system";
}

}  // namespace
}  // namespace kmesh
