// SPDX-License-Identifier: Apache-2.0
// A feature that is there by another change, and the order of the verdicts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/plan.h"

namespace kmesh {
namespace {

constexpr const char* kDiff = "--- a/f\n+++ b/f\n@@ -1,5 +1,5 @@\n a\n b\n-c\n+C\n d\n e\n";
constexpr const char* kOld = "a\nb\nc\nd\ne\n";
constexpr const char* kNew = "a\nb\nC\nd\ne\n";
constexpr const char* kForeign = "1\n2\n3\n";

Patch patch_with(std::vector<PresentIf> all, std::vector<PresentIf> any = {}) {
  Patch patch;
  patch.file = "1.patch";
  const auto files = parse_diff(kDiff);
  if (files) patch.files = *files;
  patch.present_if_all = std::move(all);
  patch.present_if_any = std::move(any);
  return patch;
}

std::string verdict(const Patch& patch, const TouchedFiles& files) {
  return std::string(name_of(make_plan({patch}, files).patches.at(0).verdict));
}

TEST(PresentIf, OneCheckThatMatchesALine) {
  const Plan plan =
      make_plan({patch_with({{"h.h", "^int foo\\("}})}, {{"f", kOld}, {"h.h", "x\nint foo(void);\r\n"}});
  ASSERT_EQ(plan.patches.size(), 1U);
  EXPECT_EQ(plan.patches[0].verdict, Verdict::kEquivalent);
  ASSERT_EQ(plan.patches[0].evidence.size(), 1U);
  const Evidence& item = plan.patches[0].evidence[0];
  EXPECT_EQ(item.path, "h.h");
  EXPECT_EQ(item.line, 2);
  EXPECT_EQ(item.match, "pattern");
  EXPECT_EQ(item.text, "int foo(void);") << "without the line's end";
  EXPECT_TRUE(plan.needed().empty());
}

TEST(PresentIf, AllMustMatch) {
  const Patch patch = patch_with({{"h.h", "foo"}, {"i.h", "bar"}});
  EXPECT_EQ(verdict(patch, {{"f", kOld}, {"h.h", "foo\n"}, {"i.h", "bar\n"}}), "equivalent");
  EXPECT_EQ(verdict(patch, {{"f", kOld}, {"h.h", "foo\n"}, {"i.h", "baz\n"}}), "needed");
  EXPECT_EQ(verdict(patch, {{"f", kOld}, {"h.h", "foo\n"}}), "needed")
      << "a file that is not there matches nothing";
}

TEST(PresentIf, OfAnyOneSuffices) {
  const Patch patch = patch_with({}, {{"h.h", "foo"}, {"i.h", "bar"}});
  EXPECT_EQ(verdict(patch, {{"f", kOld}, {"h.h", "foo\n"}}), "equivalent");
  EXPECT_EQ(verdict(patch, {{"f", kOld}, {"i.h", "bar\n"}}), "equivalent");
  EXPECT_EQ(verdict(patch, {{"f", kOld}, {"h.h", "bar\n"}, {"i.h", "foo\n"}}), "needed");
}

TEST(PresentIf, AllAndAnyTogether) {
  const Patch patch = patch_with({{"g", "must"}}, {{"h.h", "foo"}, {"i.h", "bar"}});
  EXPECT_EQ(verdict(patch, {{"f", kOld}, {"g", "must\n"}, {"i.h", "bar\n"}}), "equivalent");
  EXPECT_EQ(verdict(patch, {{"f", kOld}, {"g", "must\n"}}), "needed") << "none of the any";
  EXPECT_EQ(verdict(patch, {{"f", kOld}, {"i.h", "bar\n"}}), "needed") << "not all of the all";
}

TEST(PresentIf, APatternIsMatchedLineByLine) {
  EXPECT_EQ(verdict(patch_with({{"h.h", "one.*two"}}), {{"f", kOld}, {"h.h", "one\ntwo\n"}}), "needed");
  EXPECT_EQ(verdict(patch_with({{"h.h", "^two$"}}), {{"f", kOld}, {"h.h", "one\ntwo"}}), "equivalent");
  EXPECT_EQ(verdict(patch_with({{"h.h", "(one|two){2}"}}), {{"f", kOld}, {"h.h", "onetwo\n"}}), "equivalent");
}

TEST(PresentIf, APatchWithoutChecksIsNeverEquivalent) {
  EXPECT_EQ(verdict(patch_with({}), {{"f", kForeign}}), "conflict");
}

TEST(VerdictOrder, PresentBeforeEquivalentBeforeNeeded) {
  const Patch patch = patch_with({{"h.h", "foo"}});
  EXPECT_EQ(verdict(patch, {{"f", kNew}, {"h.h", "foo\n"}}), "present");
  EXPECT_EQ(verdict(patch, {{"f", kOld}, {"h.h", "foo\n"}}), "equivalent");
  EXPECT_EQ(verdict(patch, {{"f", kForeign}, {"h.h", "foo\n"}}), "equivalent") << "rather than conflict";
  EXPECT_EQ(verdict(patch, {{"f", kOld}, {"h.h", "\n"}}), "needed");
  EXPECT_EQ(verdict(patch, {{"f", kForeign}, {"h.h", "\n"}}), "conflict");
}

TEST(VerdictOrder, NeededBeforePartial) {
  // the first hunk stands there already, further below, and the patch applies as well
  Patch patch;
  patch.file = "1.patch";
  const auto files =
      parse_diff("--- a/f\n+++ b/f\n@@ -2,3 +2,3 @@\n a\n-b\n+B\n c\n@@ -6,3 +6,3 @@\n x\n-y\n+Y\n z\n");
  ASSERT_TRUE(files) << files.error().what;
  patch.files = *files;
  EXPECT_EQ(verdict(patch, {{"f", "0\na\nb\nc\n1\nx\ny\nz\na\nB\nc\n"}}), "needed");
}

// An earlier patch of the series may bring the feature that makes a later one superfluous.
TEST(VerdictOrder, ChecksSeeWhatEarlierPatchesDid) {
  const Patch check = patch_with({{"g", "feature"}});
  Patch earlier;
  earlier.file = "0.patch";
  const auto files = parse_diff("--- a/g\n+++ b/g\n@@ -1 +1 @@\n-none\n+feature\n");
  ASSERT_TRUE(files) << files.error().what;
  earlier.files = *files;
  const Plan plan = make_plan({earlier, check}, {{"f", kOld}, {"g", "none\n"}});
  EXPECT_EQ(plan.patches.at(1).verdict, Verdict::kEquivalent);
}

}  // namespace
}  // namespace kmesh
