// SPDX-License-Identifier: Apache-2.0
#include "kit/tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ToolsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto* file :
         {"/usr/include/gelf.h", "/usr/include/zlib.h", "/usr/include/openssl/ssl.h", "/bin/busybox"})
      disk_.files[file] = "";
    processes_.answer("bwrap", {});
    options_.work = "/w";
  }
  Error error() {
    const auto checked = check_tools(kit_, options_);
    EXPECT_FALSE(checked) << "nothing was found missing";
    return checked ? Error{} : checked.error();
  }
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {}};
  Options options_;
};

TEST_F(ToolsTest, AHostThatHasEverything) { EXPECT_TRUE(check_tools(kit_, options_)); }

TEST_F(ToolsTest, NamesAllThatIsMissingAtOnce) {
  processes_.absent = {"bison", "flex", "awk", "rpmbuild"};
  disk_.files.erase("/usr/include/gelf.h");
  const Error missing = error();
  EXPECT_EQ(missing.what,
            "this host lacks what building a kernel takes: flex, bison, awk, /usr/include/gelf.h, rpmbuild");
  EXPECT_EQ(missing.command, "apt-get install bison flex gawk libelf-dev rpm");
  EXPECT_THAT(missing.hint, HasSubstr("run the same command again"));
}

TEST_F(ToolsTest, AsksForWhatTheOutputTakes) {
  processes_.absent = {"rpmbuild"};
  options_.output = Output::kDeb;
  EXPECT_TRUE(check_tools(kit_, options_));
  options_.output = Output::kImage;
  EXPECT_TRUE(check_tools(kit_, options_));
  processes_.absent = {"dpkg-buildpackage"};
  EXPECT_TRUE(check_tools(kit_, options_));
  options_.output = Output::kDeb;
  EXPECT_EQ(error().command, "apt-get install dpkg-dev");
}

TEST_F(ToolsTest, NoBubblewrapIsAnError) {
  processes_.absent = {"bwrap"};
  const auto checked = check_sandbox(kit_);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().what, HasSubstr("bubblewrap is not installed"));
  EXPECT_THAT(checked.error().hint, HasSubstr("--no-sandbox"));
}

TEST_F(ToolsTest, ASandboxThatDoesNotWorkIsAnErrorToo) {
  Exit exit;
  exit.code = 1;
  exit.tail = "bwrap: No permissions to create new namespace\n";
  processes_.answers.clear();
  processes_.answer("bwrap", exit);
  const auto checked = check_sandbox(kit_);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().what, "bubblewrap cannot make a sandbox here");
  EXPECT_THAT(checked.error().hint, HasSubstr("--no-sandbox"));
  EXPECT_EQ(checked.error().detail, exit.tail);
}

TEST_F(ToolsTest, ASlimBuildNeedsLessRoom) {
  disk_.free = 6ULL << 30;
  EXPECT_TRUE(check_space(kit_, options_, false));
  options_.config = "distro";
  const auto refused = check_space(kit_, options_, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "/w has 6144 MiB free; building a kernel takes about 40960 MiB");
  EXPECT_EQ(refused.error().command, "df -h /w");
  options_.config = "debug";
  EXPECT_FALSE(check_space(kit_, options_, false));
  disk_.free = 1ULL << 30;
  options_.config = "slim";
  EXPECT_FALSE(check_space(kit_, options_, false));
}

TEST_F(ToolsTest, WhatStopsBeforeCompilingNeedsRoomForATree) {
  disk_.free = 4ULL << 30;
  options_.config = "distro";
  options_.until = "build";
  EXPECT_FALSE(check_space(kit_, options_, false));
  options_.until = "prep";
  EXPECT_TRUE(check_space(kit_, options_, false));
  disk_.free = 1ULL << 30;
  const auto refused = check_space(kit_, options_, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "/w has 1024 MiB free; unpacking a kernel takes about 3072 MiB");
}

TEST_F(ToolsTest, TheCacheIsUsedWhereItIs) {
  EXPECT_EQ(compiler(kit_, options_), "ccache gcc");
  processes_.absent = {"ccache"};
  EXPECT_EQ(compiler(kit_, options_), "gcc");
  EXPECT_THAT(compiler(kit_, options_), Not(HasSubstr("ccache")));
}

TEST_F(ToolsTest, TheCompilersVersionIsThatOfTheLastWord) {
  Exit exit;
  exit.output = "gcc-12 (Debian) 12.2.0\nCopyright\n";
  processes_.answer("gcc-12", exit);
  EXPECT_EQ(compiler_version(kit_, "ccache distcc gcc-12"), "gcc-12 (Debian) 12.2.0");
  EXPECT_EQ(compiler_version(kit_, "gcc-12"), "gcc-12 (Debian) 12.2.0");
  EXPECT_EQ(compiler_version(kit_, "clang"), "") << "it cannot be run";
}

}  // namespace
}  // namespace kmesh
