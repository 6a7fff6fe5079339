// SPDX-License-Identifier: Apache-2.0
#include "kit/licence_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/test_tree.h"

namespace kmesh {
namespace {

using ::testing::HasSubstr;

constexpr const char* kDriver = "drivers/misc/small.c";

class LicenceCheckTest : public TreeTest {
 protected:
  void SetUp() override {
    TreeTest::SetUp();
    put("kernel/fork.c", "void mmput(struct mm_struct *mm) {}\nEXPORT_SYMBOL_GPL(mmput);\n");
    put("drivers/dma-buf/dma-buf.c", "EXPORT_SYMBOL_NS_GPL(dma_buf_get, DMA_BUF);\nEXPORT_SYMBOL(kfree);\n");
  }
  Finding check() { return licence_check(kit_, side_, kTree, {kDriver, "drivers/misc/Makefile"}); }
  // A driver that patches bring.
  void driver(const std::string& licence, const std::string& body) {
    put(kDriver, "static int init(void)\n{\n" + body + "\n}\nMODULE_LICENSE(\"" + licence + "\");\n");
  }
};

TEST_F(LicenceCheckTest, WhatAPatchedDriverCallsAndMayNot) {
  driver("Proprietary", "mmput(mm); kfree(p); dma_buf_get(1);");
  const auto finding = check();
  EXPECT_EQ(finding.grade, Grade::kWarning) << "built into the kernel it would be linked";
  EXPECT_EQ(
      finding.error.what,
      "drivers/misc/small.c declares the licence \"Proprietary\" and calls dma_buf_get, mmput, which the "
      "kernel exports for GPL modules only: modpost will refuse the module");
}

TEST_F(LicenceCheckTest, LicencesThatGoWithTheGpl) {
  for (const auto* licence :
       {"GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"}) {
    driver(licence, "mmput(mm);");
    EXPECT_EQ(check().grade, Grade::kOk) << licence;
  }
  for (const auto* licence : {"BSD", "GPL v3", "Dual BSD", "gpl"}) {
    driver(licence, "mmput(mm);");
    EXPECT_EQ(check().grade, Grade::kWarning) << licence;
  }
}

TEST_F(LicenceCheckTest, OnlyCallsCount) {
  driver("Proprietary",
         "/* mmput(mm) */ ops.mmput(mm); ops->mmput(mm); say(\"mmput(mm)\"); kfree(mmput_count);");
  EXPECT_EQ(check().grade, Grade::kOk) << check().error.what;
}

TEST_F(LicenceCheckTest, WithoutALicenceNothingIsSaid) {
  put(kDriver, "void part(void) { mmput(mm); }\n// MODULE_LICENSE(\"Proprietary\")\n");
  EXPECT_EQ(check().grade, Grade::kOk);
}

TEST_F(LicenceCheckTest, TheModulesOwnSourcesAreOneModule) {
  disk_.files["/k/ko_src/Kbuild"] = "obj-m += kmesh.o\n";
  disk_.files["/k/ko_src/main.c"] = "MODULE_LICENSE(\"BSD\");\n";
  EXPECT_EQ(check().grade, Grade::kOk) << "it calls nothing yet";
  disk_.files["/k/ko_src/part.c"] = "void part(void) { mmput(mm); }\n";
  EXPECT_THAT(check().error.what, HasSubstr("main.c declares the licence \"BSD\" and calls mmput,"));
  disk_.files["/k/ko_src/main.c"] = "MODULE_LICENSE(\"Dual BSD/GPL\");\n";
  EXPECT_EQ(check().grade, Grade::kOk);
}

TEST_F(LicenceCheckTest, SourcesThatLieThereForABuild) {
  disk_.files["/w/enhanced/module/small.c"] =
      "void f(void) { mmput(m); }\nMODULE_LICENSE(\"Proprietary\");\n";
  EXPECT_THAT(check().error.what, HasSubstr("small.c declares"));
}

}  // namespace
}  // namespace kmesh
