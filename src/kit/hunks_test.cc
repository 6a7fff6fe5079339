// SPDX-License-Identifier: Apache-2.0
// Matching hunks against texts. What parse_diff reads and refuses is in hunks_parse_test.cc, the comparison
// with GNU patch in hunks_against_patch_test.cc.
#include "kit/hunks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

FilePatch patch_of(const std::string& text) {
  auto files = parse_diff(text);
  EXPECT_TRUE(files) << (files ? "" : files.error().what) << "\n" << text;
  EXPECT_EQ(files ? files->size() : 0, 1U) << text;
  return files ? files->front() : FilePatch{};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line;
  return text;
}

// "here 3", "moved 7 (+4)", "no", "ambiguous"; one a hunk.
std::vector<std::string> words(const FileMatch& match) {
  std::vector<std::string> all;
  for (const auto& hunk : match.hunks) {
    const std::string at = std::to_string(hunk.match.line);
    switch (hunk.match.found) {
      case Found::kNo:
        all.emplace_back("no");
        break;
      case Found::kAmbiguous:
        all.emplace_back("ambiguous");
        break;
      case Found::kHere:
        all.push_back("here " + at);
        break;
      case Found::kMoved:
        all.push_back("moved " + at + " (" + std::to_string(hunk.match.offset) + ")");
        break;
    }
  }
  return all;
}

FileMatch forward(const std::string& diff, const std::string& text) {
  return match_file(patch_of(diff), split_lines(text), true, Direction::kForward);
}

FileMatch reverse(const std::string& diff, const std::string& text) {
  return match_file(patch_of(diff), split_lines(text), true, Direction::kReverse);
}

using ::testing::ElementsAre;

// Line 5 of nine lines is replaced by two.
constexpr const char* kMiddle =
    "--- a/f\n+++ b/f\n@@ -2,7 +2,8 @@\n l2\n l3\n l4\n-l5\n+new5\n+more\n l6\n l7\n l8\n";
constexpr const char* kNine = "l1\nl2\nl3\nl4\nl5\nl6\nl7\nl8\nl9\n";
constexpr const char* kNinePatched = "l1\nl2\nl3\nl4\nnew5\nmore\nl6\nl7\nl8\nl9\n";

TEST(MatchFile, AppliesAHunkAtItsOwnLine) {
  const auto match = forward(kMiddle, kNine);
  EXPECT_TRUE(match.all);
  EXPECT_THAT(words(match), ElementsAre("here 2"));
  EXPECT_EQ(joined(match.result), kNinePatched);
}

TEST(MatchFile, TakesItBackAgain) {
  const auto match = reverse(kMiddle, kNinePatched);
  EXPECT_TRUE(match.all);
  EXPECT_EQ(joined(match.result), kNine);
}

TEST(MatchFile, NeitherDirectionMatchesTheOtherSide) {
  EXPECT_FALSE(forward(kMiddle, kNinePatched).all) << "applied twice";
  EXPECT_FALSE(reverse(kMiddle, kNine).all) << "taken back though it is not there";
}

TEST(MatchFile, NamesTheOffsetOfAMovedHunk) {
  const auto match = forward(kMiddle, std::string("x\ny\n") + kNine);
  EXPECT_THAT(words(match), ElementsAre("moved 4 (2)"));
  EXPECT_EQ(joined(match.result), std::string("x\ny\n") + kNinePatched);
}

TEST(MatchFile, OneChangedContextLineIsNoMatch) {
  const auto match = forward(kMiddle, "l1\nl2\nL3\nl4\nl5\nl6\nl7\nl8\nl9\n");
  EXPECT_THAT(words(match), ElementsAre("no")) << "that would be fuzz";
  EXPECT_FALSE(match.all);
  EXPECT_TRUE(match.result.empty()) << "a text that was not patched whole must not be handed on";
}

TEST(MatchFile, SeveralPlacesAndNoneItsOwnIsAmbiguous) {
  const std::string twice = "x\n" + std::string(kNine) + kNine;
  EXPECT_THAT(words(forward(kMiddle, twice)), ElementsAre("ambiguous"));
}

TEST(MatchFile, SeveralPlacesAndOneItsOwnIsTheOwn) {
  const auto match = forward(kMiddle, std::string(kNine) + kNine);
  EXPECT_THAT(words(match), ElementsAre("here 2"));
  EXPECT_EQ(joined(match.result), std::string(kNinePatched) + kNine);
}

TEST(MatchFile, DriftOfTheFirstHunkIsExpectedOfTheSecond) {
  const std::string diff =
      "--- a/f\n+++ b/f\n@@ -2,3 +2,4 @@\n a\n+A\n b\n c\n@@ -8,3 +9,3 @@\n x\n-y\n+Y\n z\n";
  // "x y z" stands at 8 (its own line) and at 11 (its own line and the drift): GNU patch takes the latter
  const auto match = forward(diff, "0\n0\n0\n0\na\nb\nc\nx\ny\nz\nx\ny\nz\n");
  EXPECT_THAT(words(match), ElementsAre("moved 5 (3)", "moved 11 (3)"));
  EXPECT_EQ(joined(match.result), "0\n0\n0\n0\na\nA\nb\nc\nx\ny\nz\nx\nY\nz\n");
}

TEST(MatchFile, HunksKeepTheirOrder) {
  const std::string diff =
      "--- a/f\n+++ b/f\n@@ -2,3 +2,3 @@\n a\n-b\n+B\n c\n@@ -12,3 +12,3 @@\n x\n-y\n+Y\n z\n";
  EXPECT_THAT(words(forward(diff, "x\ny\nz\n1\na\nb\nc\n2\n")), ElementsAre("moved 5 (3)", "no"))
      << "the second hunk's lines stand above the first's";
}

TEST(MatchFile, AHunkAboveTheOneBeforeItIsNoMatch) {
  const std::string diff =
      "--- a/f\n+++ b/f\n@@ -6,3 +6,3 @@\n l6\n-l7\n+L7\n l8\n@@ -2,3 +2,3 @@\n l2\n-l3\n+L3\n l4\n";
  EXPECT_THAT(words(forward(diff, kNine)), ElementsAre("here 6", "no")) << "patch calls them misordered";
}

TEST(MatchFile, LinesAreCountedInTheFileAsItWas) {
  const std::string diff =
      "--- a/f\n+++ b/f\n@@ -1,3 +1,5 @@\n a\n+1\n+2\n b\n c\n@@ -5,3 +7,2 @@\n e\n-f\n g\n";
  const auto match = forward(diff, "a\nb\nc\nd\ne\nf\ng\n");
  EXPECT_THAT(words(match), ElementsAre("here 1", "here 5"));
  EXPECT_EQ(joined(match.result), "a\n1\n2\nb\nc\nd\ne\ng\n");
}

TEST(MatchFile, AtTheBeginningOfTheFile) {
  const std::string diff = "--- a/f\n+++ b/f\n@@ -1,3 +1,4 @@\n+top\n a\n b\n c\n";
  EXPECT_EQ(joined(forward(diff, "a\nb\nc\nd\n").result), "top\na\nb\nc\nd\n");
  EXPECT_FALSE(forward(diff, "0\na\nb\nc\nd\n").all) << "it is bound to the first line";
}

TEST(MatchFile, AtTheEndOfTheFile) {
  const std::string diff = "--- a/f\n+++ b/f\n@@ -2,3 +2,4 @@\n b\n c\n d\n+end\n";
  EXPECT_EQ(joined(forward(diff, "a\nb\nc\nd\n").result), "a\nb\nc\nd\nend\n");
  EXPECT_THAT(words(forward(diff, "0\na\nb\nc\nd\n")), ElementsAre("moved 3 (1)"));
  EXPECT_FALSE(forward(diff, "a\nb\nc\nd\ne\n").all) << "it is bound to the last line";
}

TEST(MatchFile, WithoutContext) {
  EXPECT_EQ(joined(forward("--- a/f\n+++ b/f\n@@ -2 +2 @@\n-b\n+B\n", "a\nb\nc\n").result), "a\nB\nc\n");
  EXPECT_EQ(joined(forward("--- a/f\n+++ b/f\n@@ -2,0 +3 @@\n+X\n", "a\nb\nc\n").result), "a\nb\nX\nc\n");
  EXPECT_EQ(joined(forward("--- a/f\n+++ b/f\n@@ -3,0 +4 @@\n+X\n", "a\nb\nc\n").result), "a\nb\nc\nX\n");
}

TEST(MatchFile, WithoutContextAboveTheFirstLine) {
  EXPECT_EQ(joined(forward("--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+X\n", "a\nb\n").result), "X\na\nb\n");
  EXPECT_THAT(words(forward("--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+X\n", "")), ElementsAre("here 1"))
      << "an empty file that gains a line";
}

TEST(MatchFile, InsertionBelowTheLastLineIsNoMatch) {
  EXPECT_FALSE(forward("--- a/f\n+++ b/f\n@@ -9,0 +10 @@\n+X\n", "a\nb\n").all);
}

// Lines without context that a patch only removes leave nothing to recognise it by.
TEST(MatchFile, ARemovalWithoutContextIsNotSeenAsDone) {
  const std::string diff = "--- a/f\n+++ b/f\n@@ -2 +1,0 @@\n-b\n";
  EXPECT_EQ(joined(forward(diff, "a\nb\nc\n").result), "a\nc\n");
  EXPECT_FALSE(reverse(diff, "a\nb\nc\n").all) << "the line is still there";
  EXPECT_FALSE(reverse(diff, "a\nc\n").all) << "nobody can tell whether it was ever there";
}

TEST(MatchFile, AFileThatWasEmptied) {
  const std::string diff = "--- a/f\n+++ b/f\n@@ -1,2 +0,0 @@\n-a\n-b\n";
  EXPECT_TRUE(forward(diff, "a\nb\n").all);
  EXPECT_TRUE(reverse(diff, "").all);
  EXPECT_FALSE(reverse(diff, "c\n").all);
}

TEST(MatchFile, NoNewlineAtTheEnd) {
  const std::string diff = "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+B\n";
  EXPECT_EQ(joined(forward(diff, "a\nb").result), "a\nB\n");
  EXPECT_FALSE(forward(diff, "a\nb\n").all) << "the file has the newline the patch says it has not";
  EXPECT_EQ(joined(reverse(diff, "a\nB\n").result), "a\nb");
  const std::string both = "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-a\n+A\n b\n\\ No newline at end of file\n";
  EXPECT_EQ(joined(forward(both, "a\nb").result), "A\nb");
}

// GNU patch would end such a line itself, and so make another text than the patch says.
TEST(MatchFile, NoNewlineInTheMiddle) {
  const std::string diff = "--- a/f\n+++ b/f\n@@ -2 +2 @@\n-b\n+B\n\\ No newline at end of file\n";
  EXPECT_EQ(joined(forward(diff, "a\nb\n").result), "a\nB");
  EXPECT_FALSE(forward(diff, "a\nb\nc\n").all) << "another line would be glued to it";
  EXPECT_FALSE(forward("--- a/f\n+++ b/f\n@@ -2,0 +3 @@\n+X\n", "a\nb").all) << "it would be glued to b";
}

TEST(MatchFile, CarriageReturnsAreText) {
  const std::string diff = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\r\n-b\r\n+B\r\n c\r\n";
  EXPECT_EQ(joined(forward(diff, "a\r\nb\r\nc\r\n").result), "a\r\nB\r\nc\r\n");
  EXPECT_FALSE(forward(diff, "a\nb\nc\n").all);
}

TEST(MatchFile, CreatesAFile) {
  const auto patch = patch_of("--- /dev/null\n+++ b/new.h\n@@ -0,0 +1,2 @@\n+one\n+two\n");
  const auto made = match_file(patch, {}, false, Direction::kForward);
  EXPECT_TRUE(made.all);
  EXPECT_EQ(joined(made.result), "one\ntwo\n");
  EXPECT_FALSE(match_file(patch, split_lines("else\n"), true, Direction::kForward).all)
      << "it is there already";
  EXPECT_TRUE(match_file(patch, split_lines("one\ntwo\n"), true, Direction::kReverse).all);
  EXPECT_FALSE(match_file(patch, {}, false, Direction::kReverse).all);
}

TEST(MatchFile, ACreatedFileWithOtherLinesIsNotTheSameFile) {
  const auto patch = patch_of("--- /dev/null\n+++ b/new.h\n@@ -0,0 +1,2 @@\n+one\n+two\n");
  EXPECT_FALSE(match_file(patch, split_lines("one\ntwo\nthree\n"), true, Direction::kReverse).all);
}

TEST(MatchFile, DeletesAFile) {
  const auto patch = patch_of("--- a/old.c\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n-two\n");
  EXPECT_TRUE(match_file(patch, split_lines("one\ntwo\n"), true, Direction::kForward).all);
  EXPECT_TRUE(match_file(patch, {}, false, Direction::kReverse).all);
  EXPECT_FALSE(match_file(patch, split_lines("one\ntwo\n"), true, Direction::kReverse).all);
  EXPECT_FALSE(match_file(patch, split_lines("one\ntwo\nthree\n"), true, Direction::kForward).all)
      << "GNU patch does not delete a file whose content differs";
}

TEST(MostSimilar, FindsTheWindowThatSharesMostLines) {
  const auto text = split_lines("intro\nalpha\nbeta\nxxxx\ndelta\nfoot\n");
  EXPECT_EQ(most_similar(text, split_lines("alpha\nbeta\ngamma\ndelta\n")), 2);
  EXPECT_EQ(most_similar(text, split_lines("nothing\nof it\n")), 0);
  EXPECT_EQ(most_similar({}, split_lines("alpha\n")), 0);
  EXPECT_EQ(most_similar(split_lines("}\n}\n}\n"), split_lines("}\nalpha\n")), 0)
      << "a brace is no similarity";
}

}  // namespace
}  // namespace kmesh
