// SPDX-License-Identifier: Apache-2.0
#include "kit/nearest.h"

#include <gtest/gtest.h>

namespace kmesh {
namespace {

std::string meant(std::string_view word, const std::vector<std::string>& known) {
  return nearest(word, known).value_or("nothing");
}

TEST(EditDistance, CountsChanges) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("build", "biuld"), 2U);
  EXPECT_EQ(edit_distance("abc", "xabc"), 1U);
}

TEST(Nearest, FindsTheWordAPersonMeant) {
  const std::vector<std::string> verbs = {"build", "prove", "doctor"};
  EXPECT_EQ(meant("biuld", verbs), "build");
  EXPECT_EQ(meant("prov", verbs), "prove");
  EXPECT_EQ(meant("doktor", verbs), "doctor");
  EXPECT_EQ(meant("--tarbal", {"--tree", "--tarball"}), "--tarball");
}

TEST(Nearest, SaysNothingRatherThanAnything) {
  EXPECT_EQ(meant("xyzzy", {"build", "prove"}), "nothing");
  EXPECT_EQ(meant("", {"build"}), "nothing");
  EXPECT_EQ(meant("a", {"b"}), "nothing") << "no letter in common";
  EXPECT_EQ(meant("build", {}), "nothing");
}

}  // namespace
}  // namespace kmesh
