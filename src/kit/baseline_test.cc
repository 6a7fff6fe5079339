// SPDX-License-Identifier: Apache-2.0
#include "kit/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kToml = R"(
[[baseline]]
name = "5.10"
series = "5.10.0"
package = "linux-source-5.10"
config = "linux-config-5.10"
suites = ["bullseye", "bullseye-security"]
tarballs = ["aa", "bb"]
features = ["x", "y"]
steps = { slim = 1200, lean = 900 }

[[baseline]]
name = "6.1"
series = "6.1.0"
suites = ["bookworm"]
)";

std::vector<BaselineRow> parsed_rows() {
  auto parsed = parse_baselines(kToml);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().what);
  return parsed ? *parsed : std::vector<BaselineRow>{};
}

std::string row_refusal(const std::string& toml) {
  const auto parsed = parse_baselines(toml);
  return parsed ? "it was not refused" : parsed.error().what;
}

std::string version(const std::string& makefile) {
  const auto found = kernel_version(makefile);
  return found ? *found : "error: " + found.error().what;
}

TEST(ParseBaselines, ReadsRows) {
  const auto all = parsed_rows();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "5.10");
  EXPECT_EQ(all[0].series, "5.10.0");
  EXPECT_EQ(all[0].package, "linux-source-5.10");
  EXPECT_EQ(all[0].config_package, "linux-config-5.10");
  EXPECT_THAT(all[0].suites, ElementsAre("bullseye", "bullseye-security"));
  EXPECT_THAT(all[0].tarballs, ElementsAre("aa", "bb"));
  EXPECT_THAT(all[0].features, ElementsAre("x", "y"));
  EXPECT_THAT(all[0].steps, ElementsAre(std::pair("lean", 900U), std::pair("slim", 1200U)));
  EXPECT_TRUE(all[1].steps.empty());
}

TEST(ParseBaselines, SaysWhatIsWrong) {
  EXPECT_THAT(row_refusal("[[baseline]\n"), HasSubstr("baselines.toml: "));
  EXPECT_THAT(row_refusal(""), HasSubstr("no [[baseline]] row"));
  EXPECT_THAT(row_refusal("baseline = 7\n"), HasSubstr("no [[baseline]] row"));
  EXPECT_THAT(row_refusal("[[baseline]]\nname = \"x\"\n"), HasSubstr("a row without name or series"));
  EXPECT_THAT(row_refusal("[[baseline]]\nname = 5.10\nseries = \"5.10.0\"\n"), HasSubstr("without name"))
      << "a number, which TOML would make 5.1";
  EXPECT_THAT(row_refusal("[[baseline]]\nname=\"x\"\nseries=\"y\"\n[[baseline]]\nname=\"x\"\nseries=\"z\"\n"),
              HasSubstr("two rows are called x"));
}

TEST(FindBaseline, NamesTheNearest) {
  const auto all = parsed_rows();
  ASSERT_TRUE(find_baseline(all, "6.1"));
  const auto none = find_baseline(all, "5.1");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().what, "there is no baseline '5.1'; known are 5.10, 6.1");
  EXPECT_EQ(none.error().command, "kmesh-kernel build --baseline 5.10");
}

TEST(BaselineOfSuite, FindsARow) {
  const auto all = parsed_rows();
  const auto row = baseline_of_suite(all, "bullseye-security");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->name, "5.10");
  EXPECT_FALSE(baseline_of_suite(all, "trixie"));
}

TEST(BaselineOfVersion, NeedsAWholeNumber) {
  const auto all = parsed_rows();
  const auto name = [&](const char* of) {
    const auto row = baseline_of_version(all, of);
    return row ? row->name : "none";
  };
  EXPECT_EQ(name("5.10.262"), "5.10");
  EXPECT_EQ(name("5.10"), "5.10");
  EXPECT_EQ(name("5.10-rc3"), "5.10");
  EXPECT_EQ(name("6.1.0"), "6.1");
  EXPECT_EQ(name("6.12.1"), "none") << "6.12 is no 6.1";
  EXPECT_EQ(name("5.100.1"), "none");
  EXPECT_EQ(name(""), "none");
}

TEST(KernelVersion, ReadsTheMakefilesHead) {
  EXPECT_EQ(version("# SPDX\nVERSION = 5\nPATCHLEVEL = 10\nSUBLEVEL = 262\nEXTRAVERSION =\nNAME = x\n"),
            "5.10.262");
  EXPECT_EQ(version("VERSION = 6\nPATCHLEVEL = 19\nSUBLEVEL = 0\nEXTRAVERSION = -rc2\n"), "6.19.0-rc2");
  EXPECT_EQ(version("VERSION=6\r\nPATCHLEVEL=1\r\n"), "6.1");
  EXPECT_EQ(version("VERSION = 5\nPATCHLEVEL = 10\nVERSION = 9\n"), "5.10") << "the first one counts";
}

TEST(KernelVersion, RefusesWhatIsNone) {
  EXPECT_THAT(version(""), HasSubstr("no kernel source"));
  EXPECT_THAT(version("all:\n\techo\n"), HasSubstr("no kernel source"));
  EXPECT_THAT(version("VERSION = $(shell id)\nPATCHLEVEL = 1\n"), HasSubstr("which is none"));
  EXPECT_THAT(version("VERSION = ../../x\nPATCHLEVEL = 1\n"), HasSubstr("which is none"));
}

}  // namespace
}  // namespace kmesh
