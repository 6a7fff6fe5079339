// SPDX-License-Identifier: Apache-2.0
#include "kit/ere.h"

#include <gtest/gtest.h>

#include <utility>

namespace kmesh {
namespace {

bool matches(const std::string& pattern, const std::string& line) {
  const auto compiled = Ere::compile(pattern);
  EXPECT_TRUE(compiled) << pattern;
  return compiled && compiled->matches(line);
}

TEST(Ere, IsExtended) {
  EXPECT_TRUE(matches("a+(b|c){2}$", "xaabc"));
  EXPECT_TRUE(matches("^[[:space:]]*case BPF_[A-Z_]+:", "\tcase BPF_SOCK_OPS:"));
  EXPECT_FALSE(matches("^a", "ba"));
  EXPECT_FALSE(matches("A", "a")) << "case counts";
  EXPECT_TRUE(matches("", "anything"));
}

TEST(Ere, RefusesWhatIsNone) {
  for (const char* pattern : {"(", "a{2", "[a", "a**b(", "*(", "[[:nope:]]"}) {
    const auto compiled = Ere::compile(pattern);
    ASSERT_FALSE(compiled) << pattern;
    EXPECT_NE(compiled.error().what.find(pattern), std::string::npos) << compiled.error().what;
  }
}

TEST(Ere, CanBeMoved) {
  auto compiled = Ere::compile("b");
  ASSERT_TRUE(compiled);
  const Ere moved = std::move(*compiled);
  EXPECT_TRUE(moved.matches("abc"));
}

}  // namespace
}  // namespace kmesh
