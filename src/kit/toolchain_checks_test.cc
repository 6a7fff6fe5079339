// SPDX-License-Identifier: Apache-2.0
#include "kit/toolchain_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/test_tree.h"

namespace kmesh {
namespace {

using ::testing::HasSubstr;

class ToolchainChecksTest : public TreeTest {
 protected:
  Finding compiler() { return compiler_check(kit_, side_, kTree, config_, "gcc"); }
  Finding linker() { return linker_check(kit_, side_, kTree); }
  Finding btf() { return btf_check(kit_, kTree, config_); }
  std::string config_ = "CONFIG_X86_64=y\n";
};

TEST_F(ToolchainChecksTest, TheCompilerIsOldEnoughAndOfThisArchitecture) {
  says("-dumpfullversion", "4.8.5\n");
  EXPECT_EQ(compiler().error.what, "gcc is 4.8, and this kernel takes 4.9 or newer");
  says("-dumpfullversion", "12.2.0\n");
  put("scripts/min-tool-version.sh", "");
  says("scripts/min-tool-version.sh", "13.1.0\n");
  EXPECT_EQ(compiler().error.what, "gcc is 12.2, and this kernel takes 13.1 or newer");
  says("scripts/min-tool-version.sh", "5.1.0\n");
  EXPECT_EQ(compiler().grade, Grade::kOk);
  says("-dumpmachine", "aarch64-linux-gnu\n");
  EXPECT_EQ(compiler().error.what, "gcc makes code for aarch64-linux-gnu");
  says("-dumpmachine", "", 127);
  EXPECT_EQ(compiler().error.what, "gcc is no compiler that can be run");
}

TEST_F(ToolchainChecksTest, TheTreeIsConfiguredForAnotherArchitecture) {
  config_ = "CONFIG_ARM64=y\nCONFIG_64BIT=y\n";
  EXPECT_THAT(compiler().error.what, HasSubstr("configured for another architecture than x86_64"));
  config_.clear();
  EXPECT_EQ(compiler().grade, Grade::kOk) << "one that is not configured may be";
}

TEST_F(ToolchainChecksTest, TheLinkerIsNewEnough) {
  EXPECT_EQ(linker().text, "ld 2.40");
  put("scripts/min-tool-version.sh", "");
  says("scripts/min-tool-version.sh", "2.25.0\n");
  EXPECT_EQ(linker().grade, Grade::kOk);
  says("ld", "GNU ld (GNU Binutils) 2.20\n");
  EXPECT_EQ(linker().error.what, "ld is 2.20, and this kernel takes 2.25 or newer");
}

TEST_F(ToolchainChecksTest, PaholeFitsTheTree) {
  config_ = "CONFIG_DEBUG_INFO_BTF=y\n";
  EXPECT_THAT(btf().error.what, HasSubstr("1.24 writes BTF that this kernel's tools cannot read"));
  put("scripts/pahole-flags.sh", "--skip_encoding_btf_enum64\n");
  EXPECT_EQ(btf().grade, Grade::kOk);
  disk_.files.erase(join(kTree, "scripts/pahole-flags.sh"));
  put("include/uapi/linux/btf.h", "BTF_KIND_ENUM64\n");
  EXPECT_EQ(btf().grade, Grade::kOk);
  says("pahole", "v1.12\n");
  EXPECT_EQ(btf().error.what, "pahole is 1.12, and BTF takes 1.16 or newer");
}

TEST(VersionIn, FindsTheFirst) {
  EXPECT_EQ(version_in("v1.24\n"), (Version{1, 24}));
  EXPECT_EQ(version_in("gcc 12\n"), (Version{12, 0}));
  EXPECT_EQ(version_in("none"), (Version{0, 0}));
}

}  // namespace
}  // namespace kmesh
