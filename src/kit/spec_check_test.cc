// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SpecEdit edit_of(std::vector<std::string> kabi, std::vector<std::string> bcond = {}) {
  SpecEdit edit;
  edit.sources = {9003};
  edit.kabi = std::move(kabi);
  edit.bcond = std::move(bcond);
  return edit;
}

// What judge_edit says of a spec that rpm understands as `after`.
std::string judged(const SpecEdit& edit, const std::string& before, const std::string& after) {
  const auto result = judge_edit(edit, {"a.patch"}, read_answer(before), read_answer(after));
  return result ? "right" : result.error().what;
}

constexpr const char* kGood =
    "kmesh-spec: SOURCE0=/s/l.tar\nkmesh-spec: SOURCE9003=/s/a.patch\n%prep\npatch -s -i "
    "/s/a.patch\n%build\n";

TEST(ReadAnswer, TakesWhatWasAskedForAndThePrep) {
  std::string said = kGood;
  said += "kmesh-spec: with_kabichk=0\nkmesh-spec: with_kabichk=0\nkmesh-spec: do_x\n";
  const auto answer = read_answer(said);
  EXPECT_THAT(answer.sources, ElementsAre("SOURCE0=/s/l.tar", "SOURCE9003=/s/a.patch"));
  EXPECT_THAT(answer.kabi, ElementsAre("with_kabichk=0", "do_x")) << "rpm reads a spec more than once";
  EXPECT_EQ(answer.prep, "%prep\npatch -s -i /s/a.patch\n");
}

TEST(JudgeEdit, IsSilentWhereAllIsWell) {
  EXPECT_EQ(judged(edit_of({}), "kmesh-spec: SOURCE0=/s/l.tar\n", kGood), "right");
}

TEST(JudgeEdit, ASourceThatHasAnotherNumberNow) {
  EXPECT_THAT(judged(edit_of({}), "kmesh-spec: SOURCE1=/s/config\n", kGood),
              HasSubstr("rpm has no SOURCE1=/s/config any more"));
}

TEST(JudgeEdit, ANumberThatAMacroHadTaken) {
  std::string taken = kGood;
  taken.replace(taken.find("9003=/s/a"), 9, "9003=/s/b");
  EXPECT_THAT(judged(edit_of({}), "", taken), HasSubstr("rpm does not take Source9003 for a.patch"));
}

TEST(JudgeEdit, ALineThatDoesNotRun) {
  EXPECT_THAT(
      judged(edit_of({}), "", "kmesh-spec: SOURCE9003=/s/a.patch\n%prep\n%build\npatch -i /s/a.patch\n"),
      HasSubstr("does not apply a.patch"));
}

TEST(JudgeEdit, ALineThatAppliesAnotherFile) {
  const std::string before = "kmesh-spec: SOURCE9003=/s/a.patch\n%prep\n";
  EXPECT_THAT(judged(edit_of({}), "", before + "patch -i /s/a.patch.old\n"),
              HasSubstr("does not apply a.patch"));
  EXPECT_EQ(judged(edit_of({}), "", before + "patch -i /s/a.patch.old\n(cd x && patch -i /s/a.patch)\n"),
            "right");
  EXPECT_EQ(judged(edit_of({}), "", before + "patch -i /s/a.patch\r\n"), "right");
}

TEST(JudgeEdit, ASwitchThatIsStillOn) {
  const std::string good = kGood;
  EXPECT_EQ(judged(edit_of({"with_kabichk"}), "", good + "kmesh-spec: with_kabichk=0\n"), "right");
  EXPECT_THAT(judged(edit_of({"with_kabichk"}), "", good + "kmesh-spec: with_kabichk=1\n"),
              HasSubstr("with_kabichk is not off"));
  EXPECT_EQ(judged(edit_of({"with_kabichk"}, {"with_kabichk"}), "", good + "kmesh-spec: with_kabichk\n"),
            "right");
  EXPECT_THAT(judged(edit_of({"with_kabichk"}, {"with_kabichk"}), "", good + "kmesh-spec: with_kabichk=0\n"),
              HasSubstr("is not off"))
      << "0 is on for a bcond";
  EXPECT_EQ(
      judged(edit_of({"_without_kabichk"}), "", good + "kmesh-spec: _without_kabichk=--without-kabichk\n"),
      "right");
}

}  // namespace
}  // namespace kmesh
