// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "kit/hunks.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string diff_refusal(const std::string& text) {
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

TEST(ParseDiff, TakesOffAsManyFoldersAsItIsTold) {
  const auto path = [](const std::string& name, std::optional<int> strip) {
    const auto files = parse_diff("--- " + name + "\n+++ " + name + "\n@@ -1 +1 @@\n-a\n+b\n", strip);
    return files ? files->front().path() : files.error().what;
  };
  EXPECT_EQ(path("net/core/filter.c", 0), "net/core/filter.c");
  EXPECT_EQ(path("Makefile", 0), "Makefile");
  EXPECT_EQ(path("net/core/filter.c", 1), "core/filter.c") << "somebody said so";
  EXPECT_EQ(path("x/linux/net/f.c", 2), "net/f.c");
  EXPECT_EQ(path("linux/net/core/filter.c", std::nullopt), "net/core/filter.c");
  EXPECT_EQ(path("x/f.c", 2), "line 1: 'x/f.c' has no 2 folders to strip (-p2)");
  EXPECT_THAT(path("../f.c", 0), HasSubstr("leaves the source tree"));
  EXPECT_THAT(path("/etc/passwd", 0), HasSubstr("leaves the source tree"));
}

// -p1 would look for core/filter.c, find no such file and call it a conflict.
TEST(ParseDiff, RefusesPathsWithoutAFolderInFront) {
  const auto refused = [](const std::string& from, const std::string& to) {
    const auto files = parse_diff("--- " + from + "\n+++ " + to + "\n@@ -1 +1 @@\n-a\n+b\n");
    return files ? Error{files->front().path(), "", "", "", false} : files.error();
  };
  const Error error = refused("net/core/filter.c", "net/core/filter.c");
  EXPECT_EQ(error.what,
            "line 1: 'net/core/filter.c' has no folder in front, as a/ is one, and -p1 would look for "
            "core/filter.c");
  EXPECT_THAT(error.hint, HasSubstr("write -p0 behind the patch's name in the series file"));
  EXPECT_THAT(error.hint, HasSubstr("if net/ is the folder that the source lies in, write -p1"));
  EXPECT_THAT(refused("/dev/null", "kernel/new.c").what, HasSubstr("'kernel/new.c' has no folder in front"));
  EXPECT_THAT(refused("kernel/old.c", "/dev/null").what, HasSubstr("'kernel/old.c' has no folder in front"));
  EXPECT_THAT(refused("Makefile", "Makefile").what, HasSubstr("'Makefile' has no folder in front"));
  EXPECT_EQ(refused("a/net/f.c", "b/net/f.c").what, "net/f.c");
  EXPECT_EQ(refused("kernel.orig/net/f.c", "kernel/net/f.c").what, "net/f.c") << "two folders: of two trees";
  EXPECT_EQ(refused("/dev/null", "b/net/f.c").what, "net/f.c");
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
  EXPECT_THAT(diff_refusal("--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n"),
              HasSubstr("ends inside a hunk"));
  EXPECT_THAT(diff_refusal("--- a/f\n+++ b/f\n@@ -1,2 +1,1 @@\n a\n+B\n-b\n"),
              HasSubstr("more lines than its head"));
  EXPECT_THAT(diff_refusal("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\nb\n"),
              HasSubstr("line 5: no line of a hunk"));
  EXPECT_THAT(diff_refusal("--- a/f\n+++ b/f\n@@ -1,x +1 @@\n"), HasSubstr("line 3: the head of a hunk"));
  EXPECT_THAT(diff_refusal("--- a/f\n+++ b/f\n@@ -99999999999 +1 @@\n-a\n+b\n"),
              HasSubstr("the head of a hunk"));
  EXPECT_THAT(diff_refusal("--- a/f\n+++ b/f\n@@ -1 +1 @@\n\\ No newline at end of file\n"),
              HasSubstr("No newline"));
  EXPECT_THAT(diff_refusal("--- a/f\n+++ b/f\n"), HasSubstr("f has no hunk"));
  EXPECT_THAT(diff_refusal("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b"),
              HasSubstr("line 5: the patch ends in the middle of a line"));
}

// GNU patch -s passes over such a hunk without a word and exits with 0.
TEST(ParseDiff, RefusesAHunkThatWouldBePassedOver) {
  EXPECT_THAT(diff_refusal("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-1\n+one\n 2\n 3\n@@ -8 +8 @@\n-9\n+nine\n"),
              HasSubstr("line 8: a hunk without a file"));
  EXPECT_THAT(diff_refusal("@@ -1 +1 @@\n-a\n+b\n"), HasSubstr("line 1: a hunk without a file"));
}

// GNU patch applies a diff that a mail quotes with indentation.
TEST(ParseDiff, RefusesADiffQuotedInTheText) {
  EXPECT_THAT(
      diff_refusal("Example:\n\n  --- a/f\n  +++ b/f\n  @@ -1 +1 @@\n  -a\n  +z\n\n" + std::string(kOne)),
      HasSubstr("line 5: "));
}

TEST(ParseDiff, RefusesPathsThatLeaveTheTree) {
  for (const char* path :
       {"a/../etc/passwd", "a//etc/passwd", "a/x/../../y", "a/./f", "/etc//passwd", "a/"}) {
    const std::string text = "--- " + std::string(path) + "\n+++ " + path + "\n@@ -1 +1 @@\n-a\n+b\n";
    EXPECT_THAT(diff_refusal(text), HasSubstr("leaves the source tree")) << path;
  }
  EXPECT_THAT(diff_refusal("--- f\n+++ f\n@@ -1 +1 @@\n-a\n+b\n"), HasSubstr("no folder in front"));
  EXPECT_THAT(diff_refusal("--- a/f\n+++ b/../f\n@@ -1 +1 @@\n-a\n+b\n"), HasSubstr("line 2: "));
  EXPECT_THAT(diff_refusal("--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n"), HasSubstr("neither side"));
}

// diff --git of d/f, what stands in its header, and a hunk.
std::string with_head(const std::string& head, const std::string& rest = kOne) {
  return "diff --git a/d/f b/d/f\n" + head + rest;
}

FilePatch only_file(const std::string& text) {
  const auto files = parse_diff(text);
  EXPECT_TRUE(files) << (files ? "" : files.error().what) << "\n" << text;
  EXPECT_EQ(files ? files->size() : 0, 1U);
  return files && !files->empty() ? files->front() : FilePatch{};
}

TEST(ParseDiff, AModeGoesWithItsHunks) {
  const auto changed = only_file(with_head("old mode 100644\nnew mode 100755\nindex 1..2\n"));
  EXPECT_EQ(changed.old_mode, 0100644);
  EXPECT_EQ(changed.new_mode, 0100755);
  EXPECT_TRUE(changed.sets_mode());
  const auto created = only_file(
      with_head("new file mode 100755\nindex 0..1\n", "--- /dev/null\n+++ b/d/f\n@@ -0,0 +1 @@\n+a\n"));
  EXPECT_EQ(created.new_mode, 0100755);
  EXPECT_TRUE(created.sets_mode());
  const auto deleted =
      only_file(with_head("deleted file mode 100755\n", "--- a/d/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"));
  EXPECT_EQ(deleted.old_mode, 0100755);
  EXPECT_FALSE(deleted.sets_mode());
}

TEST(ParseDiff, AModeThatStaysIsNotSet) {
  const auto script = only_file(with_head("index 1..2 100755\n"));
  EXPECT_EQ(script.old_mode, 0100755);
  EXPECT_EQ(script.new_mode, 0100755);
  EXPECT_FALSE(script.sets_mode());
  const auto plain = only_file(
      with_head("new file mode 100644\nindex 0..1\n", "--- /dev/null\n+++ b/d/f\n@@ -0,0 +1 @@\n+a\n"));
  EXPECT_FALSE(plain.sets_mode());
}

TEST(ParseDiff, AModeIsThatOfItsOwnFile) {
  const auto files =
      parse_diff(with_head("old mode 100644\nnew mode 100755\n") + "--- a/g\n+++ b/g\n@@ -1 +1 @@\n-a\n+b\n");
  ASSERT_TRUE(files) << files.error().what;
  ASSERT_EQ(files->size(), 2U);
  EXPECT_TRUE((*files)[0].sets_mode());
  EXPECT_EQ((*files)[1].new_mode, 0);
}

// As in GNU patch, these words mean something behind "diff --git" only.
TEST(ParseDiff, AModeInTheTextIsText) {
  const auto file =
      only_file("The script gets a\nnew mode 100755\nold mode 12\nby hand.\n" + std::string(kOne));
  EXPECT_EQ(file.new_mode, 0);
  EXPECT_EQ(file.old_mode, 0);
}

TEST(ParseDiff, RefusesAModeAlone) {
  const std::string alone = with_head("old mode 100644\nnew mode 100755\n", "");
  for (const auto& text :
       {alone, alone + "diff --git a/g b/g\n" + kOne, kOne + alone, kOne + alone + "-- \n2.39\n"}) {
    EXPECT_THAT(diff_refusal(text),
                HasSubstr("'diff --git a/d/f b/d/f' has no hunk: it changes a file's mode alone"))
        << text;
  }
  EXPECT_THAT(diff_refusal(kOne + alone), HasSubstr("line 7: "));
  EXPECT_THAT(parse_diff(alone).error().hint, HasSubstr("take this section out"));
}

TEST(ParseDiff, RefusesEmptyFiles) {
  EXPECT_THAT(diff_refusal(kOne + with_head("new file mode 100644\nindex 0000000..e69de29\n", "")),
              HasSubstr("line 7: 'diff --git a/d/f b/d/f' has no hunk: it creates an empty file"));
  EXPECT_THAT(diff_refusal(with_head("deleted file mode 100644\nindex e69de29..0000000\n", "") +
                           "diff --git a/g b/g\n" + kOne),
              HasSubstr("line 1: 'diff --git a/d/f b/d/f' has no hunk: it deletes an empty file"));
}

TEST(ParseDiff, RefusesAGitHeaderThatLostItsHunks) {
  EXPECT_THAT(diff_refusal(kOne + with_head("index 1..2 100644\n", "")),
              HasSubstr("has no hunk: nothing is changed"));
  EXPECT_THAT(diff_refusal(with_head("", with_head(""))), HasSubstr("line 1: "));
}

TEST(ParseDiff, RefusesLinksAndSubmodules) {
  const std::string created = "--- /dev/null\n+++ b/d/f\n@@ -0,0 +1 @@\n+a\n";
  EXPECT_THAT(diff_refusal(with_head("new file mode 120000\n", created)),
              HasSubstr("line 2: mode 120000 is that of a symbolic"));
  EXPECT_THAT(diff_refusal(with_head("new file mode 160000\n", created)), HasSubstr("submodule"));
  EXPECT_THAT(diff_refusal(with_head("index 1..2 120000\n")), HasSubstr("line 2: mode 120000"));
  EXPECT_THAT(diff_refusal(with_head("deleted file mode 120000\n")), HasSubstr("line 2: mode 120000"));
  EXPECT_THAT(diff_refusal(with_head("new mode 1007x\n")), HasSubstr("'1007x' is no file's mode"));
}

// GNU patch takes the one that exists, the shorter one, or the first.
TEST(ParseDiff, RefusesTwoNamesForOneFile) {
  EXPECT_THAT(diff_refusal("--- a/f\n+++ b/g\n@@ -1 +1 @@\n-a\n+b\n"),
              HasSubstr("line 1: the sides name two files, f and g"));
}

TEST(ParseDiff, RefusesWhatTextsAndHunksDoNotTell) {
  EXPECT_THAT(diff_refusal("diff --git a/x b/y\nsimilarity index 90%\nrename from x\nrename to y\n"),
              HasSubstr("line 3: renames and copies are not judged"));
  EXPECT_THAT(diff_refusal("diff --git a/x b/y\ncopy from x\ncopy to y\n"), HasSubstr("renames and copies"));
  EXPECT_THAT(diff_refusal("diff --git a/x b/x\nGIT binary patch\nliteral 3\n"), HasSubstr("line 2: binary"));
  EXPECT_THAT(diff_refusal("Binary files a/x and b/x differ\n"), HasSubstr("binary"));
  EXPECT_THAT(diff_refusal("only words\n---\nand more\n"), HasSubstr("no change was found"));
  EXPECT_THAT(diff_refusal(""), HasSubstr("no change was found"));
}

TEST(ParseDiff, TextThatLooksLikeAHeadIsText) {
  const auto files = parse_diff("--- a rule above\ntext\n" + std::string(kOne));
  ASSERT_TRUE(files) << files.error().what;
  EXPECT_EQ(files->size(), 1U);
}

}  // namespace
}  // namespace kmesh
