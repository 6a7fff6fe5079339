// SPDX-License-Identifier: Apache-2.0
#include "kit/matrix.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace kmesh {
namespace {

using Json = nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Patch swaps(const std::string& file, const std::string& from, const std::string& to) {
  Patch patch;
  patch.file = file;
  patch.feature = "of " + file;
  auto files = parse_diff("--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-" + from + "\n+" + to + "\n c\n");
  EXPECT_TRUE(files);
  if (files) patch.files = *files;
  return patch;
}

Column column(const std::string& name, const std::string& series, const std::string& text) {
  Column made;
  made.source.name = name;
  made.source.version = name + ".7";
  made.source.fingerprint = "f00d";
  made.source.origin = "tarball of " + name;
  made.series = series;
  made.files = {{"f", text}};
  return made;
}

std::vector<std::string> cells(const MatrixRow& row) {
  std::vector<std::string> all;
  for (const auto& cell : row.cells)
    all.push_back(fmt::format("{} {}{}", cell.series, name_of(cell.planned.verdict), cell.own ? " own" : ""));
  return all;
}

// two series: one.patch differs in each, two.patch is in the older only, three.patch in the newer only
std::vector<Series> archive() {
  return {{"1.0", {swaps("one.patch", "b", "B"), swaps("two.patch", "B", "BB")}},
          {"2.0", {swaps("one.patch", "x", "X"), swaps("three.patch", "X", "XX")}}};
}

TEST(MakeMatrix, EachSourceIsAskedForItsOwnSeriesAndThenForWhatTheOthersHave) {
  const Matrix matrix =
      make_matrix(archive(), {column("old", "1.0", "a\nb\nc\n"), column("new", "2.0", "a\nx\nc\n")});
  ASSERT_EQ(matrix.rows.size(), 3U);
  EXPECT_EQ(matrix.rows[0].file, "one.patch");
  EXPECT_THAT(cells(matrix.rows[0]), ElementsAre("1.0 needed own", "2.0 needed own"));
  EXPECT_EQ(matrix.rows[1].file, "two.patch");
  EXPECT_THAT(cells(matrix.rows[1]), ElementsAre("1.0 needed own", "1.0 conflict"));
  EXPECT_EQ(matrix.rows[2].file, "three.patch");
  EXPECT_THAT(cells(matrix.rows[2]), ElementsAre("2.0 conflict", "2.0 needed own"));
  EXPECT_EQ(matrix.rows[1].feature, "of two.patch");
}

TEST(MakeMatrix, OtherSeriesDoNotChangeTheVerdictsOfItsOwn) {
  auto all = archive();
  all[0].patches.insert(all[0].patches.begin(), swaps("zero.patch", "x", "Y"));
  const Matrix matrix = make_matrix(all, {column("new", "2.0", "a\nx\nc\n")});
  EXPECT_EQ(matrix.rows[0].file, "zero.patch");
  EXPECT_THAT(cells(matrix.rows[0]), ElementsAre("1.0 blocked"));
  EXPECT_THAT(cells(matrix.rows[1]), ElementsAre("2.0 needed own"));
}

TEST(MakeMatrix, ASourceWithoutASeriesIsAskedForTheNewestVersion) {
  const Matrix matrix = make_matrix(archive(), {column("mine", "", "a\nx\nc\n")});
  EXPECT_THAT(cells(matrix.rows[0]), ElementsAre("2.0 needed"));
}

TEST(MakeMatrix, AnEmptyArchiveIsAMatrixWithoutRows) {
  const Matrix matrix = make_matrix({{"1.0", {}}}, {column("old", "1.0", "a\n")});
  EXPECT_TRUE(matrix.rows.empty());
  EXPECT_THAT(matrix_text(matrix), HasSubstr("old"));
}

TEST(MatrixText, ShowsTheTableAndTheEvidenceBehindEachCell) {
  const std::string text = matrix_text(
      make_matrix(archive(), {column("old", "1.0", "0\na\nb\nc\n"), column("new", "2.0", "a\nx\nc\n")}));
  EXPECT_THAT(text, HasSubstr("             old             new\n"));
  EXPECT_THAT(text, HasSubstr("             old.7           new.7\n"));
  EXPECT_THAT(text, HasSubstr("one.patch    needed          needed\n"));
  EXPECT_THAT(text, HasSubstr("two.patch    needed          conflict (1.0)\n"));
  EXPECT_THAT(text, HasSubstr("old: tarball of old, not verified\n"));
  EXPECT_THAT(text, HasSubstr("f:2: +1 lines\n")) << "an offset is named";
  EXPECT_THAT(text, HasSubstr("      expected | found: no line of it\n    ! a        |\n    ! B        |\n"));
  EXPECT_THAT(text, Not(HasSubstr(" \n"))) << "no blanks at a line's end";
}

TEST(MatrixText, HasALineForEveryHunkWhereThatIsAskedFor) {
  const Matrix matrix =
      make_matrix(archive(), {column("old", "1.0", "0\na\nb\nc\n"), column("new", "2.0", "a\nX\nc\n")});
  const std::string text = matrix_text(matrix, Hunks::kEach);
  EXPECT_THAT(text, HasSubstr("    f:2-4: forward, 1 line further down\n"));
  EXPECT_THAT(text, HasSubstr("    f:1-3: reverse, at its own line\n"));
  EXPECT_THAT(text, HasSubstr("    f: none\n  f, hunk 1 of 1 (expected at line 1):\n"));
  EXPECT_THAT(matrix_text(matrix), Not(HasSubstr("at its own line\n    f"))) << "and nowhere else";
}

TEST(MatrixText, SaysWhatTheEvidenceDoesNotTell) {
  auto all = archive();
  all[1].patches[0].files[0].new_mode = 0100755;
  const Matrix matrix = make_matrix(all, {column("new", "2.0", "a\nx\nc\n")});
  EXPECT_THAT(matrix_text(matrix),
              HasSubstr("    the patch sets the mode of f to 100755, which no verdict looks at\n"));
  const Json json = Json::parse(matrix_json(matrix));
  EXPECT_EQ(json["patches"][0]["cells"][0]["notes"].size(), 1U);
  EXPECT_FALSE(json["patches"][1]["cells"][0].contains("notes"));
}

TEST(MatrixJson, HasTheLengthOfEachHunkAndTheLinesOfAConflict) {
  const Json json = Json::parse(matrix_json(make_matrix(archive(), {column("old", "1.0", "a\nother\nc\n")})));
  const Json& item = json["patches"][0]["cells"][0]["evidence"][0];
  EXPECT_EQ(item["match"], "none");
  EXPECT_EQ(item["old_lines"], 3);
  EXPECT_EQ(item["new_lines"], 3);
  EXPECT_EQ(item["expected"], (Json{"a", "b", "c"}));
  EXPECT_FALSE(item.contains("found")) << "lines as short as these are alike everywhere";
  auto longer = archive();
  longer[0].patches[0].files[0].hunks[0].lines[0].text = "first\n";
  const Json near =
      Json::parse(matrix_json(make_matrix(longer, {column("old", "1.0", "0\nfirst\nother\n")})));
  EXPECT_EQ(near["patches"][0]["cells"][0]["evidence"][0]["found"],
            (Json{{"line", 1}, {"lines", {"0", "first", "other"}}}));
  const Json fits = Json::parse(matrix_json(make_matrix(archive(), {column("old", "1.0", "a\nb\nc\n")})));
  EXPECT_FALSE(fits["patches"][0]["cells"][0]["evidence"][0].contains("expected"));
}

TEST(MatrixJson, HasTheFieldsThatProgramsReadBy) {
  const Json json = Json::parse(matrix_json(make_matrix(archive(), {column("new", "2.0", "a\nx\nc\n")})));
  EXPECT_EQ(json["baselines"][0]["name"], "new");
  EXPECT_EQ(json["baselines"][0]["version"], "new.7");
  EXPECT_EQ(json["baselines"][0]["fingerprint"], "f00d");
  EXPECT_EQ(json["patches"][0]["file"], "one.patch");
  EXPECT_EQ(json["patches"][0]["feature"], "of one.patch");
  const Json& cell = json["patches"][0]["cells"][0];
  EXPECT_EQ(cell["baseline"], "new");
  EXPECT_EQ(cell["verdict"], "needed");
  EXPECT_EQ(cell["evidence"][0]["path"], "f");
  EXPECT_EQ(cell["evidence"][0]["line"], 1);
  EXPECT_EQ(cell["evidence"][0]["offset"], 0);
  EXPECT_EQ(cell["evidence"][0]["match"], "forward");
}

TEST(MakeMatrix, APatchThatCouldNotBeReadHasARowAndTheOthersAreJudged) {
  Patch unread;
  unread.file = unread.feature = "bad.patch";
  unread.unread = Error{"bad.patch: line 3: it is damaged", "make it again", "", "", false};
  const std::vector<Series> series = {
      {"own", {swaps("one.patch", "b", "B"), unread, swaps("two.patch", "nowhere", "x")}}};
  const Matrix matrix = make_matrix(series, {column("new", "own", "a\nb\nc\n")});
  EXPECT_EQ(matrix.unread(), 1U);
  ASSERT_EQ(matrix.rows.size(), 3U);
  EXPECT_THAT(cells(matrix.rows[0]), ElementsAre("own needed own"));
  EXPECT_THAT(cells(matrix.rows[1]), ElementsAre());
  EXPECT_THAT(cells(matrix.rows[2]), ElementsAre("own conflict own"));
  EXPECT_THAT(matrix.rows[0].cells[0].planned.notes, ElementsAre());
  EXPECT_THAT(matrix.rows[2].cells[0].planned.notes,
              ElementsAre("judged as if bad.patch were not there, which could not be read"));
  EXPECT_THAT(matrix_text(matrix), HasSubstr("bad.patch  not judged\n"));
  EXPECT_THAT(matrix_text(matrix),
              HasSubstr("\nNot judged\n  bad.patch: line 3: it is damaged\n    make it again\n"));
  const Json json = Json::parse(matrix_json(matrix));
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["patches"][1]["cells"], Json::array());
  EXPECT_EQ(json["patches"][1]["not_judged"]["what"], "bad.patch: line 3: it is damaged");
  EXPECT_EQ(json["patches"][1]["not_judged"]["hint"], "make it again");
  EXPECT_FALSE(json["patches"][0].contains("not_judged"));
}

Patch helper_patch() {
  Patch patch;
  patch.file = "helper.patch";
  auto files = parse_diff(
      "--- a/include/uapi/linux/bpf.h\n+++ b/include/uapi/linux/bpf.h\n@@ -2,2 +2,3 @@\n "
      "\tFN(old),\t\\\n+\tFN(mine),\t\\\n"
      " \t/* */\n");
  EXPECT_TRUE(files);
  if (files) patch.files = *files;
  return patch;
}

Column header_of(const std::string& name, const std::string& before) {
  Column made = column(name, "1.0", "");
  made.files = {{"include/uapi/linux/bpf.h",
                 "#define __BPF_FUNC_MAPPER(FN) \\\n" + before + "\tFN(old),\t\\\n\t/* */\n"}};
  return made;
}

TEST(Ledger, WarnsWhereTwoTreesGiveANameOtherNumbers) {
  const std::vector<Series> series = {{"1.0", {helper_patch()}}};
  const Matrix matrix = make_matrix(
      series, {header_of("a", "\tFN(unspec), \\\n"), header_of("b", "\tFN(unspec), \\\n\tFN(more), \\\n")});
  ASSERT_EQ(matrix.ledger.size(), 1U);
  EXPECT_THAT(matrix.ledger[0].numbers, ElementsAre(2, 3));
  EXPECT_FALSE(matrix.ledger[0].agrees());
  EXPECT_THAT(matrix_text(matrix),
              HasSubstr("helper mine (helper.patch): 2 on a 3 on b\n    warning: they disagree"));
  const Json json = Json::parse(matrix_json(matrix));
  EXPECT_EQ(json["numbers"][0]["agree"], false);
  EXPECT_EQ(json["numbers"][0]["numbers"][1]["number"], 3);
}

TEST(Ledger, HasARowForEachNameOfEachPatch) {
  Patch one = helper_patch();
  one.files.front().hunks.front().lines.insert(one.files.front().hunks.front().lines.begin() + 2,
                                               HunkLine{'+', "\tFN(more), FN(still),\t\\\n"});
  const Matrix matrix = make_matrix({{"1.0", {one}}}, {header_of("a", "\tFN(unspec), \\\n")});
  std::vector<std::string> rows;
  for (const auto& row : matrix.ledger)
    rows.push_back(fmt::format("{} {} {}", row.file, row.name.name, *row.numbers[0]));
  EXPECT_THAT(rows, ElementsAre("helper.patch mine 2", "helper.patch more 3", "helper.patch still 4"));
}

TEST(Ledger, ATreeThatHasItByAnotherChangeHasANumber) {
  Patch patch = helper_patch();
  patch.present_if_all = {{"include/uapi/linux/bpf.h", "FN.mine."}};
  Column other = header_of("b", "\tFN(unspec), \\\n\tFN(mine), \\\n\tFN(more), \\\n");
  const Matrix matrix = make_matrix({{"1.0", {patch}}}, {header_of("a", "\tFN(unspec), \\\n"), other});
  ASSERT_EQ(matrix.rows[0].cells[1].planned.verdict, Verdict::kEquivalent);
  ASSERT_EQ(matrix.ledger.size(), 1U);
  EXPECT_THAT(matrix.ledger[0].numbers, ElementsAre(2, 1));
  EXPECT_FALSE(matrix.ledger[0].agrees());
}

TEST(Ledger, IsSilentWhereTheyAgreeOrTheSourceDoesNotGetIt) {
  const std::vector<Series> series = {{"1.0", {helper_patch()}}};
  Column without = header_of("c", "");
  without.files = {{"include/uapi/linux/bpf.h", "nothing\n"}};
  const Matrix matrix = make_matrix(series, {header_of("a", "\tFN(unspec), \\\n"), without});
  ASSERT_EQ(matrix.ledger.size(), 1U);
  EXPECT_THAT(matrix.ledger[0].numbers, ElementsAre(2, std::nullopt));
  EXPECT_THAT(matrix_text(matrix), Not(HasSubstr("warning")));
}

}  // namespace
}  // namespace kmesh
