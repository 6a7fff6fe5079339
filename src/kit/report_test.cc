// SPDX-License-Identifier: Apache-2.0
#include "kit/report.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace kmesh {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

PlannedPatch planned_patch(const std::string& file, Verdict verdict, std::vector<Evidence> evidence) {
  PlannedPatch planned;
  planned.patch.file = file;
  planned.patch.subject = "bpf: <b>\"do\" & dare</b>";
  planned.patch.feature = "connect-ulp";
  planned.verdict = verdict;
  planned.evidence = std::move(evidence);
  return planned;
}

Report full() {
  Report report;
  report.baseline_name = "5.10";
  report.version = "5.10.262";
  report.fingerprint = "f00d";
  report.origin = "Debian linux-source-5.10 5.10.262-1";
  report.verified = "apt: signed index and checksum";
  report.config = "slim";
  report.output = "rpm";
  report.warnings = {"a <warning> & more"};
  report.plan.patches = {
      planned_patch("a.patch", Verdict::kNeeded, {{"net/f.c", 12, 3, "forward", "", 7, 8, {}, {}, 0, {}}}),
      planned_patch("b.patch", Verdict::kEquivalent,
                    {{"net/g.c", 7, 0, "pattern", "int x;", 0, 0, {}, {}, 0, {}}})};
  report.packages = {{"packages/kernel-5.10.262-1.kmesh.x86_64.rpm", "cafe", 3 << 20}};
  Proof proof;
  proof.features = {
      {"connect-ulp", Outcome::kAbsent, Outcome::kPass, "carried by the patch", {"before"}, {"<after>"}, ""},
      {"other", Outcome::kPass, Outcome::kFail, "elsewhere", {}, {}, "it <fails>"}};
  report.proof = proof;
  report.boots = {{"baseline", 2.5, "tcg"}, {"enhanced", 2.75, "tcg"}};
  report.stages = {{"baseline", 1.5, true, "", 9}, {"build", 226, false, "a.patch changed", 0}};
  report.ok = false;
  return report;
}

TEST(ReportJson, HasTheFieldsThatProgramsReadBy) {
  const Json json = Json::parse(report_json(full()));
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["baseline"]["name"], "5.10");
  EXPECT_EQ(json["baseline"]["version"], "5.10.262");
  EXPECT_EQ(json["baseline"]["fingerprint"], "f00d");
  ASSERT_EQ(json["patches"].size(), 2U);
  EXPECT_EQ(json["patches"][0]["file"], "a.patch");
  EXPECT_EQ(json["patches"][0]["feature"], "connect-ulp");
  EXPECT_EQ(json["patches"][0]["verdict"], "needed");
  EXPECT_EQ(
      json["patches"][0]["evidence"],
      Json::parse(
          R"([{"path":"net/f.c","line":12,"offset":3,"match":"forward","old_lines":7,"new_lines":8}])"));
  EXPECT_EQ(json["patches"][1]["evidence"][0]["text"], "int x;");
  EXPECT_EQ(
      json["packages"],
      Json::parse(
          R"([{"path":"packages/kernel-5.10.262-1.kmesh.x86_64.rpm","sha256":"cafe","bytes":3145728}])"));
  ASSERT_EQ(json["proof"].size(), 2U);
  EXPECT_EQ(json["proof"][0]["feature"], "connect-ulp");
  EXPECT_EQ(json["proof"][0]["baseline"], "absent");
  EXPECT_EQ(json["proof"][0]["enhanced"], "pass");
  EXPECT_FALSE(json["proof"][0].contains("objection"));
  EXPECT_EQ(json["proof"][1]["enhanced"], "fail");
  EXPECT_EQ(json["proof"][1]["objection"], "it <fails>");
  ASSERT_EQ(json["stages"].size(), 2U);
  EXPECT_EQ(json["stages"][0]["name"], "baseline");
  EXPECT_EQ(json["stages"][0]["seconds"], 1.5);
  EXPECT_EQ(json["stages"][0]["reused"], true);
  EXPECT_EQ(json["stages"][0]["before"], 9);
  EXPECT_EQ(json["stages"][1]["why"], "a.patch changed");
  EXPECT_FALSE(json["stages"][1].contains("before"));
  EXPECT_EQ(json["warnings"], Json::parse(R"(["a <warning> & more"])"));
}

TEST(ReportJson, OfAnEmptyReportHasTheSameFields) {
  const Json json = Json::parse(report_json({}));
  for (const char* name : {"patches", "packages", "proof", "stages", "boots", "warnings"})
    EXPECT_EQ(json.at(name), Json::array()) << name;
  EXPECT_EQ(json["ok"], false);
  EXPECT_FALSE(json.contains("until"));
  EXPECT_FALSE(json.contains("error"));
}

TEST(ReportJson, SaysWhatStoppedIt) {
  Report report;
  report.error = Error{"what", "hint", "command", "detail"};
  report.until = "plan";
  const Json json = Json::parse(report_json(report));
  EXPECT_EQ(json["error"],
            Json::parse(R"({"what":"what","hint":"hint","command":"command","detail":"detail"})"));
  EXPECT_EQ(json["until"], "plan");
}

TEST(ReportJson, BytesThatAreNoUtf8AreNoCrash) {
  Report report = full();
  report.warnings = {"na\xefve \x1b[31m"};
  const Json json = Json::parse(report_json(report));
  EXPECT_EQ(json["warnings"][0], "na\xef\xbf\xbdve \x1b[31m");
}

TEST(ReportText, SaysWhatWasDone) {
  const std::string text = report_text(full());
  EXPECT_THAT(text, HasSubstr("Linux 5.10.262 (Debian linux-source-5.10 5.10.262-1), baseline 5.10, slim"));
  EXPECT_THAT(text, HasSubstr("needed     a.patch\n             connect-ulp (1 hunk, 1 moved)"));
  EXPECT_THAT(text, HasSubstr("net/g.c:7 has it by another change"));
  EXPECT_THAT(text, HasSubstr("x86_64.rpm  3.0 MiB\n             sha256 cafe"));
  EXPECT_THAT(text, HasSubstr("absent     pass       proven"));
  EXPECT_THAT(text, HasSubstr("pass       fail       not proven: it <fails>"));
  EXPECT_THAT(text, HasSubstr("3 min 46 s   (a.patch changed)"));
  EXPECT_THAT(text, HasSubstr("reused"));
  EXPECT_THAT(text, HasSubstr("  - a <warning> & more\n"));
}

TEST(ReportText, NamesTheSlowestStage) {
  Report report = full();
  report.until = "build";
  const std::string sentence = "\n  3 min 46 s in this run; the slowest stage, build, took 3 min 46 s.\n";
  EXPECT_THAT(report_text(report), HasSubstr(sentence)) << "whatever it was asked for";
  EXPECT_THAT(report_screen(report, "/w"), HasSubstr(sentence));
  report.stages[1].seconds = 1.5;
  EXPECT_THAT(report_text(report), Not(HasSubstr("slowest"))) << "not worth naming";
}

TEST(ReportText, SaysThatNothingVouchedForTheSource) {
  Report report = full();
  report.verified = "";
  EXPECT_THAT(report_text(report), HasSubstr("verified by: nothing"));
  EXPECT_THAT(report_html(report), HasSubstr("verified by nothing"));
}

TEST(ReportText, OnlyWhatWasJudgedIsProven) {
  Report report = full();
  report.proof->features = {{"x", Outcome::kPass, Outcome::kPass, "said, not judged", {}, {}, "", false},
                            {"y", Outcome::kAbsent, Outcome::kAbsent, "absent", {}, {}, ""}};
  EXPECT_THAT(report_text(report), Not(HasSubstr("proven")));
  EXPECT_THAT(report_html(report), Not(HasSubstr(">proven<")));
}

TEST(ReportScreen, SaysHowItEndedAndWhatToTypeNext) {
  Report report = full();
  EXPECT_THAT(report_screen(report, "/w"), HasSubstr("Built, but not proven (3 min 46 s)."));
  EXPECT_THAT(report_screen(report, "/w"), Not(HasSubstr("dnf install")))
      << "what is not proven is not offered";
  report.ok = true;
  EXPECT_THAT(report_screen(report, "/w"), HasSubstr("Built and proven (3 min 46 s)."));
  EXPECT_THAT(report_screen(report, "/w"), HasSubstr("dnf install /w/packages/*.rpm"));
  EXPECT_THAT(report_screen(report, "/w"), HasSubstr("This is the slim kernel"));
  report.config = "distro";
  EXPECT_THAT(report_screen(report, "/w"), Not(HasSubstr("slim kernel")));
  report.until = "plan";
  EXPECT_THAT(report_screen(report, "/w"), Not(HasSubstr("Built")));
}

TEST(ReportKabi, StandsInAllThree) {
  Report report = full();
  EXPECT_FALSE(Json::parse(report_json(report)).contains("kabi")) << "it did not get that far";
  EXPECT_THAT(report_text(report), Not(HasSubstr("kABI")));
  report.kabi = KabiSummary{
      true, "<note>", {{"tcp_<x>", "0x1", "0x2", "struct <y>", {"a.patch"}, true}}, {"new_one"}, {}};
  const Json json = Json::parse(report_json(report));
  EXPECT_EQ(json["kabi"]["comparable"], true);
  EXPECT_EQ(json["kabi"]["changed"][0]["symbol"], "tcp_<x>");
  EXPECT_EQ(json["kabi"]["changed"][0]["patches"], Json::array({"a.patch"}));
  EXPECT_EQ(json["kabi"]["added"], Json::array({"new_one"}));
  EXPECT_THAT(report_text(report), HasSubstr("1 of the exported symbols changed, 1 added, 0 removed"));
  const std::string html = report_html(report);
  EXPECT_THAT(html, HasSubstr("<h2 id=kabi>kABI</h2>"));
  EXPECT_THAT(html, HasSubstr("tcp_&lt;x&gt;"));
  for (const char* raw : {"<note>", "<x>", "<y>"}) EXPECT_THAT(html, Not(HasSubstr(raw))) << raw;
  report.kabi->changed.clear();
  report.kabi->removed = {"old_<one>"};
  for (std::size_t i = 1; i <= kKabiRows + 2; ++i) report.kabi->removed.push_back(fmt::format("old_{}", i));
  const std::string names = report_html(report);
  EXPECT_THAT(names, HasSubstr("<p>Added: <code>new_one</code>.</p>"));
  EXPECT_THAT(names, HasSubstr("do not load: <code>old_&lt;one&gt;</code>, <code>old_1</code>, "));
  EXPECT_THAT(names, HasSubstr("<code>old_39</code>, and 3 more; report.json has all.</p>"));
  EXPECT_THAT(names, Not(HasSubstr("old_40"))) << "not without bound";
  report.kabi = KabiSummary{};
  report.kabi->comparable = true;
  EXPECT_THAT(report_html(report), HasSubstr("No exported symbol changed"));
}

TEST(ReportHtml, EscapesWhatCameFromOutside) {
  Report report = full();
  report.origin = "tarball \"<img src=x onerror=alert(1)>\"";
  report.plan.patches[0].patch.feature = "<script>";
  report.plan.patches[0].patch.file = "<a>.patch";
  report.plan.patches[0].evidence[0].path = "net/<f>.c";
  report.stages[1].why = "<why>";
  report.error = Error{"<what>", "<hint>", "", "<detail>"};
  const std::string html = report_html(report);
  EXPECT_THAT(html, HasSubstr("tarball &quot;&lt;img src=x onerror=alert(1)&gt;&quot;"));
  for (const char* raw : {"<img", "<script", "<a>", "<f>", "<why>", "<what>", "<hint>", "<detail>", "<after>",
                          "<fails>", "<warning>"})
    EXPECT_THAT(html, Not(HasSubstr(raw))) << raw << " would be markup";
  EXPECT_THAT(html, HasSubstr("a &lt;warning&gt; &amp; more"));
}

TEST(ReportHtml, StandsAlone) {
  const std::string html = report_html(full());
  EXPECT_THAT(html, testing::StartsWith("<!doctype html>"));
  EXPECT_THAT(html, HasSubstr("</main></body></html>"));
  for (const char* outside : {"<script", "<link", "http://", "https://", "@import", "url("})
    EXPECT_THAT(html, Not(HasSubstr(outside))) << outside << ": the page must need nothing else";
  for (const char* spoken :
       {"scope=row", "scope=col", "lang=en", "<h1>", "<h2 id=proof>Proof</h2>", "aria-hidden"})
    EXPECT_THAT(html, HasSubstr(spoken));
  EXPECT_THAT(html, HasSubstr("3 lines further down"));
}

TEST(ReportHtml, TheBarIsOfAllThatMadeThePackages) {
  Report report = full();
  report.stages = {{"baseline", 0.1, true, "", 100}, {"build", 226, false, ""}, {"prove", 74, false, ""}};
  const std::string html = report_html(report);
  EXPECT_THAT(html, HasSubstr("5 min 0 s in this run; the slowest stage, build, took 3 min 46 s."));
  EXPECT_THAT(
      html,
      HasSubstr(
          "<span class=\"s0 before\" style=\"width:25.00%\" title=\"baseline: 1 min 40 s\">baseline</span>"
          "<span class=\"s1\" style=\"width:56.50%\" title=\"build: 3 min 46 s\">build</span>"
          "<span class=\"s2\" style=\"width:18.50%\" title=\"prove: 1 min 14 s\">prove</span></div>"));
  report.stages.push_back({"package", 1, false, "a.patch changed"});
  const std::string four = report_html(report);
  EXPECT_THAT(four, HasSubstr("title=\"package: 1.0 s\"></span></div>")) << "too narrow for a name";
  EXPECT_THAT(four, HasSubstr("<th scope=col>This run</th>"));
  EXPECT_THAT(four, HasSubstr("<td class=num>25 %</td><td>reused</td>"));
  EXPECT_THAT(four, HasSubstr("<td class=num>0 %</td><td>done: a.patch changed</td>"));
  report.stages.resize(1);
  EXPECT_THAT(report_html(report), Not(HasSubstr("slowest"))) << "nothing was done";
}

TEST(ReportHtml, EachStageHasItsOwnColour) {
  Report report = full();
  report.stages.clear();
  // as many as pipeline.cc has
  for (const char* name : {"baseline", "series", "plan", "stage", "edit", "prep", "build", "module",
                           "package", "control", "prove"})
    report.stages.push_back({name, 1, false, "", 0});
  const std::string html = report_html(report);
  for (std::size_t i = 0; i < report.stages.size(); ++i) {
    const std::string segment = fmt::format("<span class=\"s{}\" ", i);
    EXPECT_NE(html.find(segment), std::string::npos) << segment;
    EXPECT_EQ(html.find(segment), html.rfind(segment)) << "two stages share " << segment;
    EXPECT_THAT(html, HasSubstr(fmt::format(".s{0}{{--own:var(--s{0})}}", i)));
  }
}

TEST(ReportHtml, WarningsStandInFrontOfWhatTheyAreAbout) {
  Report report = full();
  const std::string html = report_html(report);
  EXPECT_LT(html.find("a &lt;warning&gt;"), html.find("id=patches"));
  report.warnings.clear();
  EXPECT_THAT(report_html(report), HasSubstr("Warnings</h2><p>None.</p>"));
}

TEST(ReportHtml, SaysWhatStoppedItAndTheWayOut) {
  Report report = full();
  report.error = Error{"no compiler", "install one", "apt install <gcc>", "the log"};
  EXPECT_THAT(report_html(report), HasSubstr("stopped: no compiler<p>install one</p><pre>apt install "
                                             "&lt;gcc&gt;</pre><pre>the log</pre>"));
}

TEST(ReportHtml, AnEmptySeriesProvesNothing) {
  Report report = full();
  report.ok = true;
  EXPECT_THAT(report_html(report), HasSubstr("built and proven"));
  report.plan.patches.clear();
  EXPECT_THAT(report_html(report), Not(HasSubstr("built and proven")));
  EXPECT_THAT(report_screen(report, "/w"), HasSubstr("nothing to prove"));
}

}  // namespace
}  // namespace kmesh
