// SPDX-License-Identifier: Apache-2.0
#include "kit/matrix_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Source source(const std::string& name, const std::string& verified) {
  Source made;
  made.name = name;
  made.version = name + ".1";
  made.origin = "a <tarball>";
  made.verified = verified;
  made.fingerprint = "f00d";
  return made;
}

Cell cell(Verdict verdict, std::vector<Evidence> evidence, bool own = true) {
  Cell made;
  made.series = "5.10.0";
  made.own = own;
  made.planned.verdict = verdict;
  made.planned.evidence = std::move(evidence);
  return made;
}

Evidence hunk_evidence(const std::string& match, const std::string& text) {
  Evidence item;
  item.path = "net/<f>.c";
  item.line = 12;
  item.match = match;
  item.text = text;
  item.old_lines = item.new_lines = 3;
  return item;
}

Matrix two() {
  Matrix matrix;
  matrix.columns = {source("5.10", "apt"), source("6.1", "")};
  matrix.rows = {{"a.patch",
                  "connect-<ulp>",
                  {cell(Verdict::kNeeded, {hunk_evidence("forward", "")}),
                   cell(Verdict::kConflict, {hunk_evidence("none", "expected | <found>")}, false)},
                  {}}};
  return matrix;
}

TEST(MatrixHtml, ACellOpensToItsEvidence) {
  const std::string html = matrix_html(two());
  EXPECT_THAT(html, HasSubstr("<th scope=col>5.10<br>5.10.1</th>"));
  EXPECT_THAT(html, HasSubstr("<td class=needed><details><summary>"));
  EXPECT_THAT(html, HasSubstr("<code>net/&lt;f&gt;.c:12-14: forward, at its own line</code>"));
  EXPECT_THAT(html, HasSubstr("<td class=conflict><details><summary>"));
  EXPECT_THAT(html, HasSubstr("(patch of 5.10.0)")) << "which version was judged";
  EXPECT_THAT(html, HasSubstr("<pre>expected | &lt;found&gt;</pre>"));
}

TEST(MatrixHtml, SaysWhatTheVerdictsMeanThatOccur) {
  const std::string html = matrix_html(two());
  EXPECT_THAT(html, HasSubstr("it applies, and is put in"));
  EXPECT_THAT(html, HasSubstr("it does not apply"));
  EXPECT_THAT(html, Not(HasSubstr("the same change is there")));
}

TEST(MatrixHtml, SaysWhatVouchesForASource) {
  const std::string html = matrix_html(two());
  EXPECT_THAT(html, HasSubstr("5.10: a &lt;tarball&gt;, verified by apt"));
  EXPECT_THAT(html, HasSubstr("6.1: a &lt;tarball&gt;, <span class=bad>not verified</span>"));
}

TEST(MatrixHtml, OfWhatCouldNotBeJudgedItSaysWhy) {
  Matrix matrix = two();
  matrix.rows.push_back({"b.patch.gz", "b", {}, Error{"<packed>", "unpack it", "gzip -d <b>", ""}});
  EXPECT_THAT(
      matrix_html(matrix),
      HasSubstr("<td class=unread colspan=2><span class=word>not judged</span>: &lt;packed&gt;<br>unpack "
                "it<br><code>gzip -d &lt;b&gt;</code></td>"));
}

TEST(MatrixHtml, SaysWhereNumbersDisagree) {
  Matrix matrix = two();
  EXPECT_THAT(matrix_html(matrix), Not(HasSubstr("Numbers of the UAPI")));
  matrix.ledger = {{{"helper", "bpf_<do>", "include/uapi/linux/bpf.h"}, "a.patch", {170, 212}}};
  EXPECT_THAT(matrix_html(matrix), HasSubstr("bpf_&lt;do&gt;"));
  EXPECT_THAT(matrix_html(matrix), HasSubstr("<td>170</td><td>212</td><td class=bad>no:"));
  matrix.ledger[0].numbers = {170, std::nullopt};
  EXPECT_THAT(matrix_html(matrix), HasSubstr("<td>170</td><td>none</td><td class=good>yes</td>"));
}

}  // namespace
}  // namespace kmesh
