// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/hunks.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string refusal(const std::string& text) {
  const auto files = parse_diff(text);
  return files ? "it was not refused" : files.error().what;
}

constexpr const char* kOne = "--- a/d/f\n+++ b/d/f\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n";

TEST(SplitLines, KeepsEveryByte) {
  EXPECT_THAT(split_lines(""), ElementsAre());
  EXPECT_THAT(split_lines("a\n\nb"), ElementsAre("a\n", "\n", "b"));
  EXPECT_THAT(split_lines("a\r\nb\r\n"), ElementsAre("a\r\n", "b\r\n"));
}

TEST(ParseDiff, ReadsAMail) {
  const auto files = parse_diff(
      "From: A <a@example.org>\nSubject: [PATCH] x\n\nText.\n---\n d/f | 2 +-\n 1 file changed\n\n"
      "diff --git a/d/f b/d/f\nindex 111..222 100644\n" +
      std::string(kOne) + "-- \n2.39.5\n\n");
  ASSERT_TRUE(files) << files.error().what;
  ASSERT_EQ(files->size(), 1U);
  EXPECT_EQ(files->front().old_path, "d/f");
  EXPECT_EQ(files->front().new_path, "d/f");
  ASSERT_EQ(files->front().hunks.size(), 1U);
  EXPECT_THAT(files->front().hunks[0].side('-'), ElementsAre("a\n", "b\n"));
  EXPECT_THAT(files->front().hunks[0].side('+'), ElementsAre("a\n", "B\n"));
}

TEST(ParseDiff, ReadsSeveralFilesAndHunks) {
  const auto files = parse_diff(
      "--- a/x\t2020-01-01\n+++ b/x\t2020-01-02\n@@ -1 +1 @@ int main()\n-a\n+b\n"
      "@@ -10,0 +11,2 @@\n+c\n+d\n--- /dev/null\n+++ b/y\n@@ -0,0 +1 @@\n+e\n");
  ASSERT_TRUE(files) << files.error().what;
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ((*files)[0].path(), "x") << "the time behind the tab is no part of the name";
  EXPECT_EQ((*files)[0].hunks.size(), 2U);
  EXPECT_EQ((*files)[0].hunks[1].old_start, 10);
  EXPECT_EQ((*files)[0].hunks[0].heading, "int main()");
  EXPECT_EQ((*files)[0].hunks[1].heading, "");
  EXPECT_EQ((*files)[0].hunks[1].new_start, 11);
  EXPECT_EQ((*files)[1].old_path, "");
  EXPECT_EQ((*files)[1].path(), "y");
}

TEST(ParseDiff, LinesOfAHunkMayLookLikeHeads) {
  const auto files = parse_diff("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n--- a/evil\n+++ b/evil\n @@ -1 +1 @@\n");
  ASSERT_TRUE(files) << files.error().what;
  ASSERT_EQ(files->size(), 1U);
  EXPECT_THAT(files->front().hunks[0].side('-'), ElementsAre("-- a/evil\n", "@@ -1 +1 @@\n"));
}

TEST(ParseDiff, AnEatenBlankIsAnEmptyContextLine) {
  const auto files = parse_diff("--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n\n-b\n+B\n");
  ASSERT_TRUE(files) << files.error().what;
  EXPECT_THAT(files->front().hunks[0].side('-'), ElementsAre("a\n", "\n", "b\n"));
}

// What GNU patch does with a patch that came through a mailer: "Stripping trailing CRs from patch".
TEST(ParseDiff, CarriageReturnsGoWhereTheHeadHasThemToo) {
  const auto mailed = parse_diff("--- a/f\r\n+++ b/f\r\n@@ -1,3 +1,3 @@\r\n a\r\n\r\n-b\r\n+B\r\n");
  ASSERT_TRUE(mailed) << mailed.error().what;
  EXPECT_EQ(mailed->front().path(), "f");
  EXPECT_THAT(mailed->front().hunks[0].side('-'), ElementsAre("a\n", "\n", "b\n"));
  const auto dos = parse_diff("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n+B\r\n");
  ASSERT_TRUE(dos) << dos.error().what;
  EXPECT_THAT(dos->front().hunks[0].side('-'), ElementsAre("a\r\n", "b\r\n"))
      << "a patch to a file with CRLF";
}

TEST(ParseDiff, RefusesHunksThatDoNotAddUp) {
  EXPECT_THAT(refusal("--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n"), HasSubstr("ends inside a hunk"));
  EXPECT_THAT(refusal("--- a/f\n+++ b/f\n@@ -1,2 +1,1 @@\n a\n+B\n-b\n"),
              HasSubstr("more lines than its head"));
  EXPECT_THAT(refusal("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\nb\n"), HasSubstr("line 5: no line of a hunk"));
  EXPECT_THAT(refusal("--- a/f\n+++ b/f\n@@ -1,x +1 @@\n"), HasSubstr("line 3: the head of a hunk"));
  EXPECT_THAT(refusal("--- a/f\n+++ b/f\n@@ -99999999999 +1 @@\n-a\n+b\n"), HasSubstr("the head of a hunk"));
  EXPECT_THAT(refusal("--- a/f\n+++ b/f\n@@ -1 +1 @@\n\\ No newline at end of file\n"),
              HasSubstr("No newline"));
  EXPECT_THAT(refusal("--- a/f\n+++ b/f\n"), HasSubstr("f has no hunk"));
}

// GNU patch -s passes over such a hunk without a word and exits with 0.
TEST(ParseDiff, RefusesAHunkThatWouldBePassedOver) {
  EXPECT_THAT(refusal("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-1\n+one\n 2\n 3\n@@ -8 +8 @@\n-9\n+nine\n"),
              HasSubstr("line 8: a hunk without a file"));
  EXPECT_THAT(refusal("@@ -1 +1 @@\n-a\n+b\n"), HasSubstr("line 1: a hunk without a file"));
}

// GNU patch applies a diff that a mail quotes with indentation.
TEST(ParseDiff, RefusesADiffQuotedInTheText) {
  EXPECT_THAT(refusal("Example:\n\n  --- a/f\n  +++ b/f\n  @@ -1 +1 @@\n  -a\n  +z\n\n" + std::string(kOne)),
              HasSubstr("line 5: "));
}

TEST(ParseDiff, RefusesPathsThatLeaveTheTree) {
  for (const char* path :
       {"a/../etc/passwd", "a//etc/passwd", "a/x/../../y", "a/./f", "/etc//passwd", "a/"}) {
    const std::string text = "--- " + std::string(path) + "\n+++ " + path + "\n@@ -1 +1 @@\n-a\n+b\n";
    EXPECT_THAT(refusal(text), HasSubstr("leaves the source tree")) << path;
  }
  EXPECT_THAT(refusal("--- f\n+++ f\n@@ -1 +1 @@\n-a\n+b\n"), HasSubstr("no folder to strip"));
  EXPECT_THAT(refusal("--- a/f\n+++ b/../f\n@@ -1 +1 @@\n-a\n+b\n"), HasSubstr("line 2: "));
  EXPECT_THAT(refusal("--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n"), HasSubstr("neither side"));
}

TEST(ParseDiff, RefusesWhatPatchWouldNotApply) {
  EXPECT_THAT(refusal("diff --git a/x b/y\nsimilarity index 90%\nrename from x\nrename to y\n"),
              HasSubstr("line 3: renames and copies"));
  EXPECT_THAT(refusal("diff --git a/x b/y\ncopy from x\ncopy to y\n"), HasSubstr("renames and copies"));
  EXPECT_THAT(refusal("diff --git a/x b/x\nGIT binary patch\nliteral 3\n"), HasSubstr("line 2: binary"));
  EXPECT_THAT(refusal("Binary files a/x and b/x differ\n"), HasSubstr("binary"));
  EXPECT_THAT(refusal("only words\n---\nand more\n"), HasSubstr("no change was found"));
  EXPECT_THAT(refusal(""), HasSubstr("no change was found"));
}

TEST(ParseDiff, TextThatLooksLikeAHeadIsText) {
  const auto files = parse_diff("--- a rule above\ntext\n" + std::string(kOne));
  ASSERT_TRUE(files) << files.error().what;
  EXPECT_EQ(files->size(), 1U);
}

}  // namespace
}  // namespace kmesh
