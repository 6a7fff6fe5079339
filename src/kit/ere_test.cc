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

TEST(Ere, WhatWouldTakeAllMemoryIsRefused) {
  for (const std::string& pattern : {std::string("a") + std::string(40, '+'),
                                     std::string("((((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+"),
                                     std::string("(((a{1,255}){1,255}){1,255})"),
                                     std::string("(a{200}){200}"), std::string("x{99999999999999999999}")})
    EXPECT_FALSE(Ere::compile(pattern)) << pattern;
  for (const std::string& pattern :
       {std::string("^static +int +[a-z_]+\\(.*\\)$"), std::string("(case|if).*(a+b+)+c{1,255}[]+*{]+\\+"),
        std::string("a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t+u+v+w+x+y+z+")})
    EXPECT_TRUE(Ere::compile(pattern)) << pattern;
}

}  // namespace
}  // namespace kmesh
