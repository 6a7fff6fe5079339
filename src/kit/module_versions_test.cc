// SPDX-License-Identifier: Apache-2.0
#include "kit/module_versions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Symvers kBefore = {{"a", 1, "vmlinux", "EXPORT_SYMBOL", ""},
                         {"b", 2, "vmlinux", "EXPORT_SYMBOL", ""},
                         {"c", 3, "vmlinux", "EXPORT_SYMBOL", ""},
                         {"d", 4, "vmlinux", "EXPORT_SYMBOL", ""}};
const Symvers kAfter = {{"a", 1, "vmlinux", "EXPORT_SYMBOL", ""},
                        {"b", 9, "vmlinux", "EXPORT_SYMBOL", ""},
                        {"d", 4, "vmlinux", "EXPORT_SYMBOL_GPL", "SPACE"}};

TEST(ParseModuleVersions, ReadsWhatModprobePrints) {
  const auto used = parse_module_versions("0x1cd06d3f\tmodule_layout\n0xf06c8bc6\trelease_sock\n");
  ASSERT_TRUE(used);
  ASSERT_EQ(used->size(), 2U);
  EXPECT_EQ((*used)[0].name, "module_layout");
  EXPECT_EQ((*used)[1].crc, 0xf06c8bc6U);
  for (const char* wrong : {"f06c\tx\n", "0x\tx\n", "0x1\n", "0x1\t\n", "0x123456789\tx\n", "words\n"}) {
    const auto refused = parse_module_versions(std::string("0x1\ta\n") + wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_THAT(refused.error().what, HasSubstr("line 2"));
  }
}

TEST(JudgeModule, LoadsWhereAllItUsesIsAsItWas) {
  const auto judged = judge_module("x.ko", {{"a", 1}}, kBefore, kAfter);
  EXPECT_EQ(judged.verdict, ModuleVerdict::kLoads);
  EXPECT_EQ(judgement_text(judged), "x.ko goes on loading (as far as symbol versions tell)");
}

TEST(JudgeModule, MustBeRebuiltForWhatChangedAndWhatIsGone) {
  const auto judged = judge_module("x.ko", {{"a", 1}, {"b", 2}, {"c", 3}}, kBefore, kAfter);
  EXPECT_EQ(judged.verdict, ModuleVerdict::kRebuild);
  EXPECT_THAT(judged.changed, ElementsAre("b"));
  EXPECT_THAT(judged.gone, ElementsAre("c"));
  EXPECT_EQ(judgement_text(judged), "x.ko must be rebuilt: uses b; c is gone");
  EXPECT_EQ(judgement_text(judge_module("x.ko", {{"c", 3}}, kBefore, kAfter)),
            "x.ko must be rebuilt: c is gone");
}

TEST(JudgeModule, ThatWasBuiltForTheNewKernelLoads) {
  const auto judged = judge_module("x.ko", {{"b", 9}}, kBefore, kAfter);
  EXPECT_EQ(judged.verdict, ModuleVerdict::kLoads);
  EXPECT_FALSE(judged.of_old);
  EXPECT_THAT(judgement_text(judged), HasSubstr("not built for the old kernel"));
}

TEST(JudgeModule, SaysWhatItCannotTell) {
  const auto bare = judge_module("x.ko", {}, kBefore, kAfter);
  EXPECT_EQ(judgement_text(bare), "x.ko: cannot be told, it has no symbol versions");
  Symvers zero = kAfter;
  for (auto& symbol : zero) symbol.crc = 0;
  EXPECT_EQ(judgement_text(judge_module("x.ko", {{"b", 2}}, kBefore, zero)),
            "x.ko: cannot be told, the new kernel has no symbol versions");
  EXPECT_EQ(judge_module("x.ko", {{"c", 3}}, kBefore, zero).verdict, ModuleVerdict::kRebuild)
      << "a name is gone";
}

TEST(JudgeModule, NamesWhatCrcsDoNotShow) {
  const auto judged = judge_module("x.ko", {{"d", 4}, {"other_modules", 7}}, kBefore, kAfter);
  EXPECT_EQ(judged.verdict, ModuleVerdict::kLoads);
  EXPECT_THAT(judged.restricted, ElementsAre("d is for GPL modules only now", "d is in namespace SPACE now"));
  EXPECT_THAT(judged.elsewhere, ElementsAre("other_modules"));
  EXPECT_THAT(judgement_text(judged), HasSubstr("other_modules comes from elsewhere"));
}

TEST(JudgeModule, AKernelWithoutThisOneCrcTakesEveryModule) {
  Symvers some = kAfter;
  some[1].crc = 0;
  EXPECT_EQ(judge_module("x.ko", {{"b", 2}}, kBefore, some).verdict, ModuleVerdict::kLoads);
}

TEST(JudgementText, IsShort) {
  std::vector<UsedSymbol> many;
  Symvers old;
  for (char c = 'a'; c <= 'l'; ++c) {
    many.push_back({std::string(1, c), 1});
    old.push_back({std::string(1, c), 1, "vmlinux", "EXPORT_SYMBOL", ""});
  }
  Symvers now = old;
  for (auto& symbol : now) symbol.crc = 2;
  EXPECT_EQ(judgement_text(judge_module("x.ko", many, old, now)),
            "x.ko must be rebuilt: uses a, b, c, d, e, f, g, h and 4 more");
}

}  // namespace
}  // namespace kmesh
