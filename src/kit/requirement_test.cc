// SPDX-License-Identifier: Apache-2.0
#include "kit/requirement.h"

#include <gtest/gtest.h>

namespace kmesh {
namespace {

DebianHost host_with(std::map<std::string, std::string> installed) {
  return {{{"gcc", {"gcc"}},
           {"clang", {"clang"}},
           {"elfutils-devel", {"libdw-dev", "libelf-dev"}},
           {"perl(ExtUtils::Embed)", {"libperl-dev"}},
           {"nothing", {}}},
          std::move(installed),
          [](const std::string& have, const std::string&, const std::string& want) { return have >= want; }};
}

// "met", "unknown", or the packages that are missing.
std::string standing(const std::string& text, std::map<std::string, std::string> installed = {}) {
  const auto found = standing_of(parse_requirement(text), host_with(std::move(installed)));
  if (found.kind == Standing::Kind::kMet) return "met";
  if (found.kind == Standing::Kind::kUnknown) return "unknown";
  std::string words;
  for (const auto& package : found.missing) words += (words.empty() ? "" : " ") + package;
  return words;
}

TEST(ParseRequirement, NameAndVersion) {
  const auto one = parse_requirement("openssl-devel >= 1:1.1-2");
  EXPECT_EQ(one.name, "openssl-devel");
  EXPECT_EQ(one.comparison, ">=");
  EXPECT_EQ(one.version, "1:1.1-2");
  EXPECT_EQ(parse_requirement("perl(ExtUtils::Embed)").name, "perl(ExtUtils::Embed)");
  const auto any = parse_requirement("(clang >= 14 or perl(ExtUtils::Embed))");
  ASSERT_EQ(any.parts.size(), 2U);
  EXPECT_EQ(any.parts[0].version, "14");
  EXPECT_EQ(any.parts[1].name, "perl(ExtUtils::Embed)");
}

TEST(ParseRequirement, WhatIsBrokenEnds) {
  for (const auto* text : {"", "(", ")", "(a", "(a or", "(a or b if", "((((", "a >=", "(a) b"})
    parse_requirement(text);
}

TEST(Standing, OneName) {
  EXPECT_EQ(standing("gcc"), "gcc");
  EXPECT_EQ(standing("gcc", {{"gcc", "1"}}), "met");
  EXPECT_EQ(standing("gcc(x86-64)", {{"gcc", "1"}}), "met");
  EXPECT_EQ(standing("perl(ExtUtils::Embed)"), "libperl-dev");
  EXPECT_EQ(standing("elfutils-devel", {{"libelf-dev", "1"}}), "libdw-dev");
  EXPECT_EQ(standing("nothing"), "met");
  EXPECT_EQ(standing("kabi-dw"), "unknown");
}

TEST(Standing, AVersionIsLookedAt) {
  EXPECT_EQ(standing("gcc >= 5", {{"gcc", "4:5-1"}}), "met");
  EXPECT_EQ(standing("gcc >= 6", {{"gcc", "4:5-1"}}), "gcc");
  EXPECT_EQ(standing_of(parse_requirement("gcc >= 6"), host_with({{"gcc", "4:5-1"}})).older, "gcc is 4:5-1");
}

TEST(Standing, OneOfSeveralIsEnough) {
  EXPECT_EQ(standing("(clang >= 14 or gcc)", {{"gcc", "1"}}), "met");
  EXPECT_EQ(standing("(clang or gcc)"), "clang");
  EXPECT_EQ(standing("(kabi-dw or gcc)"), "gcc");
  EXPECT_EQ(standing("(kabi-dw or kabi)"), "unknown");
}

TEST(Standing, AllOfSeveral) {
  EXPECT_EQ(standing("(clang and gcc)"), "clang gcc");
  EXPECT_EQ(standing("(clang with gcc)", {{"gcc", "1"}}), "clang");
  EXPECT_EQ(standing("(gcc without clang)", {{"gcc", "1"}}), "met");
  EXPECT_EQ(standing("(gcc and kabi-dw)", {{"gcc", "1"}}), "unknown");
  EXPECT_EQ(standing("((clang or gcc) and elfutils-devel)", {{"gcc", "1"}}), "libdw-dev libelf-dev");
}

TEST(Standing, UnderACondition) {
  EXPECT_EQ(standing("(clang if gcc)"), "met") << "without gcc nothing is wanted";
  EXPECT_EQ(standing("(clang if gcc)", {{"gcc", "1"}}), "clang");
  EXPECT_EQ(standing("(clang if gcc else elfutils-devel)"), "libdw-dev libelf-dev");
  EXPECT_EQ(standing("(clang if redhat-release)"), "unknown") << "nothing tells whether it holds";
  EXPECT_EQ(standing("(clang if redhat-release)", {{"clang", "1"}}), "met");
  EXPECT_EQ(standing("(clang unless gcc)"), "clang");
  EXPECT_EQ(standing("(clang unless gcc)", {{"gcc", "1"}}), "met");
}

TEST(UpstreamVersion, WithoutEpochAndRelease) {
  EXPECT_EQ(upstream_version("4:12.2.0-3"), "12.2.0");
  EXPECT_EQ(upstream_version("1.1.1-2-3"), "1.1.1-2");
  EXPECT_EQ(upstream_version("13"), "13");
}

}  // namespace
}  // namespace kmesh
