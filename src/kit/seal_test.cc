// SPDX-License-Identifier: Apache-2.0
// With the real find: what was prepared is known again, whatever the build adds.
#include "kit/seal.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/fakes.h"
#include "base/process.h"

namespace kmesh {
namespace {

namespace fs = std::filesystem;

class SealTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "kmesh-seal.XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    tree_ = (root_ / "tree").string();
    seal_ = (root_ / "sealed").string();
    for (const auto* file : {"Makefile", "net/socket.c", "include/linux/a b.h"}) write(file, "old");
    ASSERT_TRUE(seal_tree(kit_, tree_, seal_));
  }
  void TearDown() override { fs::remove_all(root_); }
  void write(const std::string& name, const std::string& text) {
    const fs::path path = fs::path(tree_) / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::string broken(Added added = Added::kTold) {
    return broken_seal(kit_, tree_, seal_, added).value_or("an error");
  }

  fs::path root_;
  std::string tree_;
  std::string seal_;
  RealDisk disk_;
  RealProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {}};
};

TEST_F(SealTest, HoldsWhateverTheBuildAdds) {
  EXPECT_EQ(broken(), "");
  for (const auto* file : {"net/socket.o", "net/.socket.o.cmd", "vmlinux", "lib/crc32table.h"})
    write(file, "made");
  EXPECT_EQ(broken(Added::kPassed), "") << "it was killed";
  ASSERT_TRUE(renew_seal(kit_, tree_, seal_));
  EXPECT_EQ(broken(), "") << "it ended";
}

TEST_F(SealTest, NamesWhatWasAdded) {
  write("net/socket.o", "made");
  EXPECT_EQ(broken(), "");
  write("include/uapi/linux/new.h", "by hand");
  EXPECT_EQ(broken(), "include/uapi/linux/new.h was added");
  EXPECT_EQ(broken(Added::kPassed), "");
}

TEST_F(SealTest, NamesWhatWasAlteredOrIsMissing) {
  write("net/socket.c", "new");  // as long as before
  EXPECT_EQ(broken(), "net/socket.c was altered");
  ASSERT_TRUE(renew_seal(kit_, tree_, seal_));
  EXPECT_EQ(broken(), "");
  fs::remove(fs::path(tree_) / "include/linux/a b.h");
  EXPECT_EQ(broken(), "include/linux/a b.h is missing");
}

TEST_F(SealTest, ALinkThatIsTurnedElsewhereIsAltered) {
  const fs::path link = fs::path(tree_) / "arch";
  fs::create_symlink("net", link);
  ASSERT_TRUE(seal_tree(kit_, tree_, seal_));
  EXPECT_EQ(broken(), "");
  fs::remove(link);
  fs::create_symlink("etc", link);
  EXPECT_EQ(broken(), "arch was altered");
}

TEST_F(SealTest, ATimeThatIsPutBackHidesNothing) {
  const fs::path file = fs::path(tree_) / "Makefile";
  const auto before = fs::last_write_time(file);
  write("Makefile", "new");
  fs::last_write_time(file, before);
  EXPECT_EQ(broken(), "Makefile was altered");
}

TEST_F(SealTest, WhatTheBuildMadeIsNoSource) {
  write("vmlinux", "made");
  ASSERT_TRUE(renew_seal(kit_, tree_, seal_));
  write("vmlinux", "made anew");
  EXPECT_EQ(broken(), "");
  ASSERT_TRUE(renew_seal(kit_, tree_, seal_));
  fs::remove(fs::path(tree_) / "vmlinux");
  EXPECT_EQ(broken(), "") << "nor after a second build";
}

TEST_F(SealTest, WithoutTreeOrSealNothingHolds) {
  fs::remove(seal_);
  EXPECT_EQ(broken(), "the prepared tree is not whole");
  ASSERT_TRUE(seal_tree(kit_, tree_, seal_));
  fs::remove_all(tree_);
  EXPECT_EQ(broken(), "the prepared tree is not whole");
}

TEST(IsProduct, KnowsWhatKbuildMakes) {
  for (const char* path :
       {"a.o", "x/y.ko", "x/.y.o.cmd", "include/config/auto.conf", "arch/x86/include/generated/asm/x.h",
        "scripts/kconfig/conf", "scripts/kconfig/parser.tab.h", "scripts/kconfig/lexer.lex.c",
        "scripts/basic/fixdep", "modules.order", "k.mod.c"})
    EXPECT_TRUE(is_product(path)) << path;
  for (const char* path :
       {"a.c", ".config", "a.h", "Makefile", "scripts/bpf_doc.py", "include/linux/config.h", "ko",
        "scripts/kconfig/confdata.c", "scripts/kconfig/parser.y", "scripts/basic/Makefile"})
    EXPECT_FALSE(is_product(path)) << path;
}

}  // namespace
}  // namespace kmesh
