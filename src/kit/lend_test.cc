// SPDX-License-Identifier: Apache-2.0
// With the real cp, touch and make: what is lent is not made again, what a patch touches is.
#include "kit/lend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/fakes.h"
#include "base/process.h"
#include "kit/series.h"

namespace kmesh {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLentMakefile =
    "all: a.o b.o c.o\n%.o: %.c one.h include/config/x.h\n\tcat $^ > $@; echo $@ >> made\nb.o: two.h\nc.o: "
    "two.h\n";

class LendTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "kmesh-lend.XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    for (const auto* tree : {"from", "to"}) {
      write(tree, "Makefile", kLentMakefile);
      for (const auto* file : {"a.c", "b.c", "c.c", "one.h", "two.h"}) write(tree, file, "old\n");
    }
    write("from", "include/config/x.h", "");
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& tree, const std::string& name, const std::string& text) {
    const fs::path path = root_ / tree / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    // sources come out of an archive, with its times
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(24));
  }
  // What make made.
  std::string make(const std::string& tree) {
    fs::remove(root_ / tree / "made");
    Command command;
    command.argv = {"make", "-s", "-C", (root_ / tree).string()};
    const auto exit = processes_.run(command);
    EXPECT_TRUE(exit && exit->ok());
    return read(tree, "made");
  }
  std::string read(const std::string& tree, const std::string& name) {
    return disk_.read((root_ / tree / name).string()).value_or("");
  }
  // The other tree is configured last.
  Result<void> lend(const std::vector<const Patch*>& patches) {
    if (fs::is_directory(root_ / "to")) {
      fs::create_directories(root_ / "to/include/config");
      std::ofstream(root_ / "to/include/config/x.h");
    }
    return lend_objects(kit_, (root_ / "from").string(), (root_ / "to").string(), paths_touched(patches),
                        lending_);
  }
  static FilePatch touches(const std::string& before, const std::string& after) {
    return {.old_path = before, .new_path = after, .hunks = {}};
  }

  Lending lending_ = Lending::kCopy;
  fs::path root_;
  RealDisk disk_;
  RealProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {}};
};

TEST_F(LendTest, WithoutPatchesNothingIsLeftToMake) {
  EXPECT_EQ(make("from"), "a.o\nb.o\nc.o\n");
  ASSERT_TRUE(lend({}));
  EXPECT_EQ(make("to"), "");
  EXPECT_EQ(read("to", "a.o"), read("from", "a.o"));
}

TEST_F(LendTest, WhatAPatchTouchesIsMadeOfTheOwnSource) {
  write("from", "two.h", "new\n");
  write("from", "new.c", "new\n");
  make("from");
  Patch patch;
  patch.files = {touches("two.h", "two.h"), touches("", "new.c")};
  ASSERT_TRUE(lend({&patch}));
  EXPECT_FALSE(fs::exists(root_ / "to/new.c")) << "the patch brought it";
  EXPECT_EQ(make("to"), "b.o\nc.o\n");
  EXPECT_EQ(read("to", "b.o"), "old\nold\nold\n");
}

TEST_F(LendTest, AFileThatAPatchDeletesIsMade) {
  fs::remove(root_ / "from/c.c");
  write("from", "c.o", "of something else\n");
  Patch patch;
  patch.files = {touches("c.c", "")};
  ASSERT_TRUE(lend({&patch}));
  EXPECT_EQ(make("to"), "a.o\nb.o\nc.o\n");
}

// Patched anew, a file has another time than its objects know.
TEST_F(LendTest, WhatBothPatchesMakeTheSameIsNotMadeAgain) {
  lending_ = Lending::kGive;
  for (const auto* tree : {"from", "to"}) write(tree, "two.h", "patched\n");
  write("to", "a.c", "patched otherwise\n");
  make("from");
  for (const auto* name : {"two.h", "a.c"})
    fs::last_write_time(root_ / "to" / name, fs::file_time_type::clock::now() + std::chrono::seconds(2));
  Patch patch;
  patch.files = {touches("two.h", "two.h"), touches("a.c", "a.c")};
  ASSERT_TRUE(lend({&patch}));
  EXPECT_EQ(make("to"), "a.o\n");
  EXPECT_EQ(fs::hard_link_count(root_ / "to/b.o"), 2U);
}

TEST_F(LendTest, TheOwnSourceStays) {
  write("from", "a.c", "new\n");
  Patch patch;
  patch.files = {touches("a.c", "a.c")};
  ASSERT_TRUE(lend({&patch}));
  EXPECT_EQ(read("to", "a.c"), "old\n");
}

TEST_F(LendTest, ACopyThatFailsIsAnError) {
  fs::remove_all(root_ / "to");
  std::ofstream(root_ / "to") << "a file";
  const auto lent = lend({});
  ASSERT_FALSE(lent);
  EXPECT_THAT(lent.error().detail, ::testing::HasSubstr("cp: "));
}

}  // namespace
}  // namespace kmesh
