// SPDX-License-Identifier: Apache-2.0
#include "kit/stage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Source tarball() {
  Source source;
  source.version = "5.10.262";
  source.tarball = "/s/linux-source-5.10.tar.xz";
  source.top = "linux-source-5.10";
  return source;
}

std::string filled(const std::string& text, const Source& source, bool fragment = true) {
  const auto spec = fill_spec(text, source, {"/c", fragment});
  return spec ? *spec : "error: " + spec.error().what;
}

TEST(FillSpec, FillsEveryPlace) {
  EXPECT_EQ(
      filled("V: @VERSION@ @VERSION@\nR: @RELEASE@\nS: @TARBALL@\nT: @TARTOP@\nC: @CONFIGBASE@\n", tarball()),
      "V: 5.10.262 5.10.262\nR: 1.kmesh\nS: linux-source-5.10.tar.xz\nT: linux-source-5.10\nC: tinyconfig\n");
  EXPECT_EQ(filled("@CONFIGBASE@", tarball(), false), "none");
}

TEST(FillSpec, ATreeIsPackedUnderItsOwnName) {
  Source tree;
  tree.version = "6.19.0-rc2";
  tree.tree = "/t";
  tree.top = "linux-6.19.0-rc2";
  EXPECT_EQ(filled("@TARBALL@ @VERSION@", tree), "linux-6.19.0-rc2.tar 6.19.0~rc2")
      << "rpm takes no hyphen there";
}

TEST(FillSpec, ATarballsNameIsNoMacroAndNoShell) {
  Source source = tarball();
  source.tarball = "/s/my %{evil} $(id);.tar.xz";
  EXPECT_EQ(filled("@TARBALL@", source), "my___evil____id__.tar.xz");
}

TEST(FillSpec, RefusesAPlaceThatStays) {
  EXPECT_EQ(filled("@VERSION@ @NOVELTY@", tarball()),
            "error: the spec has a place @NOVELTY@, and nothing to put there");
  EXPECT_EQ(filled("a@b.c date -d @0 @ @@ @x@ @A B@\n", tarball()), "a@b.c date -d @0 @ @@ @x@ @A B@\n")
      << "not everything with an at-sign is a place";
}

class StageTest : public ::testing::Test {
 protected:
  PlannedPatch planned(const std::string& file) {
    disk_.files["/series/" + file] = "the patch " + file;
    PlannedPatch patch;
    patch.patch.file = file;
    return patch;
  }
  static constexpr const char* kSpec = "/w/enhanced/rpmbuild/SPECS/kernel.spec";
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {"/data/kernel", "/data/guest"}};
  Side side_{"enhanced", "/w/enhanced", "/w/log", Sandbox(true, "/w/enhanced", "/w/ccache")};
};

TEST_F(StageTest, EditsTheSpecAndCopiesThePatches) {
  disk_.files[kSpec] = "Source0: l\n%prep\n%setup\n%build\n";
  const auto one = planned("one.patch");
  const auto two = planned("two.patch");
  Exit says;
  says.output =
      "kmesh-spec: SOURCE9003=/s/one.patch\nkmesh-spec: SOURCE9004=/s/two.patch\n%prep\npatch -i "
      "/s/one.patch\npatch -i "
      "/s/two.patch\n";
  processes_.answer("/kmesh/before.spec", {});
  processes_.answer("/kmesh/after.spec", says);
  const auto edited = edit_source_package(kit_, kSpec, "/series", {&one, &two}, side_);
  ASSERT_TRUE(edited) << edited.error().what;
  EXPECT_EQ(disk_.files["/w/enhanced/rpmbuild/SOURCES/one.patch"], "the patch one.patch");
  EXPECT_EQ(disk_.files["/w/enhanced/rpmbuild/SOURCES/two.patch"], "the patch two.patch");
  EXPECT_THAT(disk_.files[kSpec], HasSubstr("Source9003: one.patch\nSource9004: two.patch\n"));
}

TEST_F(StageTest, BothOrNeither) {
  disk_.files[kSpec] = "Source0: l\nno prep\n";
  const auto one = planned("one.patch");
  EXPECT_FALSE(edit_source_package(kit_, kSpec, "/series", {&one}, side_));
  EXPECT_FALSE(disk_.files.contains("/w/enhanced/rpmbuild/SOURCES/one.patch"));
  EXPECT_EQ(disk_.files[kSpec], "Source0: l\nno prep\n");
}

TEST_F(StageTest, WhatRpmReadsOtherwiseIsNotWritten) {
  disk_.files[kSpec] = "Source0: l\n%prep\n%setup\n%build\n";
  const auto one = planned("one.patch");
  Exit says;
  says.output = "kmesh-spec: SOURCE9003=/s/one.patch\n%prep\n%build\npatch -i /s/one.patch\n";
  processes_.answer("/kmesh/before.spec", {});
  processes_.answer("/kmesh/after.spec", says);
  const auto edited = edit_source_package(kit_, kSpec, "/series", {&one}, side_);
  ASSERT_FALSE(edited);
  EXPECT_THAT(edited.error().what, HasSubstr("does not apply one.patch"));
  EXPECT_EQ(disk_.files[kSpec], "Source0: l\n%prep\n%setup\n%build\n");
  EXPECT_EQ(processes_.ran[0].argv.front(), "bwrap") << "parsing a spec runs its macros";
}

TEST_F(StageTest, APatchDoesNotReplaceASourceOfThePackage) {
  disk_.files[kSpec] = "Source0: l\n%prep\n%setup\n%build\n";
  disk_.files["/w/enhanced/rpmbuild/SOURCES/kernel.config"] = "the distribution's";
  const auto evil = planned("kernel.config");
  const auto edited = edit_source_package(kit_, kSpec, "/series", {&evil}, side_);
  ASSERT_FALSE(edited);
  EXPECT_THAT(edited.error().what, HasSubstr("already has a file kernel.config"));
  EXPECT_EQ(disk_.files["/w/enhanced/rpmbuild/SOURCES/kernel.config"], "the distribution's");
}

TEST_F(StageTest, MakesASourcePackageInTheSandbox) {
  disk_.files = {{"/data/kernel/rpm/kernel.spec.in", "Version: @VERSION@\n"},
                 {"/data/kernel/rpm/check-kabi", "k"},
                 {"/data/kernel/rpm/kernel-config", "c"},
                 {"/c/slim", "CONFIG_BPF=y\n"},
                 {"/s/linux-source-5.10.tar.xz", "xz"},
                 {"/w/enhanced/rpmbuild/SRPMS/old.src.rpm", "of the run before"}};
  processes_.answer("-bs", {},
                    [&](const Command&) { disk_.files["/w/enhanced/rpmbuild/SRPMS/kernel.src.rpm"] = "r"; });
  const auto package = make_source_package(kit_, side_, tarball(), {"/c/slim", true});
  ASSERT_TRUE(package) << package.error().what;
  EXPECT_EQ(*package, "/w/enhanced/rpmbuild/SRPMS/kernel.src.rpm");
  EXPECT_EQ(disk_.files["/w/enhanced/rpmbuild/SPECS/kernel.spec"], "Version: 5.10.262\n");
  EXPECT_EQ(disk_.files["/w/enhanced/rpmbuild/SOURCES/linux-source-5.10.tar.xz"], "xz");
  EXPECT_EQ(disk_.files["/w/enhanced/rpmbuild/SOURCES/kernel.config"], "CONFIG_BPF=y\n");
  ASSERT_EQ(processes_.ran.size(), 1U);
  EXPECT_EQ(processes_.ran[0].argv.front(), "bwrap") << "parsing a spec runs its macros";
}

TEST_F(StageTest, ASpecThatRpmRefusesShowsItsLastWords) {
  disk_.files = {{"/data/kernel/rpm/kernel.spec.in", ""},
                 {"/data/kernel/rpm/check-kabi", ""},
                 {"/data/kernel/rpm/kernel-config", ""},
                 {"/c/slim", ""},
                 {"/s/linux-source-5.10.tar.xz", ""}};
  Exit exit;
  exit.code = 1;
  exit.tail = "error: line 3\n";
  processes_.answer("-bs", exit);
  const auto package = make_source_package(kit_, side_, tarball(), {"/c/slim", true});
  ASSERT_FALSE(package);
  EXPECT_EQ(package.error().detail, "error: line 3\n");
  EXPECT_THAT(package.error().hint, HasSubstr("/w/log"));
}

TEST_F(StageTest, UnpacksATarballOrCopiesATree) {
  processes_.answer("tar", {});
  processes_.answer("cp", {});
  ASSERT_TRUE(unpack_tree(kit_, tarball(), side_));
  EXPECT_THAT(processes_.ran.at(0).argv, Contains("--strip-components=1"));
  EXPECT_THAT(processes_.ran.at(0).argv, Contains("--no-same-owner"));
  Source tree;
  tree.tree = "/t";
  ASSERT_TRUE(unpack_tree(kit_, tree, side_));
  EXPECT_THAT(processes_.ran.at(1).argv,
              ElementsAre("cp", "--archive", "--reflink=auto", "--", "/t/.", "/w/enhanced/tree"));
  EXPECT_THAT(processes_.ran.at(1).argv, Not(Contains("tar")));
}

}  // namespace
}  // namespace kmesh
