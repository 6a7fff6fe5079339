// SPDX-License-Identifier: Apache-2.0
// Sources that are already here: who vouches for them. And the files that are read of them.
#include "kit/origin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/fakes.h"
#include "kit/touched.h"

namespace kmesh {
namespace {

using ::testing::HasSubstr;

constexpr const char* kMakefile = "VERSION = 5\nPATCHLEVEL = 10\nSUBLEVEL = 262\nEXTRAVERSION =\n";

class OriginTest : public ::testing::Test {
 protected:
  void SetUp() override {
    disk_.files = {{"/t/Makefile", kMakefile}, {"/t/net/f.c", "a\n"}, {"/t/.git/index", "g"}};
    options_.tree = "/t";
    options_.verify = false;
  }
  Source tree() {
    auto source = open_tree(kit_, options_);
    EXPECT_TRUE(source) << (source ? "" : source.error().what);
    return source ? *source : Source{};
  }
  // What is said of a tarball that needs no look inside.
  Error refused() {
    auto source = open_tarball(kit_, rows_, options_);
    EXPECT_FALSE(source);
    return source ? Error{} : source.error();
  }
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {}};
  Options options_;
  std::vector<BaselineRow> rows_;
};

TEST_F(OriginTest, ATreeIsTakenAsItIsAndTheReportSaysSo) {
  const Source source = tree();
  EXPECT_EQ(source.version, "5.10.262");
  EXPECT_EQ(source.top, "linux-5.10.262");
  EXPECT_EQ(source.verified, "");
  ASSERT_EQ(source.warnings.size(), 1U);
  EXPECT_THAT(source.warnings[0], HasSubstr("not verified"));
}

TEST_F(OriginTest, ATreeNeedsNoVerify) {
  options_.verify = true;
  const auto source = open_tree(kit_, options_);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().command, "kmesh-kernel build --tree /t --no-verify");
}

TEST_F(OriginTest, ATreesFingerprintFollowsItsFiles) {
  const std::string before = tree().fingerprint;
  EXPECT_EQ(tree().fingerprint, before);
  disk_.files["/t/.git/index"] = "changed by git status";
  EXPECT_EQ(tree().fingerprint, before);
  disk_.mtimes["/t/net/f.c"] = 5;
  EXPECT_EQ(tree().fingerprint, before) << "the same content, written again";
  disk_.files["/t/net/g.c"] = "";
  const std::string more = tree().fingerprint;
  EXPECT_NE(more, before);
  disk_.executables.insert("/t/net/g.c");
  EXPECT_NE(tree().fingerprint, more) << "a script that cannot be run any more";
}

TEST_F(OriginTest, ATreesFileIsReadAgainWhereItWasWritten) {
  const std::string before = tree().fingerprint;
  std::string& file = disk_.files["/t/net/f.c"];
  file[0] = file[0] == 'x' ? 'y' : 'x';
  EXPECT_EQ(tree().fingerprint, before) << "nobody wrote it as far as the disk says";
  disk_.changes["/t/net/f.c"] = 7;
  const std::string after = tree().fingerprint;
  EXPECT_NE(after, before) << "size and time of the content may be put back, the time of the change not";
  file[0] = 'z';
  // written a moment ago: what comes within the same tick of the clock looks the same
  disk_.changes["/t/net/f.c"] = std::chrono::duration_cast<std::chrono::nanoseconds>(
                                    std::chrono::system_clock::now().time_since_epoch())
                                    .count();
  const std::string third = tree().fingerprint;
  EXPECT_NE(third, after);
  file[0] = 'w';
  EXPECT_NE(tree().fingerprint, third);
}

TEST_F(OriginTest, WhatIsNoTreeIsAnError) {
  options_.tree = "/none";
  const auto none = open_tree(kit_, options_);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().what, HasSubstr("it has no Makefile"));
  disk_.files["/t/Makefile"] = "all:\n";
  options_.tree = "/t";
  EXPECT_FALSE(open_tree(kit_, options_));
}

TEST_F(OriginTest, ATarballNobodyVouchesForIsRefused) {
  disk_.files["/s/l.tar"] = "abc";
  options_.tarball = "/s/l.tar";
  options_.verify = true;
  const Error error = refused();
  EXPECT_THAT(error.what, HasSubstr("nothing vouches for /s/l.tar"));
  EXPECT_THAT(error.hint, HasSubstr("--no-verify"));
  EXPECT_THAT(error.detail, HasSubstr("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

TEST_F(OriginTest, AWrongChecksumIsRefusedEvenWithNoVerify) {
  disk_.files["/s/l.tar"] = "abc";
  options_.tarball = "/s/l.tar";
  options_.sha256 = std::string(64, '0');
  EXPECT_THAT(refused().what, HasSubstr("does not have the checksum that was given"));
  BaselineRow row;
  row.name = "5.10";
  row.tarballs = {"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"};
  rows_ = {row};
  EXPECT_THAT(refused().what, HasSubstr("does not have the checksum that was given"))
      << "though the kit knows it";
}

TEST_F(OriginTest, ATarballThatIsNotThereIsAnError) {
  options_.tarball = "/s/none.tar";
  EXPECT_THAT(refused().what, HasSubstr("/s/none.tar"));
}

TEST_F(OriginTest, ReadsTheTouchedFilesOfATreeAndKeepsThem) {
  const auto files = read_touched(kit_, tree(), {"net/f.c", "net/none.c"});
  ASSERT_TRUE(files) << files.error().what;
  EXPECT_EQ(*files, (TouchedFiles{{"net/f.c", "a\n"}}));
  disk_.files["/w/plan/stale.c"] = "of the run before";
  ASSERT_TRUE(keep_touched(kit_, *files, "/w/plan"));
  EXPECT_FALSE(disk_.exists("/w/plan/stale.c"));
  EXPECT_EQ(kept_touched(kit_, {"net/f.c", "net/none.c"}, "/w/plan").value_or(TouchedFiles{}), *files);
}

}  // namespace
}  // namespace kmesh
