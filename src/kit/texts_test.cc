// SPDX-License-Identifier: Apache-2.0
#include "kit/texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
using Paths = std::vector<std::string>;

class TextCacheTest : public ::testing::Test {
 protected:
  // Reads from a source that has a and sub/b; `asked_` are the paths it was asked for.
  TouchedFiles read(const std::string& fingerprint, const Paths& paths) {
    asked_.clear();
    const auto found = TextCache(disk_, "/c").read(fingerprint, paths, [&](const Paths& missing) {
      asked_ = missing;
      TouchedFiles files;
      for (const auto& [path, text] : source_) {
        if (std::find(missing.begin(), missing.end(), path) != missing.end()) files[path] = text;
      }
      return Result<TouchedFiles>(files);
    });
    EXPECT_TRUE(found) << (found ? "" : found.error().what);
    return found ? *found : TouchedFiles{};
  }
  MemoryDisk disk_;
  TouchedFiles source_ = {{"a", "A\n"}, {"sub/b", "B\n"}};
  Paths asked_;
};

TEST_F(TextCacheTest, ASecondQuestionReadsNothing) {
  EXPECT_THAT(read("f1", {"a", "gone", "sub/b"}),
              UnorderedElementsAre(Pair("a", "A\n"), Pair("sub/b", "B\n")));
  EXPECT_THAT(asked_, ElementsAre("a", "gone", "sub/b"));
  EXPECT_THAT(read("f1", {"a", "gone", "sub/b"}),
              UnorderedElementsAre(Pair("a", "A\n"), Pair("sub/b", "B\n")));
  EXPECT_THAT(asked_, IsEmpty()) << "not even for the file that is not there";
}

TEST_F(TextCacheTest, OnlyWhatIsNewIsRead) {
  read("f1", {"a"});
  EXPECT_THAT(read("f1", {"a", "sub/b"}), UnorderedElementsAre(Pair("a", "A\n"), Pair("sub/b", "B\n")));
  EXPECT_THAT(asked_, ElementsAre("sub/b"));
}

TEST_F(TextCacheTest, AnotherSourceIsAnotherQuestion) {
  read("f1", {"a"});
  source_["a"] = "other\n";
  EXPECT_THAT(read("f2", {"a"}), ElementsAre(Pair("a", "other\n")));
  EXPECT_THAT(read("f1", {"a"}), ElementsAre(Pair("a", "A\n")));
}

TEST_F(TextCacheTest, AnAlteredOrLostTextIsReadAgain) {
  read("f1", {"a", "sub/b"});
  disk_.files["/c/f1/files/a"] = "altered\n";
  disk_.files.erase("/c/f1/files/sub/b");
  EXPECT_THAT(read("f1", {"a", "sub/b"}), UnorderedElementsAre(Pair("a", "A\n"), Pair("sub/b", "B\n")));
  EXPECT_THAT(asked_, ElementsAre("a", "sub/b"));
  read("f1", {"a", "sub/b"});
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(TextCacheTest, AnErrorOfTheSourceIsHandedOnAndNothingIsKept) {
  const auto found = TextCache(disk_, "/c").read("f1", {"a"}, [](const Paths&) {
    return Result<TouchedFiles>(fail("damaged"));
  });
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().what, "damaged");
  EXPECT_THAT(disk_.files, IsEmpty());
}

class FileHashesTest : public ::testing::Test {
 protected:
  std::string hash() {
    const auto found = FileHashes(disk_, "/c/hashes.json").sha256("/t");
    EXPECT_TRUE(found);
    return found ? *found : "";
  }
  MemoryDisk disk_;
};

TEST_F(FileHashesTest, AreRememberedWhileSizeAndTimeAreTheSame) {
  disk_.files["/t"] = "one";
  disk_.mtimes["/t"] = 1000;
  EXPECT_EQ(hash(), sha256_text("one"));
  disk_.files["/t"] = "two";  // by somebody who puts the time back
  EXPECT_EQ(hash(), sha256_text("one"));
  disk_.mtimes["/t"] = 1001;
  EXPECT_EQ(hash(), sha256_text("two"));
  disk_.files["/t"] = "three";
  EXPECT_EQ(hash(), sha256_text("three"));
}

TEST_F(FileHashesTest, AFileThatWasChangedJustNowIsHashedEachTime) {
  disk_.files["/t"] = "one";
  disk_.mtimes["/t"] = std::chrono::duration_cast<std::chrono::nanoseconds>(
                           std::chrono::system_clock::now().time_since_epoch())
                           .count();
  EXPECT_EQ(hash(), sha256_text("one"));
  disk_.files["/t"] = "two";
  EXPECT_EQ(hash(), sha256_text("two"));
}

TEST_F(FileHashesTest, ADamagedMemoryIsForgotten) {
  disk_.files["/t"] = "one";
  for (const char* damage : {"", "[1]", "{\"/t\":3}", "{\"/t\":{\"state\":3,\"sha256\":7}}", "{\"/t\":"}) {
    disk_.files["/c/hashes.json"] = damage;
    EXPECT_EQ(hash(), sha256_text("one")) << damage;
  }
}

}  // namespace
}  // namespace kmesh
