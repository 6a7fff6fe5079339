// SPDX-License-Identifier: Apache-2.0
#include "kit/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/hunk_evidence.h"
#include "kit/test_patch.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> verdicts(const Plan& plan) {
  std::vector<std::string> all;
  for (const auto& planned : plan.patches) all.emplace_back(name_of(planned.verdict));
  return all;
}

std::string detail_of(const Plan& plan) {
  const auto checked = check_plan(plan, "Linux 5.10.1");
  return checked ? "the plan was accepted" : checked.error().detail;
}

// f: "c" becomes "C" and then, by the second patch, "CC".
constexpr const char* kFirst = "--- a/f\n+++ b/f\n@@ -1,5 +1,5 @@\n a\n b\n-c\n+C\n d\n e\n";
constexpr const char* kSecond = "--- a/f\n+++ b/f\n@@ -1,5 +1,5 @@\n a\n b\n-C\n+CC\n d\n e\n";
constexpr const char* kTwoHunks =
    "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-a\n+A\n b\n@@ -8,2 +8,2 @@\n h\n-i\n+I\n";
constexpr const char* kText = "a\nb\nc\nd\ne\n";

TEST(MakePlan, ANeededPatchWithItsOffset) {
  const Plan plan = make_plan({patch_of("1.patch", kFirst)}, {{"f", "0\na\nb\nc\nd\ne\n"}});
  EXPECT_THAT(verdicts(plan), ElementsAre("needed"));
  ASSERT_EQ(plan.patches[0].evidence.size(), 1U);
  const Evidence& item = plan.patches[0].evidence[0];
  EXPECT_EQ(item.path, "f");
  EXPECT_EQ(item.line, 2);
  EXPECT_EQ(item.offset, 1) << "an offset is named, not hidden";
  EXPECT_EQ(item.match, "forward");
  EXPECT_EQ(plan.needed().size(), 1U);
  EXPECT_TRUE(check_plan(plan, "Linux 5.10.1"));
}

TEST(MakePlan, APresentPatch) {
  const Plan plan = make_plan({patch_of("1.patch", kFirst)}, {{"f", "a\nb\nC\nd\ne\n"}});
  EXPECT_THAT(verdicts(plan), ElementsAre("present"));
  ASSERT_EQ(plan.patches[0].evidence.size(), 1U);
  EXPECT_EQ(plan.patches[0].evidence[0].match, "reverse");
  EXPECT_EQ(plan.patches[0].evidence[0].line, 1);
  EXPECT_TRUE(plan.needed().empty());
  EXPECT_TRUE(check_plan(plan, "Linux 5.10.1"));
}

// Two entries alike, the second of which has what the patch gives the first.
TEST(MakePlan, WhatAppliesAtItsOwnLinesIsNeededThoughItsLikeStandsElsewhere) {
  const std::string entry = "{\n\tx,\n}\n\n";
  const std::string with = "{\n\tx,\n\ty,\n}\n\n";
  const Patch patch = patch_of("1.patch", "--- a/f\n+++ b/f\n@@ -2,4 +2,5 @@\n {\n \tx,\n+\ty,\n }\n \n");
  const Plan plan = make_plan({patch}, {{"f", "0\n" + entry + with}});
  EXPECT_THAT(verdicts(plan), ElementsAre("needed")) << "as patch -F0 says";
  EXPECT_EQ(plan.after.at("f"), "0\n" + with + with);
  EXPECT_THAT(plan.patches[0].notes,
              ElementsAre("it applies at its own lines, and what it makes stands at f:6 as well"));
  // where it is at its own lines it is there; and where neither is, that it is there is the safer word
  EXPECT_THAT(verdicts(make_plan({patch}, {{"f", "0\n" + with + entry}})), ElementsAre("present"));
  EXPECT_THAT(verdicts(make_plan({patch}, {{"f", "0\n0\n" + entry + with}})), ElementsAre("present"));
  Patch other = patch;
  other.present_if_all = {{"f", "^0$"}};
  EXPECT_THAT(verdicts(make_plan({other}, {{"f", "0\n" + entry + with}})), ElementsAre("equivalent"));
}

TEST(MakePlan, APatchIsJudgedOnWhatTheOnesBeforeItLeave) {
  const Patch first = patch_of("1.patch", kFirst);
  const Patch second = patch_of("2.patch", kSecond);
  EXPECT_THAT(verdicts(make_plan({first, second}, {{"f", kText}})), ElementsAre("needed", "needed"));
  EXPECT_THAT(verdicts(make_plan({second}, {{"f", kText}})), ElementsAre("conflict")) << "without the first";
  EXPECT_THAT(verdicts(make_plan({first, second}, {{"f", "a\nb\nC\nd\ne\n"}})),
              ElementsAre("present", "needed"));
}

// The second patch has changed the very lines by which the first could be recognised.
TEST(MakePlan, ASeriesThatIsAllThereIsPresent) {
  const Plan plan =
      make_plan({patch_of("1.patch", kFirst), patch_of("2.patch", kSecond)}, {{"f", "a\nb\nCC\nd\ne\n"}});
  EXPECT_THAT(verdicts(plan), ElementsAre("present", "present"));
}

TEST(MakePlan, LinesOfATextThatIsNotTheSourceAreSaidToBeSo) {
  const std::string above = "--- a/f\n+++ b/f\n@@ -1,5 +1,7 @@\n+0\n+0\n a\n b\n-C\n+CC\n d\n e\n";
  const Plan plan =
      make_plan({patch_of("1.patch", kFirst), patch_of("2.patch", above)}, {{"f", "0\n0\na\nb\nCC\nd\ne\n"}});
  EXPECT_THAT(verdicts(plan), ElementsAre("present", "present"));
  EXPECT_EQ(plan.patches[0].evidence[0].line, 1) << "in the source it is line 3";
  EXPECT_THAT(plan.patches[0].notes,
              ElementsAre("its lines are those of the source without the patches behind it"));
  EXPECT_THAT(plan.patches[1].notes, IsEmpty());
}

TEST(MakePlan, BlockedByAnEarlierPatchThatFailed) {
  const Plan plan =
      make_plan({patch_of("1.patch", kFirst), patch_of("2.patch", kSecond)}, {{"f", "a\nb\nother\nd\ne\n"}});
  EXPECT_THAT(verdicts(plan), ElementsAre("conflict", "blocked"));
  EXPECT_EQ(plan.patches[1].blocked_by, "1.patch");
  EXPECT_THAT(detail_of(plan), HasSubstr("2.patch: blocked\n  blocked by 1.patch\n"));
}

TEST(MakePlan, BlockedByAnEarlierPatchThatWasApplied) {
  const Patch rival = patch_of("2.patch", "--- a/f\n+++ b/f\n@@ -2,3 +2,3 @@\n b\n-c\n+Z\n d\n");
  const Plan plan = make_plan({patch_of("1.patch", kFirst), rival}, {{"f", kText}});
  EXPECT_THAT(verdicts(plan), ElementsAre("needed", "blocked")) << "alone it would apply";
  EXPECT_EQ(plan.patches[1].blocked_by, "1.patch");
}

TEST(MakePlan, AConflictOfAnotherFileBlocksNothing) {
  const Patch other = patch_of("2.patch", "--- a/g\n+++ b/g\n@@ -1 +1 @@\n-x\n+y\n");
  const Plan plan = make_plan({patch_of("1.patch", kFirst), other}, {{"f", "1\n2\n"}, {"g", "z\n"}});
  EXPECT_THAT(verdicts(plan), ElementsAre("conflict", "conflict"));
}

TEST(MakePlan, HalfOfItThereIsPartial) {
  const Plan plan = make_plan({patch_of("1.patch", kTwoHunks)}, {{"f", "A\nb\nc\nd\ne\nf\ng\nh\ni\n"}});
  EXPECT_THAT(verdicts(plan), ElementsAre("partial"));
  ASSERT_EQ(plan.patches[0].evidence.size(), 2U);
  EXPECT_EQ(plan.patches[0].evidence[0].match, "reverse");
  EXPECT_EQ(plan.patches[0].evidence[1].match, "forward");
  EXPECT_THAT(detail_of(plan), HasSubstr("f:1: already there"));
}

TEST(MakePlan, AConflictShowsTheExpectedAndTheFoundLines) {
  const Patch patch =
      patch_of("1.patch", "--- a/f\n+++ b/f\n@@ -2,3 +2,3 @@\n first\n-second\n+2nd\n third\n");
  const Plan plan = make_plan({patch}, {{"f", "zero\nfirst\nchanged\nthird\n"}});
  EXPECT_THAT(verdicts(plan), ElementsAre("conflict"));
  EXPECT_EQ(plan.patches[0].evidence[0].match, "none");
  const auto checked = check_plan(plan, "Linux 5.10.1");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().what, "1.patch does not apply to Linux 5.10.1 (conflict)");
  EXPECT_EQ(checked.error().detail,
            "1.patch: conflict\n  f, hunk 1 of 1 (expected at line 2):\n      expected | found, nearest, at "
            "line 2\n"
            "      first    | first\n    ! second   | changed\n      third    | third\n");
}

TEST(MakePlan, LinesThatOneSideLacksStandAlone) {
  const Patch patch =
      patch_of("1.patch", "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n first\n \tsecond\n-third\n+3rd\n fourth\n");
  const Plan plan = make_plan({patch}, {{"f", "first\nthird\nnew\nfourth\n"}});
  EXPECT_THAT(detail_of(plan), HasSubstr("      first          | first\n    !         second |\n"
                                         "      third          | third\n    !                | new\n"
                                         "      fourth         | fourth\n"));
}

TEST(MakePlan, AConflictWithNothingAlikeSaysSo) {
  const Patch patch = patch_of("1.patch", "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n first\n-second\n+2nd\n");
  EXPECT_THAT(detail_of(make_plan({patch}, {{"f", "other\n"}})),
              HasSubstr("      expected | found: no line of it\n    ! first    |\n    ! second   |\n"));
}

TEST(MakePlan, AnAmbiguousHunkIsAConflict) {
  const Patch patch = patch_of("1.patch", "--- a/f\n+++ b/f\n@@ -9,3 +9,3 @@\n a\n-b\n+B\n c\n");
  const Plan plan = make_plan({patch}, {{"f", "0\na\nb\nc\na\nb\nc\n"}});
  EXPECT_THAT(verdicts(plan), ElementsAre("conflict"));
  const Evidence& item = plan.patches[0].evidence[0];
  EXPECT_EQ(item.match, "ambiguous");
  EXPECT_THAT(item.places, ElementsAre(2, 5));
  EXPECT_EQ(item.text,
            "  f, hunk 1 of 1 (expected at line 9):\n"
            "    ambiguous: it fits at line 2 and at line 5, and the patch does not say which\n");
  const Plan same = make_plan({patch}, {{"f", "0\na\nb\nc\n"}});
  EXPECT_THAT(same.patches[0].evidence[0].places, IsEmpty()) << "it fits in one place";
}

TEST(MakePlan, AFileThatIsNotThereIsAConflict) {
  const Plan plan = make_plan({patch_of("1.patch", kFirst)}, {});
  EXPECT_THAT(verdicts(plan), ElementsAre("conflict"));
  EXPECT_EQ(plan.patches[0].evidence[0].match, "missing");
  EXPECT_THAT(detail_of(plan), HasSubstr("the file is not there"));
}

TEST(MakePlan, FilesThatAreCreatedChangedAndDeleted) {
  const Patch create = patch_of("1.patch", "--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  const Patch change = patch_of("2.patch", "--- a/n\n+++ b/n\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n");
  const Patch remove = patch_of("3.patch", "--- a/n\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-B\n");
  EXPECT_THAT(verdicts(make_plan({create, change}, {})), ElementsAre("needed", "needed"));
  EXPECT_THAT(verdicts(make_plan({create}, {{"n", "a\nb\n"}})), ElementsAre("present"));
  const Plan occupied = make_plan({create}, {{"n", "other\n"}});
  EXPECT_THAT(verdicts(occupied), ElementsAre("conflict"));
  EXPECT_THAT(detail_of(occupied), HasSubstr("creates this file, and it is already there"));
  EXPECT_THAT(verdicts(make_plan({remove, create}, {{"n", "a\nB\n"}})), ElementsAre("needed", "needed"))
      << "deleted, and then made anew";
  const Plan more = make_plan({remove}, {{"n", "a\nB\nc\n"}});
  EXPECT_THAT(verdicts(more), ElementsAre("conflict"));
  EXPECT_THAT(detail_of(more), HasSubstr("these lines and no others"));
}

TEST(MakePlan, OneFileOfTwoDoesNotApply) {
  const Patch patch = patch_of("1.patch", std::string(kFirst) + "--- a/g\n+++ b/g\n@@ -1 +1 @@\n-x\n+y\n");
  const Plan plan = make_plan({patch}, {{"f", kText}, {"g", "z\n"}});
  EXPECT_THAT(verdicts(plan), ElementsAre("conflict"));
  EXPECT_EQ(plan.patches[0].evidence[0].match, "forward");
  EXPECT_EQ(plan.patches[0].evidence[1].match, "none");
  EXPECT_THAT(detail_of(plan), Not(HasSubstr("f, hunk"))) << "only what does not apply is shown";
  EXPECT_THAT(verdicts(make_plan({patch, patch_of("2.patch", kSecond)}, {{"f", kText}, {"g", "z\n"}})),
              ElementsAre("conflict", "blocked"))
      << "what a failed patch would have done to f must not be there for the next one";
}

TEST(MakePlan, AHunkHasItsLengthAndAConflictItsLines) {
  const Patch patch =
      patch_of("1.patch", "--- a/f\n+++ b/f\n@@ -2,3 +2,4 @@\n first\n-second\n+2nd\n+more\n third\n");
  const Plan fits = make_plan({patch}, {{"f", "0\nfirst\nsecond\nthird\n"}});
  EXPECT_EQ(fits.patches[0].evidence[0].old_lines, 3);
  EXPECT_EQ(fits.patches[0].evidence[0].new_lines, 4);
  EXPECT_THAT(fits.patches[0].evidence[0].expected, IsEmpty());
  const Plan plan = make_plan({patch}, {{"f", "zero\nfirst\r\nthird\n"}});
  const Evidence& item = plan.patches[0].evidence[0];
  EXPECT_EQ(item.old_lines, 3);
  EXPECT_THAT(item.expected, ElementsAre("first", "second", "third"));
  EXPECT_THAT(item.found, ElementsAre("zero", "first", "third"));
  EXPECT_EQ(item.found_line, 1);
  const Plan nowhere = make_plan({patch}, {{"f", "x\n"}});
  EXPECT_EQ(nowhere.patches[0].evidence[0].found_line, 0);
  EXPECT_THAT(nowhere.patches[0].evidence[0].found, IsEmpty());
}

TEST(MakePlan, AModeIsNoPartOfAVerdictAndIsSaid) {
  const Patch patch =
      patch_of("1.patch", "diff --git a/f b/f\nold mode 100644\nnew mode 100755\n" + std::string(kFirst));
  for (const char* text : {kText, "a\nb\nC\nd\ne\n"})
    EXPECT_THAT(make_plan({patch}, {{"f", text}}).patches[0].notes,
                ElementsAre("the patch sets the mode of f to 100755, which no verdict looks at"));
  EXPECT_THAT(make_plan({patch_of("1.patch", kFirst)}, {{"f", kText}}).patches[0].notes, IsEmpty());
}

// `count` hunks of one line each, on lines 1, 2, ... of the file.
std::string many_hunks(std::size_t count) {
  std::string diff = "--- a/f\n+++ b/f\n";
  for (std::size_t i = 1; i <= count; ++i) {
    const std::string n = std::to_string(i);
    diff += "@@ -" + n + " +" + n + " @@\n-line " + n + "\n+new " + n + "\n";
  }
  return diff;
}

std::string many_lines(std::string_view word, std::size_t count) {
  std::string text;
  for (std::size_t i = 1; i <= count; ++i) text += std::string(word) + " " + std::to_string(i) + "\n";
  return text;
}

TEST(MakePlan, OfTooManyHunksSomeAreListedAndAllAreCounted) {
  constexpr std::size_t kCount = kMostListed + 7;
  const Patch patch = patch_of("1.patch", many_hunks(kCount));
  const Plan moved = make_plan({patch}, {{"f", "0\n" + many_lines("line", kCount)}});
  EXPECT_THAT(verdicts(moved), ElementsAre("needed"));
  EXPECT_EQ(moved.patches[0].evidence.size(), kMostListed);
  EXPECT_EQ(moved.patches[0].moved(), kCount);
  EXPECT_THAT(moved.patches[0].notes,
              ElementsAre("7 more hunks are not listed: 7 match forward, 0 in reverse, 0 not"));
  const Plan present = make_plan({patch}, {{"f", many_lines("new", kCount)}});
  EXPECT_THAT(verdicts(present), ElementsAre("present"));
  EXPECT_EQ(present.patches[0].unlisted.reverse, 7U);
  // those that do not fit are not pushed out by those that do
  const Plan stuck = make_plan({patch}, {{"f", many_lines("line", kCount - 1) + "other\n"}});
  EXPECT_THAT(verdicts(stuck), ElementsAre("conflict"));
  EXPECT_EQ(stuck.patches[0].unlisted.forward, 6U);
  EXPECT_EQ(stuck.patches[0].evidence.back().match, "none");
  EXPECT_THAT(detail_of(stuck), HasSubstr("  6 more hunks are not listed"));
}

TEST(MakePlan, OfALongHunkSomeLinesAreShown) {
  std::string diff = "--- a/f\n+++ b/f\n@@ -1,900 +1,900 @@\n";
  for (std::size_t i = 0; i < 900; ++i) diff += "-old\n+new\n";
  const Plan plan = make_plan({patch_of("1.patch", diff)}, {{"f", "x\n"}});
  EXPECT_EQ(plan.patches[0].evidence[0].expected.size(), kMostShown);
  EXPECT_EQ(plan.patches[0].evidence[0].old_lines, 900);
  EXPECT_THAT(detail_of(plan), HasSubstr("(600 further lines are not shown)"));
}

// Hunks that stand nowhere, in a text so long that looking for all would take hours.
TEST(MakePlan, ASearchWithoutEndIsGivenUpAndSaid) {
  const Patch patch = patch_of("1.patch", many_hunks(400));
  const Plan plan = make_plan({patch}, {{"f", many_lines("other", 1'000'000)}});
  EXPECT_THAT(verdicts(plan), ElementsAre("conflict"));
  EXPECT_THAT(plan.patches[0].notes, ElementsAre(HasSubstr("some were not looked for elsewhere")));
  EXPECT_THAT(plan.patches[0].evidence.back().text, HasSubstr("it would take too long"));
}

TEST(MakePlan, AnEmptySeries) {
  const Plan plan = make_plan({}, {});
  EXPECT_TRUE(plan.patches.empty());
  EXPECT_TRUE(check_plan(plan, "Linux 6.12.1"));
}

}  // namespace
}  // namespace kmesh
