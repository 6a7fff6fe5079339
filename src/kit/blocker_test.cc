// SPDX-License-Identifier: Apache-2.0
#include "kit/blocker.h"

#include <gtest/gtest.h>

#include <chrono>

#include "kit/test_patch.h"

namespace kmesh {
namespace {

// A text of numbered lines, and a hunk on one of them with three lines of context.
std::string line(int number) { return "line " + std::to_string(number); }

std::string numbered(const std::map<int, std::string>& instead = {}) {
  std::string text;
  for (int i = 1; i <= 60; ++i) text += (instead.contains(i) ? instead.at(i) : line(i)) + "\n";
  return text;
}

std::string hunk_text(int number, const std::string& old_line, const std::string& new_line) {
  const std::string range = std::to_string(number - 3) + ",7";
  std::string text = "@@ -" + range + " +" + range + " @@\n";
  for (int i = number - 3; i <= number + 3; ++i)
    text += i == number ? "-" + old_line + "\n+" + new_line + "\n" : " " + line(i) + "\n";
  return text;
}

std::string on_f(const std::string& hunks) { return "--- a/f\n+++ b/f\n" + hunks; }

std::string changes_line(int number, const std::string& new_line) {
  return on_f(hunk_text(number, line(number), new_line));
}

// verdict and blocker of the last patch
std::string last_of(const std::vector<std::string>& diffs, const TouchedFiles& files) {
  std::vector<Patch> series;
  for (const auto& diff : diffs) series.push_back(patch_of(std::to_string(series.size() + 1), diff));
  const PlannedPatch planned = make_plan(series, files).patches.back();
  return std::string(name_of(planned.verdict)) +
         (planned.blocked_by.empty() ? "" : " behind " + planned.blocked_by);
}

TEST(Blocker, IsTheOneWithoutWhichThePatchApplies) {
  EXPECT_EQ(last_of({changes_line(5, "one"), changes_line(50, "two"), changes_line(5, "three")},
                    {{"f", numbered()}}),
            "blocked behind 1");
  EXPECT_EQ(last_of({changes_line(50, "one"), changes_line(5, "two"), changes_line(5, "three")},
                    {{"f", numbered()}}),
            "blocked behind 2");
}

// The third wants what the second made, and what the first took away.
TEST(Blocker, IsFoundWhereThePatchNeedsAnotherOfTheEarlierOnes) {
  const std::string both = on_f(hunk_text(5, line(5), "three") + hunk_text(50, "two", "three"));
  EXPECT_EQ(last_of({changes_line(5, "one"), changes_line(50, "two"), both}, {{"f", numbered()}}),
            "blocked behind 1");
}

TEST(Blocker, OfSeveralTheFirstIsNamed) {
  const std::string both = on_f(hunk_text(5, line(5), "three") + hunk_text(50, line(50), "three"));
  EXPECT_EQ(last_of({changes_line(20, "zero"), changes_line(5, "one"), changes_line(50, "two"), both},
                    {{"f", numbered()}}),
            "blocked behind 2");
  const std::string again = on_f(hunk_text(5, "one", "two"));
  EXPECT_EQ(last_of({changes_line(5, "one"), again, changes_line(5, "three")}, {{"f", numbered()}}),
            "blocked behind 1");
}

TEST(Blocker, APatchWithAConflictOfItsOwnIsNotBlocked) {
  const TouchedFiles foreign = {{"f", numbered({{10, "foreign"}, {50, "foreign"}})}};
  EXPECT_EQ(last_of({changes_line(10, "one"), changes_line(50, "two")}, foreign), "conflict")
      << "the first did not go in, and is not what the second misses";
  EXPECT_EQ(last_of({changes_line(10, "one"), changes_line(50, "two")}, {{"f", numbered({{50, "foreign"}})}}),
            "conflict")
      << "the first went in, and the second would not apply without it either";
}

TEST(Blocker, OneThatDidNotGoInAndWouldHaveMadeTheLines) {
  const TouchedFiles foreign = {{"f", numbered({{10, "foreign"}})}};
  EXPECT_EQ(last_of({changes_line(10, "one"), changes_line(30, "two"), on_f(hunk_text(10, "one", "three"))},
                    foreign),
            "blocked behind 1");
}

// What the earlier one would have taken out stands between two lines that the later one has side by side.
TEST(Blocker, OneThatDidNotGoInAndWouldHaveTakenALineOut) {
  const std::string without =
      on_f("@@ -7,7 +7,6 @@\n line 7\n line 8\n line 9\n-line 10\n line 11\n line 12\n line 13\n");
  const std::string beside = on_f("@@ -8,4 +8,5 @@\n line 8\n line 9\n+new\n line 11\n line 12\n");
  EXPECT_EQ(last_of({without, beside}, {{"f", numbered({{10, "foreign"}})}}), "blocked behind 1");
}

TEST(Blocker, AFileThatTheEarlierOneWouldHaveCreatedOrDeleted) {
  const std::string bad = "--- a/g\n+++ b/g\n@@ -1 +1 @@\n-x\n+y\n";
  const std::string create = "--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+a\n+b\n";
  const std::string append = "--- a/n\n+++ b/n\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n";
  EXPECT_EQ(last_of({bad + create, append}, {{"g", "z\n"}}), "blocked behind 1");
  const std::string remove = "--- a/n\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-c\n-d\n";
  EXPECT_EQ(last_of({bad + remove, create}, {{"g", "z\n"}, {"n", "c\nd\n"}}), "blocked behind 1");
}

// A hundred thousand hunks of each patch fit nowhere.
TEST(Blocker, CostsLittleWithVeryManyHunks) {
  std::string one = on_f("");
  std::string two = on_f("");
  for (int i = 1; i <= 100000; ++i) {
    const std::string n = std::to_string(i);
    one += "@@ -" + n + " +" + n + " @@\n-old " + n + "\n+new " + n + "\n";
    two += "@@ -" + n + " +" + n + " @@\n-none " + n + "\n+newer " + n + "\n";
  }
  const Patch first = patch_of("1", one);
  const Patch second = patch_of("2", two);
  PlannedPatch planned;
  planned.patch = first;
  const TouchedLines tree = {{"f", split_lines(numbered())}};
  const Trial forward = try_patch(second, tree, Direction::kForward);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(blocker(second, forward, {planned}, tree, tree), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace kmesh
