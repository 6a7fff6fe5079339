// SPDX-License-Identifier: Apache-2.0
#include "base/disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace kmesh {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "kmesh-disk-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::vector<std::string> names(const std::string& folder) {
    return disk_.list(folder).value_or(std::vector<std::string>{"?"});
  }
  std::string folder_;
  RealDisk disk_;
};

TEST_F(DiskTest, WritesWholeAndLeavesNoTemporary) {
  ASSERT_TRUE(disk_.write(path("new/folder/f"), "one"));
  ASSERT_TRUE(disk_.write(path("new/folder/f"), std::string("t\0wo", 4)));
  EXPECT_EQ(disk_.read(path("new/folder/f")).value_or(""), std::string("t\0wo", 4));
  EXPECT_THAT(names(path("new/folder")), ElementsAre("f"));
}

TEST_F(DiskTest, AWriteThatFailsLeavesTheOldFileAndNoTemporary) {
  fs::create_directories(path("taken/x"));
  const auto written = disk_.write(path("taken"), "text");
  ASSERT_FALSE(written) << "a folder cannot be replaced by a file";
  EXPECT_THAT(written.error().what, HasSubstr("cannot write " + path("taken")));
  EXPECT_THAT(names(folder_), ElementsAre("taken"));
  ASSERT_TRUE(disk_.write(path("file"), "text"));
  EXPECT_FALSE(disk_.write(path("file/below"), "text")) << "a file is no folder";
}

TEST_F(DiskTest, AHeldFolderKeepsItsTemporariesAndClearsThoseOfTheKilled) {
  fs::create_directories(path("work/.kmesh-tmp"));
  ASSERT_TRUE(disk_.write(path("work/.kmesh-tmp/1-1.tmp"), "half"));
  ASSERT_TRUE(disk_.keep_temporaries_in(path("work")));
  EXPECT_THAT(names(path("work/.kmesh-tmp")), ElementsAre()) << "what a killed one left";
  ASSERT_TRUE(disk_.write(path("work/deep/f"), "one"));
  ASSERT_TRUE(disk_.write(path("work-2/f"), "two"));
  EXPECT_EQ(disk_.read(path("work/deep/f")).value_or(""), "one");
  EXPECT_EQ(disk_.read(path("work-2/f")).value_or(""), "two");
  EXPECT_THAT(names(path("work/.kmesh-tmp")), ElementsAre());
  fs::remove_all(path("work/.kmesh-tmp"));
  fs::create_directories(path("work/taken/x"));
  EXPECT_FALSE(disk_.write(path("work/taken"), "text"));
  EXPECT_THAT(names(path("work")), ElementsAre("deep", "taken")) << "beside it, where the folder is gone";
}

TEST_F(DiskTest, AWriteReplacesALinkAndNotItsTarget) {
  ASSERT_TRUE(disk_.write(path("target"), "precious"));
  fs::create_symlink(path("target"), path("link"));
  ASSERT_TRUE(disk_.write(path("link"), "new"));
  EXPECT_EQ(disk_.read(path("target")).value_or(""), "precious");
}

TEST_F(DiskTest, SaysWhichFileAndWhy) {
  const auto text = disk_.read(path("none"));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().what, "cannot open " + path("none") + ": No such file or directory");
  EXPECT_FALSE(disk_.read(folder_)) << "a folder is no text";
  EXPECT_FALSE(disk_.list(path("none")));
  EXPECT_FALSE(disk_.walk(path("none")));
  EXPECT_FALSE(disk_.info(path("none")));
  EXPECT_FALSE(disk_.sha256(path("none")));
  EXPECT_FALSE(disk_.rename(path("none"), path("x")));
  EXPECT_FALSE(disk_.copy(path("none"), path("x")));
  EXPECT_FALSE(disk_.make_executable(path("none")));
  EXPECT_FALSE(disk_.free_bytes(path("none")));
}

TEST(Cannot, HasTheRemedyOfACommonCause) {
  EXPECT_THAT(cannot("write", "/w/f", EACCES).value().hint, HasSubstr("--work DIR"));
  EXPECT_THAT(cannot("write", "/w/f", ENOSPC).value().hint, HasSubstr("the disk is full"));
  EXPECT_EQ(cannot("write", "/w/f", ENOSPC).value().command, "df -h /w");
  EXPECT_EQ(cannot("open", "/w/f", ENOENT).value().what, "cannot open /w/f: No such file or directory");
  EXPECT_EQ(cannot("open", "/w/f", ENOENT).value().hint, "");
}

TEST_F(DiskTest, ListsAndWalksInOrder) {
  for (const auto* name : {"b/z", "b/a/x", "a", "c"}) ASSERT_TRUE(disk_.write(path(name), name));
  fs::create_directories(path("empty"));
  fs::create_symlink("nowhere", path("dangling"));
  fs::create_symlink("b", path("loop"));
  EXPECT_THAT(names(folder_), ElementsAre("a", "b", "c", "dangling", "empty", "loop"));
  const auto files = disk_.walk(folder_);
  ASSERT_TRUE(files) << files.error().what;
  EXPECT_THAT(*files, ElementsAre("a", "b/a/x", "b/z", "c")) << "a link to a folder is not gone into";
  EXPECT_TRUE(disk_.exists(path("dangling"))) << "it is there, though its target is not";
}

TEST_F(DiskTest, FollowsLinksToTheRealPath) {
  ASSERT_TRUE(disk_.write(path("b/f"), "x"));
  fs::create_symlink("b", path("folder"));
  fs::create_symlink("nowhere", path("dangling"));
  const auto real = disk_.real_path(path("folder/f"));
  ASSERT_TRUE(real) << real.error().what;
  EXPECT_EQ(*real, fs::canonical(folder_).string() + "/b/f");
  EXPECT_FALSE(disk_.real_path(path("dangling")));
}

TEST_F(DiskTest, KnowsWhatAFileIs) {
  ASSERT_TRUE(disk_.write(path("f"), "12345"));
  auto info = disk_.info(path("f"));
  ASSERT_TRUE(info) << info.error().what;
  EXPECT_EQ(info->bytes, 5U);
  EXPECT_FALSE(info->directory);
  EXPECT_FALSE(info->executable);
  EXPECT_GT(info->mtime_ns, 1'000'000'000'000'000'000) << "nanoseconds since the epoch";
  ASSERT_TRUE(disk_.make_executable(path("f")));
  EXPECT_TRUE(disk_.info(path("f"))->executable);
  EXPECT_TRUE(disk_.info(folder_)->directory);
}

TEST_F(DiskTest, CopiesKeepTheirMode) {
  ASSERT_TRUE(disk_.write(path("tool"), "#!"));
  ASSERT_TRUE(disk_.make_executable(path("tool")));
  ASSERT_TRUE(disk_.copy(path("tool"), path("deep/er/copy")));
  EXPECT_EQ(disk_.read(path("deep/er/copy")).value_or(""), "#!");
  EXPECT_TRUE(disk_.info(path("deep/er/copy"))->executable);
  ASSERT_TRUE(disk_.write(path("tool"), "other"));
  ASSERT_TRUE(disk_.copy(path("tool"), path("deep/er/copy"))) << "a second copy replaces the first";
  EXPECT_EQ(disk_.read(path("deep/er/copy")).value_or(""), "other");
}

TEST_F(DiskTest, RemovesTreesAndNotWhatLinksPointTo) {
  ASSERT_TRUE(disk_.write(path("keep/f"), "x"));
  fs::create_directories(path("tree/sub"));
  fs::create_directory_symlink(path("keep"), path("tree/link"));
  ASSERT_TRUE(disk_.remove_all(path("tree")));
  EXPECT_FALSE(disk_.exists(path("tree")));
  EXPECT_TRUE(disk_.exists(path("keep/f")));
  EXPECT_TRUE(disk_.remove_all(path("tree"))) << "what is not there is removed already";
}

TEST_F(DiskTest, RenamesAndLinks) {
  ASSERT_TRUE(disk_.write(path("a"), "x"));
  ASSERT_TRUE(disk_.rename(path("a"), path("b")));
  EXPECT_FALSE(disk_.exists(path("a")));
  ASSERT_TRUE(disk_.symlink("/bin/busybox", path("root/bin/sh")));
  EXPECT_EQ(fs::read_symlink(path("root/bin/sh")), "/bin/busybox");
  EXPECT_FALSE(disk_.symlink("/x", path("root/bin/sh"))) << "a link does not replace another one";
}

TEST_F(DiskTest, WritesWithAttributes) {
  ASSERT_TRUE(disk_.write(path("f"), "old"));
  ASSERT_TRUE(disk_.write(temporary_of(path("f")), "of a run that was cut off"));
  for (const std::int64_t mtime : {1234567890123456789LL, -1LL}) {
    const Attributes wanted{FileKind::kFile, 04751, ::getuid(), ::getgid(), mtime};
    ASSERT_TRUE(disk_.write_as(path("f"), "new", wanted));
    const auto found = disk_.attributes(path("f"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->mode, 04751U);
    EXPECT_EQ(found->owner, ::getuid());
    EXPECT_EQ(found->mtime_ns, mtime);
  }
  EXPECT_EQ(disk_.read(path("f")).value_or(""), "new");
  EXPECT_THAT(names(folder_), ElementsAre("f"));
  EXPECT_FALSE(disk_.write_as(path("none/f"), "x", {})) << "it makes no folders";
}

TEST_F(DiskTest, AttributesAreOfTheLinkItself) {
  ASSERT_TRUE(disk_.write(path("f"), "x"));
  ASSERT_TRUE(disk_.symlink("f", path("l")));
  EXPECT_EQ(disk_.attributes(path("l"))->kind, FileKind::kLink);
  EXPECT_EQ(disk_.attributes(path("f"))->kind, FileKind::kFile);
  EXPECT_EQ(disk_.attributes(folder_)->kind, FileKind::kFolder);
  EXPECT_FALSE(disk_.attributes(path("none")));
}

TEST_F(DiskTest, AnotherNameIsTheSameFile) {
  ASSERT_TRUE(disk_.write(path("f"), "x"));
  ASSERT_TRUE(disk_.link(path("f"), path("g")));
  EXPECT_TRUE(fs::equivalent(path("f"), path("g")));
  EXPECT_FALSE(disk_.link(path("f"), path("g"))) << "it takes no name away";
  EXPECT_TRUE(disk_.sync(folder_));
  EXPECT_FALSE(disk_.sync(path("none")));
}

TEST_F(DiskTest, KnowsWhereItMayWrite) {
  EXPECT_TRUE(disk_.may_write(folder_));
  EXPECT_THAT(disk_.may_write(path("none")).error().what, HasSubstr("cannot write into"));
}

TEST_F(DiskTest, HashesAndFreeSpace) {
  ASSERT_TRUE(disk_.write(path("f"), "abc"));
  EXPECT_EQ(disk_.sha256(path("f")).value_or(""),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_GT(disk_.free_bytes(folder_).value_or(0), 0U);
}

TEST(Paths, JoinAndSplit) {
  EXPECT_EQ(join("a", "b"), "a/b");
  EXPECT_EQ(join("a/", "b"), "a/b");
  EXPECT_EQ(join("", "b"), "b");
  EXPECT_EQ(join("a", "/b"), "/b") << "an absolute second part stands alone";
  EXPECT_EQ(parent_of("/a/b"), "/a");
  EXPECT_EQ(parent_of("b"), "");
  EXPECT_EQ(name_of("/a/b.c"), "b.c");
}

}  // namespace
}  // namespace kmesh
