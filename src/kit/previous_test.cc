// SPDX-License-Identifier: Apache-2.0
#include "kit/previous.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;

const std::string kTree = "/w/enhanced/rpmbuild/BUILD/kernel-5.10/linux-5.10";
const std::string kKeptTree = "/w/previous/rpmbuild/BUILD/kernel-5.10/linux-5.10";

// A tree that was built with patches of net/a.c and net/Makefile, and is kept.
class RenewPrevious : public ::testing::Test {
 protected:
  void SetUp() override {
    disk_.files = {{kTree + "/.config", "CONFIG_X=y\n"},
                   {kTree + "/vmlinux", "built"},
                   {kTree + "/net/a.c", "old"},
                   {kTree + "/net/Makefile", "obj-y += a.o\n"},
                   {kTree + "/net/Kconfig", "config A\n"},
                   {"/w/enhanced/sealed", "seals"}};
    ASSERT_TRUE(keep_previous(kit_, side_, Output::kRpm, "/w/previous", "/w/enhanced/sealed",
                              {"key", {"net/Makefile", "net/a.c"}, {"CONFIG_L=y (now: n)"}, {"drawn"}}));
    ASSERT_FALSE(disk_.exists(kTree));
    // the side is laid out anew
    disk_.files.erase("/w/enhanced/sealed");
  }
  std::optional<Previous> renew(const std::string& key, const std::vector<std::string>& touched,
                                const TouchedFiles& texts) {
    auto renewed = renew_previous(kit_, side_, "/w/previous", "/w/enhanced/sealed", {key, touched}, texts);
    EXPECT_TRUE(renewed) << renewed.error().what;
    return renewed ? *renewed : std::nullopt;
  }
  void expect_kept() {
    EXPECT_FALSE(disk_.exists(kTree));
    EXPECT_EQ(disk_.files[kKeptTree + "/vmlinux"], "built");
    EXPECT_EQ(disk_.files[kKeptTree + "/net/a.c"], "old");
  }

  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {"/data/kernel", "/data/guest"}};
  Side side_{"enhanced", "/w/enhanced", "/w/logs/x.log", Sandbox(true, "/w/enhanced", "/w/ccache")};
};

TEST_F(RenewPrevious, TheTreeIsTheSidesAgainWithTheNewText) {
  const auto last =
      renew("key", {"net/Makefile", "net/a.c"}, {{"net/Makefile", "obj-y += a.o\n"}, {"net/a.c", "new"}});
  ASSERT_TRUE(last);
  EXPECT_THAT(last->lost, ElementsAre("CONFIG_L=y (now: n)"));
  EXPECT_THAT(last->drawn, ElementsAre("drawn"));
  EXPECT_EQ(disk_.files[kTree + "/net/a.c"], "new");
  EXPECT_EQ(disk_.files[kTree + "/vmlinux"], "built");
  EXPECT_EQ(disk_.files["/w/enhanced/sealed"], "seals");
  EXPECT_FALSE(disk_.exists("/w/previous"));
}

TEST_F(RenewPrevious, WhoseBuildDidNotComeToItsEnd) {
  disk_.files.erase(kKeptTree + "/vmlinux");
  EXPECT_TRUE(renew("key", {"net/Makefile", "net/a.c"}, {{"net/Makefile", "x"}, {"net/a.c", "new"}}));
  EXPECT_EQ(disk_.files[kTree + "/net/a.c"], "new");
}

TEST_F(RenewPrevious, NotWhereItWasNotConfigured) {
  disk_.files.erase(kKeptTree + "/.config");
  EXPECT_FALSE(renew("key", {"net/Makefile", "net/a.c"}, {{"net/Makefile", "x"}, {"net/a.c", "new"}}));
}

TEST_F(RenewPrevious, WhatIsRemovedByHalvesIsNoTree) {
  disk_.files.erase("/w/previous/previous.json");
  EXPECT_FALSE(renew("key", {"net/Makefile", "net/a.c"}, {{"net/Makefile", "x"}, {"net/a.c", "new"}}));
  expect_kept();
}

TEST_F(RenewPrevious, WhatATreeWasPreparedOfIsNotedAndForgotten) {
  ASSERT_TRUE(note_prepared(kit_, side_, {"key", {"a.c"}, {"lost"}, {"drawn"}}));
  const auto noted = noted_prepared(kit_, side_);
  ASSERT_TRUE(noted && *noted);
  EXPECT_EQ((*noted)->key, "key");
  EXPECT_THAT((*noted)->touched, ElementsAre("a.c"));
  EXPECT_THAT((*noted)->lost, ElementsAre("lost"));
  EXPECT_THAT((*noted)->drawn, ElementsAre("drawn"));
  ASSERT_TRUE(forget_prepared(kit_, side_));
  const auto none = noted_prepared(kit_, side_);
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST_F(RenewPrevious, NotWithAnotherSourceOrConfiguration) {
  EXPECT_FALSE(renew("other", {"net/Makefile", "net/a.c"}, {{"net/Makefile", "x"}, {"net/a.c", "new"}}));
  expect_kept();
}

TEST_F(RenewPrevious, NotWhereOtherFilesAreTouched) {
  EXPECT_FALSE(renew("key", {"net/a.c"}, {{"net/a.c", "new"}}));
  EXPECT_FALSE(renew("key", {"net/Makefile", "net/a.c", "net/b.c"}, {{"net/a.c", "new"}}));
  expect_kept();
}

TEST_F(RenewPrevious, NotWhereAFileComesOrGoes) {
  EXPECT_FALSE(renew("key", {"net/Makefile", "net/a.c"}, {{"net/Makefile", "x"}}));
  disk_.files.erase(kKeptTree + "/net/Makefile");
  EXPECT_FALSE(renew("key", {"net/Makefile", "net/a.c"}, {{"net/Makefile", "x"}, {"net/a.c", "new"}}));
  expect_kept();
}

TEST_F(RenewPrevious, NotWhereTheSealIsGone) {
  disk_.files.erase("/w/previous/sealed");
  EXPECT_FALSE(renew("key", {"net/Makefile", "net/a.c"}, {{"net/Makefile", "x"}, {"net/a.c", "new"}}));
  expect_kept();
}

TEST_F(RenewPrevious, NotWhereMoreThanCodeChanged) {
  for (const std::string path : {"net/Kconfig", "Makefile", "scripts/a.c", "tools/a.c", "net/a.sh"}) {
    disk_.files[kKeptTree + "/" + path] = "old";
    disk_.files["/w/previous/previous.json"] = R"({"key": "key", "touched": [")" + path + "\"]}";
    EXPECT_FALSE(renew("key", {path}, {{path, "new"}})) << path;
    EXPECT_EQ(disk_.files[kKeptTree + "/" + path], "old");
    EXPECT_TRUE(renew("key", {path}, {{path, "old"}})) << path << " did not change";
    TearDown();
    disk_.files.clear();
    SetUp();
  }
}

}  // namespace
}  // namespace kmesh
