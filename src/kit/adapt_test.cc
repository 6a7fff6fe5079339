// SPDX-License-Identifier: Apache-2.0
#include "kit/adapt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/test_patch.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;

// "d" in the fourth line becomes "D".
constexpr const char* kChange = "--- a/f\n+++ b/f\n@@ -1,7 +1,7 @@\n a\n b\n c\n-d\n+D\n e\n f\n g\n";
constexpr const char* kBase = "a\nb\nc\nd\ne\nf\ng\n";

Adaptation adapted(const std::vector<Patch>& series, const TouchedFiles& base, const TouchedFiles& target) {
  auto result = adapt_series(series, as_written(series, "base", base), "target", target);
  EXPECT_TRUE(result) << (result ? "" : result.error().what);
  return result ? *result : Adaptation{};
}

AdaptedPatch one(const std::string& diff, const TouchedFiles& base, const TouchedFiles& target) {
  Adaptation all = adapted({patch_of("1.patch", diff)}, base, target);
  EXPECT_EQ(all.patches.size(), 1U);
  return all.patches.empty() ? AdaptedPatch{} : all.patches.front();
}

std::vector<std::string> outcomes(const Adaptation& all) {
  std::vector<std::string> names;
  for (const auto& patch : all.patches) names.emplace_back(name_of(patch.outcome));
  return names;
}

// The text that the new diff makes of the target, strictly and at its own lines.
std::string after(const AdaptedPatch& adapted, const std::string& target) {
  Patch made = patch_of("made", adapted.diff);
  Plan plan = make_plan({made}, {{"f", target}});
  EXPECT_EQ(plan.patches[0].verdict, Verdict::kNeeded) << adapted.diff;
  for (const auto& item : plan.patches[0].evidence) EXPECT_EQ(item.offset, 0);
  return plan.after["f"];
}

TEST(AdaptSeries, KeepsWhatAppliesAsItIs) {
  const auto patch = one(kChange, {{"f", kBase}}, {{"f", kBase}});
  EXPECT_EQ(patch.outcome, Adapted::kKept);
  EXPECT_THAT(patch.diff, IsEmpty());
}

TEST(AdaptSeries, RefreshesWhatAppliesElsewhere) {
  const std::string target = "0\n" + std::string(kBase);
  const auto patch = one(kChange, {{"f", kBase}}, {{"f", target}});
  EXPECT_EQ(patch.outcome, Adapted::kRefreshed);
  EXPECT_EQ(after(patch, target), "0\na\nb\nc\nD\ne\nf\ng\n");
}

TEST(AdaptSeries, DropsWhatIsThere) {
  const auto patch = one(kChange, {{"f", kBase}}, {{"f", "a\nb\nc\nD\ne\nf\ng\n"}});
  EXPECT_EQ(patch.outcome, Adapted::kDropped);
  EXPECT_EQ(patch.why, "target has the same change");
}

TEST(AdaptSeries, DropsWhatIsThereByAnotherChange) {
  Patch patch = patch_of("1.patch", kChange);
  patch.present_if_any = {{"f", "^delta$"}};
  const auto all = adapted({patch}, {{"f", kBase}}, {{"f", "a\ndelta\n"}});
  EXPECT_THAT(outcomes(all), ElementsAre("dropped"));
  EXPECT_THAT(all.patches[0].why, HasSubstr("by another change (f:2)"));
}

TEST(AdaptSeries, MergesWhereOtherLinesChanged) {
  const std::string target = "a\nbb\nc\nd\ne\nf\ng\n";
  const auto patch = one(kChange, {{"f", kBase}}, {{"f", target}});
  EXPECT_EQ(patch.verdict, Verdict::kConflict);
  EXPECT_EQ(patch.outcome, Adapted::kMerged);
  EXPECT_EQ(after(patch, target), "a\nbb\nc\nD\ne\nf\ng\n");
}

TEST(AdaptSeries, LeavesToAPersonWhereTheSameLinesChanged) {
  const auto patch = one(kChange, {{"f", kBase}}, {{"f", "a\nb\nc\ndelta\ne\nf\ng\n"}});
  EXPECT_EQ(patch.outcome, Adapted::kUndecided);
  EXPECT_THAT(patch.diff, IsEmpty());
  ASSERT_THAT(patch.conflicts, ElementsAre(Key("f")));
  EXPECT_EQ(patch.conflicts.at("f"),
            "a\nb\nc\n<<<<<<< target\ndelta\n||||||| base\nd\n=======\nD\n>>>>>>> 1.patch\ne\nf\ng\n");
}

TEST(AdaptSeries, ClaimsNothingWithoutAnAncestor) {
  const auto patch = one(kChange, {{"f", "other\n"}}, {{"f", "a\nbb\nc\nd\ne\nf\ng\n"}});
  EXPECT_EQ(patch.outcome, Adapted::kUndecided);
  EXPECT_THAT(patch.why, HasSubstr("does not apply to base either"));
}

TEST(AdaptSeries, LeavesToAPersonWhatCouldNotBeRead) {
  Patch unread;
  unread.file = "bad.patch";
  unread.unread = Error{"bad.patch: line 3: renames are not judged", "", "", "", false};
  const auto all = adapted({unread, patch_of("1.patch", kChange)}, {{"f", kBase}}, {{"f", kBase}});
  EXPECT_THAT(outcomes(all), ElementsAre("undecided", "kept"));
  EXPECT_EQ(all.patches[0].why, "it could not be judged: bad.patch: line 3: renames are not judged");
}

TEST(AdaptSeries, SaysThatAFileWentAway) {
  const auto patch = one(kChange, {{"f", kBase}}, {{"g", kBase}});
  EXPECT_EQ(patch.outcome, Adapted::kUndecided);
  EXPECT_THAT(patch.why, HasSubstr("target has no f"));
}

TEST(AdaptSeries, KeepsTheFilesThatMergedBesideThoseThatDidNot) {
  std::string other = kChange;
  for (std::size_t at = 0; (at = other.find("/f\n", at)) != std::string::npos;) other[at + 1] = 'g';
  const auto patch = one(kChange + other, {{"f", kBase}, {"g", kBase}},
                         {{"f", "a\nb\nc\ndelta\ne\nf\ng\n"}, {"g", "A\nb\nc\nd\ne\nf\ng\n"}});
  EXPECT_EQ(patch.outcome, Adapted::kUndecided);
  EXPECT_THAT(patch.conflicts, ElementsAre(Key("f")));
  ASSERT_THAT(patch.clean, ElementsAre(Key("g")));
  EXPECT_EQ(patch.clean.at("g"), "A\nb\nc\nD\ne\nf\ng\n");
  const auto there = one(kChange + other, {{"f", kBase}, {"g", kBase}},
                         {{"f", "a\nb\nc\ndelta\ne\nf\ng\n"}, {"g", "a\nb\nc\nD\ne\nf\ng\n"}});
  EXPECT_THAT(there.clean, IsEmpty()) << "nothing was merged: it was there";
  const auto removes = one(kChange + std::string("--- a/g\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"),
                           {{"f", kBase}, {"g", "x\n"}}, {{"f", "a\nb\nc\ndelta\ne\nf\ng\n"}, {"g", "x\n"}});
  EXPECT_THAT(removes.clean, IsEmpty());
  EXPECT_EQ(removes.why, "1 file was changed at the same lines; it deletes g, which is as it was");
  const auto missing = one(kChange + other, {{"f", kBase}, {"g", kBase}}, {{"g", kBase}});
  EXPECT_THAT(missing.conflicts, IsEmpty());
  EXPECT_THAT(missing.clean, ElementsAre(Key("g")));
  EXPECT_TRUE(Adaptation{{missing}}.has_files());
  const auto gone = one(kChange, {{"f", kBase}}, {{"g", kBase}});
  EXPECT_FALSE(Adaptation{{gone}}.has_files());
  const auto both = one(kChange + other, {{"f", kBase}, {"g", kBase}}, {});
  EXPECT_THAT(both.why, HasSubstr("has no f; where did its code go?; target has no g"));
}

TEST(AdaptSeries, SaysThatAFileItDeletesWasChanged) {
  const auto patch =
      one("--- a/f\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n", {{"f", "a\nb\n"}}, {{"f", "a\nB\n"}});
  EXPECT_EQ(patch.outcome, Adapted::kUndecided);
  EXPECT_THAT(patch.why, HasSubstr("it deletes f"));
}

TEST(AdaptSeries, TakesOverAFileThatThePatchCreates) {
  const std::string create = "--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n";
  const auto patch = one(create + kChange, {{"f", kBase}}, {{"f", "a\nbb\nc\nd\ne\nf\ng\n"}});
  EXPECT_EQ(patch.outcome, Adapted::kMerged);
  EXPECT_THAT(patch.diff, HasSubstr("new file mode"));
  EXPECT_THAT(patch.diff, HasSubstr("+x\n"));
}

// Where the text of the file must be made anew, the mode is the old patch's.
TEST(AdaptSeries, CarriesTheModeOfAFileThatThePatchCreates) {
  const std::string create =
      "diff --git a/new b/new\nnew file mode 100755\nindex 0..1\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 "
      "@@\n+x\n";
  const auto patch = one(create + kChange, {{"f", kBase}}, {{"f", "a\nbb\nc\nd\ne\nf\ng\n"}});
  EXPECT_EQ(patch.outcome, Adapted::kMerged);
  EXPECT_THAT(patch.diff, HasSubstr("\nnew file mode 100755\n"));
  EXPECT_THAT(patch.diff, HasSubstr(" 100644\n--- a/f\n")) << "and no other file's";
}

TEST(AdaptSeries, CarriesAModeThatChanges) {
  const std::string change =
      "diff --git a/f b/f\nold mode 100644\nnew mode 100755\nindex 1..2\n" + std::string(kChange);
  const auto patch = one(change, {{"f", kBase}}, {{"f", "0\n" + std::string(kBase)}});
  EXPECT_EQ(patch.outcome, Adapted::kRefreshed);
  EXPECT_THAT(patch.diff, HasSubstr("diff --git a/f b/f\nold mode 100644\nnew mode 100755\nindex "));
  const auto again = parse_diff(patch.diff);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_TRUE(again->front().sets_mode());
}

TEST(AdaptSeries, CarriesAModeThatStays) {
  const std::string change = "diff --git a/f b/f\nindex 1..2 100755\n" + std::string(kChange);
  const auto patch = one(change, {{"f", kBase}}, {{"f", "0\n" + std::string(kBase)}});
  EXPECT_THAT(patch.diff, HasSubstr(" 100755\n--- a/f\n"));
  const std::string remove =
      "diff --git a/f b/f\ndeleted file mode 100755\nindex 1..0\n--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n";
  const std::string other = "--- a/g\n+++ b/g\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n";
  const auto gone =
      one(remove + other, {{"f", "a\n"}, {"g", "1\n2\n3\n"}}, {{"f", "a\n"}, {"g", "0\n1\n2\n3\n"}});
  EXPECT_EQ(gone.outcome, Adapted::kRefreshed);
  EXPECT_THAT(gone.diff, HasSubstr("\ndeleted file mode 100755\n"));
}

// Nothing of the file's text is left to change, and a diff without a hunk would be refused.
TEST(AdaptSeries, SaysWhichModeItCouldNotCarry) {
  const std::string mode =
      "diff --git a/g b/g\nold mode 100644\nnew mode 100755\n--- a/g\n+++ b/g\n@@ -1 +1 @@\n-x\n+y\n";
  const auto partly =
      one(kChange + mode, {{"f", kBase}, {"g", "x\n"}}, {{"f", "a\nbb\nc\nd\ne\nf\ng\n"}, {"g", "y\n"}});
  EXPECT_EQ(partly.outcome, Adapted::kMerged);
  EXPECT_THAT(partly.why, HasSubstr("; see to the mode of g (100755)"));
  const auto there = one(mode, {{"g", "x\n"}}, {{"g", "y\n"}});
  EXPECT_EQ(there.outcome, Adapted::kDropped);
  EXPECT_THAT(there.why, HasSubstr("; see to the mode of g (100755)"));
  EXPECT_THAT(one(kChange, {{"f", kBase}}, {{"f", "a\nb\nc\nD\ne\nf\ng\n"}}).why, Not(HasSubstr("mode")));
}

TEST(AdaptSeries, DropsWhatAMergeLeavesNothingOf) {
  // the same change, and its surroundings changed: strict matching does not recognise it
  const auto patch = one(kChange, {{"f", kBase}}, {{"f", "A\nB\nc\nD\ne\nF\ng\n"}});
  EXPECT_EQ(patch.outcome, Adapted::kDropped);
  EXPECT_THAT(patch.why, HasSubstr("has all of it"));
}

TEST(AdaptSeries, JudgesEachPatchOnWhatTheOnesBeforeItLeave) {
  const std::vector<Patch> series = {
      patch_of("1.patch", kChange),
      patch_of("2.patch", "--- a/f\n+++ b/f\n@@ -3,3 +3,3 @@\n c\n-D\n+DD\n e\n")};
  const auto all = adapted(series, {{"f", kBase}}, {{"f", "a\nbb\nc\nd\ne\nf\ng\n"}});
  EXPECT_THAT(outcomes(all), ElementsAre("merged", "kept"));
  EXPECT_TRUE(all.decided());
  const auto stuck = adapted(series, {{"f", kBase}}, {{"f", "a\nb\nc\ndelta\ne\nf\ng\n"}});
  EXPECT_THAT(outcomes(stuck), ElementsAre("undecided", "undecided"));
  EXPECT_FALSE(stuck.decided());
}

}  // namespace
}  // namespace kmesh
