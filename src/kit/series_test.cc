// SPDX-License-Identifier: Apache-2.0
#include "kit/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kSmallDiff = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n";

std::string series_refusal(const std::string& series) {
  const auto entries = parse_series(series);
  return entries ? "it was not refused" : entries.error().what;
}

Patch parsed(const std::string& header, const std::string& diff = kSmallDiff) {
  const auto patch = parse_patch_file({"0001-x.patch", "Section"}, header + diff);
  EXPECT_TRUE(patch) << (patch ? "" : patch.error().what);
  return patch ? *patch : Patch{};
}

TEST(ParseSeries, KeepsOrderAndSections) {
  const auto entries =
      parse_series("\n# Community backports\nb.patch\n  a.patch -p1\t# why\n\n#Ours\nc.patch # x\r\n");
  ASSERT_TRUE(entries) << entries.error().what;
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].file, "b.patch");
  EXPECT_EQ((*entries)[0].section, "Community backports");
  EXPECT_EQ((*entries)[1].file, "a.patch");
  EXPECT_EQ((*entries)[1].section, "Community backports");
  EXPECT_EQ((*entries)[2].file, "c.patch");
  EXPECT_EQ((*entries)[2].section, "Ours");
}

TEST(ParseSeries, MayBeEmpty) {
  for (const char* text : {"", "\n\n", "# Linux 6.12 needs no patch.\n", "\f\n \v \n"}) {
    const auto entries = parse_series(text);
    ASSERT_TRUE(entries) << text;
    EXPECT_TRUE(entries->empty()) << text;
    EXPECT_TRUE(parse_quilt_series(text).empty()) << text;
  }
}

TEST(ParseSeries, NamesTheLineItRefuses) {
  EXPECT_EQ(series_refusal("a.patch\nb.patch -p0\n"), "series, line 2: '-p0' is not understood");
  EXPECT_EQ(series_refusal("a.patch -p1 -R\n"), "series, line 1: '-R' is not understood")
      << "it would be applied forwards";
  EXPECT_EQ(series_refusal("../a.patch\n"),
            "series, line 1: '../a.patch' must be a file name, without a folder");
  EXPECT_EQ(series_refusal("/etc/passwd\n"),
            "series, line 1: '/etc/passwd' must be a file name, without a folder");
  EXPECT_EQ(series_refusal("..\n"), "series, line 1: '..' must be a file name, without a folder");
  EXPECT_EQ(series_refusal("a.patch\n\na.patch\n"), "series, line 3: a.patch is named twice");
}

TEST(ParseQuiltSeries, TakesFoldersAndLevels) {
  const auto entries = parse_quilt_series(
      "# Bugs\nbugfix/all/a.patch\nb.patch -p0 # why\nc.patch -p1\nd.patch -p 0\ne#f.patch\n");
  ASSERT_EQ(entries.size(), 5U);
  EXPECT_EQ(entries[0].file, "bugfix/all/a.patch");
  EXPECT_EQ(entries[0].section, "Bugs");
  EXPECT_EQ(entries[0].strip, std::nullopt);
  EXPECT_EQ(entries[1].strip, 0);
  EXPECT_EQ(entries[2].strip, 1);
  EXPECT_EQ(entries[3].strip, 0);
  EXPECT_EQ(entries[4].file, "e#f.patch") << "a comment stands behind a blank";
  for (const auto& entry : entries) EXPECT_FALSE(entry.refused) << entry.file << ": " << entry.refused->what;
}

TEST(ParseQuiltSeries, RefusesALineAndKeepsTheOthers) {
  const auto entries = parse_quilt_series(
      "a.patch -R\n../b.patch\n/etc/passwd\nx/../../c.patch\nd.patch --fuzz=3\na.patch\ne.patch "
      "-p1x\nlast.patch\n");
  ASSERT_EQ(entries.size(), 8U);
  const auto why = [&](std::size_t i) { return entries[i].refused ? entries[i].refused->what : "taken"; };
  EXPECT_EQ(why(0), "series, line 1: -R would take the patch back");
  EXPECT_EQ(why(1), "series, line 2: '../b.patch' leaves the folder of the series");
  EXPECT_EQ(why(2), "series, line 3: '/etc/passwd' leaves the folder of the series");
  EXPECT_EQ(why(3), "series, line 4: 'x/../../c.patch' leaves the folder of the series");
  EXPECT_EQ(why(4), "series, line 5: '--fuzz=3' is not understood");
  EXPECT_EQ(why(5), "series, line 6: a.patch is named twice");
  EXPECT_EQ(entries[5].file, "a.patch (line 6)") << "it is not the first one that is refused";
  EXPECT_EQ(why(6), "series, line 7: '-p1x' is not understood");
  EXPECT_EQ(why(7), "taken");
}

TEST(ParsePatchFile, ReadsTheFields) {
  const Patch patch = parsed(
      "From: A <a@example.org>\nSubject: [PATCH v2 1/3] bpf: do a thing\n"
      "Kmesh-Feature: connect-ulp\nKmesh-Base: 5.10\n"
      "Kmesh-Present-If: include/a.h ~ ^int foo\\(\nKmesh-Present-If:  b.c ~ x|y \n"
      "Kmesh-Present-If-Any: c.c ~ z\n\nText.\n---\n f | 2 +-\n");
  EXPECT_EQ(patch.file, "0001-x.patch");
  EXPECT_EQ(patch.section, "Section");
  EXPECT_EQ(patch.subject, "bpf: do a thing");
  EXPECT_EQ(patch.feature, "connect-ulp");
  EXPECT_EQ(patch.base, "5.10");
  ASSERT_EQ(patch.present_if_all.size(), 2U);
  EXPECT_EQ(patch.present_if_all[0].path, "include/a.h");
  EXPECT_EQ(patch.present_if_all[0].pattern, "^int foo\\(");
  EXPECT_EQ(patch.present_if_all[1].pattern, "x|y");
  ASSERT_EQ(patch.present_if_any.size(), 1U);
  EXPECT_EQ(patch.present_if_any[0].path, "c.c");
  ASSERT_EQ(patch.files.size(), 1U);
  EXPECT_EQ(patch.files[0].path(), "f");
}

TEST(ParsePatchFile, ReadsAStrangersPatch) {
  const Patch patch = parsed("", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n");
  EXPECT_EQ(patch.feature, "0001-x") << "its name, where it names no feature";
  EXPECT_EQ(patch.subject, "");
  EXPECT_EQ(parsed("", kSmallDiff).sha256.size(), 64U);
}

TEST(ParsePatchFile, UnfoldsTheSubject) {
  EXPECT_EQ(parsed("Subject: [PATCH] net: a long\n subject\nDate: x\n\n").subject, "net: a long subject");
  EXPECT_EQ(parsed("Subject: one\n\nSubject: two in the text\n and more of it\n").subject, "one");
}

TEST(ParsePatchFile, WhatTheHunksSayIsNoField) {
  const Patch patch = parsed("", "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n+Kmesh-Feature: evil\n b\n");
  EXPECT_EQ(patch.feature, "0001-x");
  EXPECT_EQ(parsed(" Kmesh-Feature: quoted\n").feature, "0001-x");
}

TEST(ParsePatchFile, CarriageReturnsAreNoPartOfAField) {
  EXPECT_EQ(parsed("Kmesh-Feature: x\r\n").feature, "x");
}

TEST(ParsePatchFile, TheHeaderEndsWhereTheDiffBegins) {
  const std::string diff = "--- linux.orig/f\n+++ linux/f\n@@ -1 +1 @@\n-a\n+b\n";
  EXPECT_EQ(parsed("Subject: x\n--- what follows\n---\n", diff).header,
            "Subject: x\n--- what follows\n---\n");
  EXPECT_EQ(parsed("Subject: x\n\n", "Index: linux/f\n=====\n" + diff).header, "Subject: x\n\n");
}

TEST(ParsePatchFile, SaysHowAPackedPatchIsUnpacked) {
  const auto patch = parse_patch_file({"all/x.patch.gz", ""}, "\x1f\x8b");
  ASSERT_FALSE(patch);
  EXPECT_EQ(patch.error().what, "all/x.patch.gz is packed, and only texts are read");
  EXPECT_THAT(patch.error().hint, HasSubstr("let its line name all/x.patch"));
  EXPECT_EQ(patch.error().command, "gzip -dk all/x.patch.gz");
  EXPECT_TRUE(is_packed("x.diff.xz"));
  EXPECT_FALSE(is_packed("x.patch"));
}

TEST(ParsePatchFile, NamesTheFileThatCannotBeRead) {
  const auto refused = [](const std::string& text) {
    const auto patch = parse_patch_file({"p.patch", ""}, text);
    return patch ? std::string("it was not refused") : patch.error().what;
  };
  EXPECT_THAT(refused(std::string("Kmesh-Present-If: only/a/path\n") + kSmallDiff),
              HasSubstr("p.patch: a Kmesh-Present-If field reads 'only/a/path'"));
  EXPECT_THAT(refused(std::string("Kmesh-Present-If: f ~ (open\n") + kSmallDiff),
              HasSubstr("p.patch: '(open' is no extended regular expression"));
  EXPECT_THAT(refused("Subject: words only\n"), HasSubstr("p.patch: no change was found"));
  EXPECT_THAT(refused("--- a/f\n+++ b/f\n@@ -1,9 +1 @@\n-a\n"), HasSubstr("p.patch: line 4: "));
}

TEST(ParsePatchFile, RefusesAMergeThatWasLeftUndone) {
  const auto patch = [](const std::string& line) {
    return parse_patch_file({"a.patch", ""}, "--- a/x.c\n+++ b/x.c\n@@ -1 +1,2 @@\n one\n+" + line + "\n");
  };
  const auto refused = patch("<<<<<<< HEAD");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "a.patch adds a mark of a merge that was left undone: <<<<<<< HEAD");
  EXPECT_FALSE(patch(">>>>>>> theirs"));
  EXPECT_TRUE(patch("======="));
  EXPECT_TRUE(patch("x <<<<<<< y"));
}

TEST(ParsePatchFile, RefusesToLookOutsideOfTheTree) {
  const auto patch = parse_patch_file(
      {"p.patch", ""}, std::string("Kmesh-Present-If: ../../etc/passwd ~ root\n") + kSmallDiff);
  ASSERT_FALSE(patch) << "the path becomes one below a tree and below the work folder";
  EXPECT_THAT(patch.error().what, HasSubstr("../../etc/passwd"));
}

TEST(PathsToRead, EachOnceAndSorted) {
  const Patch one =
      parsed("Kmesh-Present-If: z ~ x\nKmesh-Present-If-Any: f ~ x\n",
             "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n");
  const Patch two =
      parsed("", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-b\n+c\n--- a/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n");
  EXPECT_THAT(paths_to_read({one, two}), ElementsAre("f", "new", "old", "z"));
  EXPECT_THAT(paths_to_read({}), ElementsAre());
}

}  // namespace
}  // namespace kmesh
