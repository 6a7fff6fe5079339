// SPDX-License-Identifier: Apache-2.0
#include "kit/prove.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string outcome(const GuestReport& report, const std::string& name) {
  const auto found = report.probes.find(name);
  return found == report.probes.end() ? "not there" : std::string(name_of(found->second.outcome));
}

GuestReport guest(const std::string& tests, bool complete = true) {
  return parse_guest_report("KTAP version 1\n1..9\n" + tests + (complete ? "# done\n" : ""));
}

PlannedPatch planned(const std::string& feature, Verdict verdict) {
  PlannedPatch item;
  item.patch.file = feature + ".patch";
  item.patch.feature = feature;
  item.verdict = verdict;
  return item;
}

Plan plan_of(std::vector<PlannedPatch> patches) { return {std::move(patches), {}}; }

std::string objection(Verdict verdict, const GuestReport& baseline, const GuestReport& enhanced) {
  const Proof proof = judge(plan_of({planned("x", verdict)}), {}, baseline, enhanced);
  EXPECT_EQ(proof.ok(), proof.features.at(0).objection.empty());
  return proof.features.at(0).objection;
}

TEST(GuestReport, ReadsOuterTestsAndWhatEachSaid) {
  const auto report = parse_guest_report(
      "KTAP version 1\n1..3\n# kernel: 5.10.262\n"
      "    KTAP version 1\n    1..2\n    ok 1 attach\n    ok 2 write\nok 1 route-verdict\n"
      "    not ok 1 attach\n      # errno 13\nnot ok 2 connect-ulp # exit code 1\n"
      "ok 3 http1-head # SKIP carrier is missing\n# done\n");
  EXPECT_EQ(report.probes.size(), 3U);
  EXPECT_EQ(outcome(report, "route-verdict"), "pass");
  EXPECT_EQ(outcome(report, "connect-ulp"), "fail");
  EXPECT_EQ(outcome(report, "http1-head"), "absent");
  EXPECT_TRUE(report.complete);
  EXPECT_THAT(report.notes, ElementsAre("kernel: 5.10.262", "done"));
  EXPECT_THAT(report.probes.at("route-verdict").lines,
              ElementsAre("KTAP version 1", "1..2", "ok 1 attach", "ok 2 write"));
  EXPECT_THAT(report.probes.at("connect-ulp").lines, ElementsAre("not ok 1 attach", "  # errno 13"));
  EXPECT_TRUE(report.probes.at("http1-head").lines.empty());
}

TEST(GuestReport, ASerialLineEndsWithCrLf) {
  const auto report = parse_guest_report("KTAP version 1\r\n1..1\r\n    ok 1 a\r\nok 1 x\r\n# done\r\n");
  EXPECT_EQ(outcome(report, "x"), "pass");
  EXPECT_TRUE(report.complete);
  EXPECT_THAT(report.probes.at("x").lines, ElementsAre("ok 1 a"));
}

TEST(GuestReport, DashesAndDirectives) {
  const auto report = guest("ok 1 - x\nnot ok 2 - y # SKIP said so\nok 3 z # time=3ms\nok 4   w  \n");
  EXPECT_EQ(outcome(report, "x"), "pass");
  EXPECT_EQ(outcome(report, "y"), "fail") << "not ok is never absent";
  EXPECT_EQ(outcome(report, "z"), "pass");
  EXPECT_EQ(outcome(report, "w"), "pass");
}

TEST(GuestReport, OnlyTestLinesAreTests) {
  const auto report = guest("okay 1 x\nok x\nok\nnot ok y\nOK 1 z\n  ok 1 v\n\tok 1 t\n# ok 1 w\nok 1\n");
  EXPECT_TRUE(report.probes.empty()) << outcome(report,
                                                report.probes.empty() ? "" : report.probes.begin()->first);
}

TEST(GuestReport, AnIndentedTestIsAProbesOwn) {
  const auto report = guest("    ok 1 x\n");
  EXPECT_EQ(outcome(report, "x"), "not there") << "a probe must not speak for the guest";
}

TEST(GuestReport, WithoutItsEndItIsIncomplete) {
  EXPECT_FALSE(guest("ok 1 x\n", false).complete);
  EXPECT_FALSE(parse_guest_report("").complete);
  EXPECT_FALSE(parse_guest_report("KTAP version 1\n    # done\n").complete) << "said by a probe";
  EXPECT_FALSE(parse_guest_report("# done with lo\n").complete);
}

TEST(GuestReport, AFailureIsNotTakenBackByALaterLine) {
  EXPECT_EQ(outcome(guest("not ok 1 x\nok 2 x\n"), "x"), "fail");
  EXPECT_EQ(outcome(guest("ok 1 x\nnot ok 2 x\n"), "x"), "fail");
}

TEST(Judge, ANeededPatchNeedsAFailingOrAbsentBaseline) {
  const auto pass = guest("ok 1 x\n");
  const auto fails = guest("not ok 1 x\n");
  const auto absent = guest("ok 1 x # SKIP\n");
  EXPECT_EQ(objection(Verdict::kNeeded, fails, pass), "");
  EXPECT_EQ(objection(Verdict::kNeeded, absent, pass), "");
  EXPECT_THAT(objection(Verdict::kNeeded, pass, pass), HasSubstr("passes on the baseline as well"));
  EXPECT_THAT(objection(Verdict::kNeeded, fails, fails), HasSubstr("fails on the enhanced kernel"));
  EXPECT_THAT(objection(Verdict::kNeeded, fails, absent), HasSubstr("carrier is missing"));
}

TEST(Judge, WhatTheBaselineHasMustPassThere) {
  const auto pass = guest("ok 1 x\n");
  for (const Verdict verdict : {Verdict::kPresent, Verdict::kEquivalent}) {
    EXPECT_EQ(objection(verdict, pass, pass), "");
    EXPECT_THAT(objection(verdict, guest("not ok 1 x\n"), pass),
                HasSubstr("the baseline is said to have it"));
    EXPECT_THAT(objection(verdict, guest("ok 1 x # SKIP\n"), pass),
                HasSubstr("the baseline is said to have it"));
    EXPECT_THAT(objection(verdict, pass, guest("not ok 1 x\n")), HasSubstr("fails on the enhanced kernel"));
  }
}

TEST(Judge, AFeatureWithoutAProbeIsNotProven) {
  EXPECT_EQ(objection(Verdict::kNeeded, guest(""), guest("ok 1 other\n")), "there is no probe for it");
}

TEST(Judge, AGuestThatDiedProvesNothing) {
  EXPECT_NE(objection(Verdict::kNeeded, guest("not ok 1 x\n"), guest("", false)), "");
  EXPECT_NE(objection(Verdict::kPresent, guest("", false), guest("ok 1 x\n")), "");
}

TEST(Judge, ADeadBaselineIsNoControl) {
  EXPECT_NE(objection(Verdict::kNeeded, guest("", false), guest("ok 1 x\n")), "")
      << "the baseline never came to the probe: nobody knows whether it would have passed";
}

TEST(Judge, EveryFeatureOnceAndAllOfThemCount) {
  const Plan plan = plan_of(
      {planned("x", Verdict::kNeeded), planned("y", Verdict::kNeeded), planned("x", Verdict::kNeeded)});
  const Proof proof =
      judge(plan, {}, guest("not ok 1 x\nnot ok 2 y\n"), guest("ok 1 x\nnot ok 2 y\nok 3 other\n"));
  ASSERT_EQ(proof.features.size(), 3U);
  EXPECT_EQ(proof.features[0].feature, "x");
  EXPECT_EQ(proof.features[0].objection, "");
  EXPECT_NE(proof.features[1].objection, "");
  EXPECT_FALSE(proof.ok());
}

TEST(Judge, AProbeWithoutAPatchIsSaidAndNotJudged) {
  const Proof proof = judge(plan_of({}), {}, guest("not ok 1 other\n"), guest("not ok 1 other\n"));
  ASSERT_EQ(proof.features.size(), 1U);
  EXPECT_EQ(proof.features[0].feature, "other");
  EXPECT_EQ(proof.features[0].enhanced, Outcome::kFail);
  EXPECT_FALSE(proof.features[0].judged);
  EXPECT_TRUE(proof.ok());
}

// The objection to a feature that no patch carries and the baseline's row promises.
std::string objection_to_promised(const std::string& enhanced) {
  const Proof proof = judge(plan_of({}), {"x"}, guest("not ok 1 x\n"), guest(enhanced));
  EXPECT_EQ(proof.features.size(), 1U);
  EXPECT_TRUE(proof.features.at(0).judged);
  EXPECT_EQ(proof.ok(), proof.features.at(0).objection.empty());
  return proof.features.at(0).objection;
}

TEST(Judge, WhatTheModuleCarriesPassesWithItAndNotWithoutIt) {
  EXPECT_EQ(objection_to_promised("# without kmesh.ko: ok 1 x # SKIP carrier is missing\nok 1 x\n"), "");
  EXPECT_EQ(objection_to_promised("# without kmesh.ko: not ok 1 x\nok 1 x\n"), "");
  EXPECT_THAT(objection_to_promised("# without kmesh.ko: ok 1 x\nok 1 x\n"),
              HasSubstr("passes without kmesh.ko as well"));
  EXPECT_THAT(objection_to_promised("ok 1 x\n"), HasSubstr("no control"));
  EXPECT_THAT(objection_to_promised("# without kmesh.ko: not ok 1 x\nnot ok 1 x\n"), HasSubstr("fails"));
  EXPECT_THAT(objection_to_promised("# without kmesh.ko: ok 1 x # SKIP\nok 1 x # SKIP\n"),
              HasSubstr("carrier is missing"));
  EXPECT_THAT(objection_to_promised(""), HasSubstr("no probe"));
}

TEST(Judge, AProbeCannotSayHowItEndedWithoutTheModule) {
  EXPECT_THAT(objection_to_promised("    # without kmesh.ko: not ok 1 x\nok 1 x\n"), HasSubstr("no control"));
}

TEST(Judge, APromisedFeatureWithAPatchIsJudgedByThePatch) {
  const Proof proof =
      judge(plan_of({planned("x", Verdict::kNeeded)}), {"x"}, guest("not ok 1 x\n"), guest("ok 1 x\n"));
  ASSERT_EQ(proof.features.size(), 1U);
  EXPECT_EQ(proof.features[0].objection, "");
}

TEST(Judge, AFeatureOfTwoPatchesIsNeededAsSoonAsOneIs) {
  const Plan plan = plan_of({planned("x", Verdict::kPresent), planned("x", Verdict::kNeeded)});
  const Proof proof = judge(plan, {}, guest("not ok 1 x\n"), guest("ok 1 x\n"));
  ASSERT_EQ(proof.features.size(), 1U);
  EXPECT_EQ(proof.features[0].objection, "")
      << "half of it is there, and the baseline fails without the other half";
  EXPECT_THAT(proof.features[0].how, HasSubstr("carried by the patch"));
  EXPECT_FALSE(judge(plan, {}, guest("ok 1 x\n"), guest("ok 1 x\n")).ok());
}

TEST(Judge, KeepsWhatTheProbesSaid) {
  const Proof proof = judge(plan_of({planned("x", Verdict::kNeeded)}), {},
                            guest("    # before\nnot ok 1 x\n"), guest("    # after\nok 1 x\n"));
  EXPECT_THAT(proof.features.at(0).baseline_lines, ElementsAre("# before"));
  EXPECT_THAT(proof.features.at(0).enhanced_lines, ElementsAre("# after"));
}

TEST(CompareImages, AloneOnlyAFailureIsAnObjection) {
  const Proof proof = compare_images(nullptr, guest("ok 1 x\nok 2 y # SKIP\nnot ok 3 z\n"));
  ASSERT_EQ(proof.features.size(), 3U);
  EXPECT_EQ(proof.features[0].objection, "");
  EXPECT_EQ(proof.features[1].objection, "") << "no plan says that it must be there";
  EXPECT_EQ(proof.features[2].objection, "the probe fails on the image");
  EXPECT_THAT(proof.features[0].how, HasSubstr("without a control"));
}

TEST(CompareImages, AgainstAnotherItMustDiffer) {
  const auto control = guest("ok 1 same\nnot ok 2 new\n");
  const Proof proof = compare_images(&control, guest("ok 1 same\nok 2 new\n"));
  ASSERT_EQ(proof.features.size(), 2U);
  EXPECT_EQ(proof.features[0].feature, "new");
  EXPECT_EQ(proof.features[0].objection, "");
  EXPECT_THAT(proof.features[1].objection, HasSubstr("proves no difference"));
}

}  // namespace
}  // namespace kmesh
