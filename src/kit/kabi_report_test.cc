// SPDX-License-Identifier: Apache-2.0
#include "kit/kabi_report.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "kit/kabi_summary.h"

namespace kmesh {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

Symbol symbol(const std::string& name, std::uint32_t crc) {
  return {name, crc, "vmlinux", "EXPORT_SYMBOL", ""};
}

// Two patches: one changes struct ops, the other exports `comes`.
std::vector<Patch> series() {
  std::vector<Patch> patches;
  for (const auto& [name, diff] : std::vector<std::pair<std::string, std::string>>{
           {"ops.patch", "--- a/ops.h\n+++ b/ops.h\n@@ -1,2 +1,3 @@\n struct ops {\n+\tu32 flags;\n };\n"},
           {"export.patch",
            "--- a/b.c\n+++ b/b.c\n@@ -1,1 +1,3 @@\n \n+EXPORT_SYMBOL(comes);\n+long redeclared(long x)\n"}})
    patches.push_back(*parse_patch_file({name, ""}, "Subject: s\n\n" + diff));
  return patches;
}

KabiReport report() {
  KabiReport made;
  made.old = {"old", "old/Module.symvers", "old/vmlinux"};
  made.now = {"new", "new/Module.symvers", "new/vmlinux"};
  made.symbols = compare_symvers({symbol("goes", 1), symbol("reaches", 2), symbol("redeclared", 3),
                                  symbol("same", 4), symbol("unknown", 5)},
                                 {symbol("comes", 9), symbol("reaches", 10), symbol("redeclared", 11),
                                  symbol("same", 4), symbol("unknown", 12)});
  made.types_compared = true;
  made.types.changed = {{"struct ops", 8, 16, {"+u32 flags;"}}, {"struct unseen", 4, 4, {}}};
  made.functions = {{"reaches", true, "", "", {0}, {"struct sock", "struct ops"}},
                    {"redeclared", true, "int redeclared(int x);", "long redeclared(long x);", {}, {}},
                    {"unknown", false, "", "", {}, {}}};
  return made;
}

TEST(Explain, GivesEachChangeItsPatches) {
  KabiReport made = report();
  explain(made, series());
  EXPECT_EQ(patches_of(made.causes[0]), std::vector<std::string>{"ops.patch"});
  EXPECT_EQ(patches_of(made.causes[1]), std::vector<std::string>{"export.patch"});
  EXPECT_TRUE(made.causes[2].empty());
  EXPECT_EQ(patches_of(made.added_causes[0]), std::vector<std::string>{"export.patch"});
  EXPECT_TRUE(made.removed_causes[0].empty());
  EXPECT_EQ(patches_of(made.type_causes[0]), std::vector<std::string>{"ops.patch"});
  EXPECT_TRUE(made.type_causes[1].empty());
}

TEST(KabiText, SaysWhatWhyAndWho) {
  KabiReport made = report();
  EXPECT_THAT(kabi_text(made), Not(HasSubstr("patch"))) << "no series was named";
  explain(made, series());
  const std::string text = kabi_text(made);
  EXPECT_THAT(text, HasSubstr("1 symbol the same, 1 added, 1 removed, 3 with another CRC\n"));
  EXPECT_THAT(text, HasSubstr("0x00000002  0x0000000a  struct sock > struct ops\n"));
  EXPECT_THAT(text, HasSubstr("its declaration changed\n"));
  EXPECT_THAT(text, HasSubstr("BTF does not have its declaration\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "  struct ops   8 -> 16 bytes\n    +u32 flags;\n    by ops.patch\n       ops.h:2: +u32 flags;\n"));
  EXPECT_THAT(text, HasSubstr("1 that no symbol with another CRC reaches"));
  EXPECT_THAT(text, Not(HasSubstr("struct unseen")));
  // `goes`; nobody can say so of `unknown`
  EXPECT_THAT(text, HasSubstr("no patch of the series explains it"));
  EXPECT_THAT(text, HasSubstr("which patch did it is not known without its types"));
}

TEST(KabiText, WithoutVersionsShowsEveryType) {
  KabiReport made = report();
  made.symbols = compare_symvers({symbol("same", 0)}, {symbol("same", 0)});
  made.functions.clear();
  const std::string text = kabi_text(made);
  EXPECT_THAT(text, HasSubstr("not comparable: every CRC of both sides is 0"));
  EXPECT_THAT(text, HasSubstr("struct unseen\n    its members moved\n"));
  EXPECT_THAT(text, Not(HasSubstr("another CRC\n")));
}

TEST(KabiJson, HasAllOfIt) {
  KabiReport made = report();
  explain(made, series());
  made.modules = {judge_module("x.ko", {{"reaches", 2}}, {symbol("reaches", 2)}, {symbol("reaches", 10)})};
  const Json json = Json::parse(kabi_json(made));
  EXPECT_EQ(json["ok"], true);
  EXPECT_EQ(json["comparable"], true);
  ASSERT_EQ(json["changed"].size(), 3U);
  EXPECT_EQ(json["changed"][0]["old"]["crc"], "0x00000002");
  EXPECT_EQ(json["changed"][0]["types"], Json::array({"struct ops"}));
  EXPECT_EQ(json["changed"][0]["patches"],
            Json::parse(R"([{"file":"ops.patch","evidence":"ops.h:2: +u32 flags;"}])"));
  EXPECT_EQ(json["changed"][1]["declaration"]["new"], "long redeclared(long x);");
  EXPECT_FALSE(json["changed"][2].contains("types"));
  EXPECT_EQ(json["added"][0]["symbol"], "comes");
  EXPECT_EQ(json["removed"][0]["crc"], "0x00000001");
  EXPECT_EQ(json["types"]["changed"][1]["type"], "struct unseen");
  EXPECT_EQ(json["modules"][0]["verdict"], "rebuild");
  EXPECT_FALSE(json.contains("abidiff"));
}

TEST(KabiSummary, GoesToJsonAndBack) {
  KabiReport made = report();
  explain(made, series());
  const KabiSummary summary = summary_of(made);
  const auto again = parse_summary(summary_json(summary));
  ASSERT_TRUE(again);
  EXPECT_EQ(summary_json(*again), summary_json(summary));
  ASSERT_EQ(again->changed.size(), 3U);
  EXPECT_EQ(again->changed[0].symbol, "reaches");
  EXPECT_EQ(again->changed[0].new_crc, "0x0000000a");
  EXPECT_TRUE(again->changed[0].traceable);
  EXPECT_FALSE(again->changed[2].traceable);
  EXPECT_EQ(again->changed[0].patches, std::vector<std::string>{"ops.patch"});
  EXPECT_EQ(again->added, std::vector<std::string>{"comes"});
  for (const char* broken : {"", "{}", "[]", R"({"comparable":1})", "nonsense"})
    EXPECT_FALSE(parse_summary(broken));
}

TEST(KabiSummary, SaysWhatCouldNotBeTold) {
  KabiReport made;
  made.symbols = compare_symvers({symbol("same", 0)}, {symbol("same", 4)});
  made.types_unknown = "there is no vmlinux";
  const KabiSummary summary = summary_of(made);
  EXPECT_FALSE(summary.comparable);
  EXPECT_EQ(summary.note,
            "not comparable: every CRC of the old side is 0 (CONFIG_MODVERSIONS is off); types were not "
            "compared: there "
            "is no vmlinux");
  EXPECT_THAT(summary_text(summary), HasSubstr("not comparable"));
  EXPECT_THAT(summary_text(summary), Not(HasSubstr("go on loading")));
  EXPECT_THAT(summary_text(summary), Not(HasSubstr("changed"))) << "nothing is known of that";
}

TEST(KabiSummary, IsShort) {
  KabiSummary summary;
  summary.comparable = true;
  EXPECT_THAT(summary_text(summary), HasSubstr("go on loading"));
  for (int i = 0; i < 50; ++i)
    summary.changed.push_back({fmt::format("s{}", i), "0x1", "0x2", "why", {"p"}, true});
  EXPECT_THAT(summary_text(summary), HasSubstr("50 of the exported symbols changed, 0 added, 0 removed\n"));
  EXPECT_THAT(summary_text(summary), HasSubstr("\n  and 10 more changed; report.json has all\n"));
}

TEST(KabiSummary, NamesWhatWasRemovedAndAdded) {
  KabiSummary summary;
  summary.comparable = true;
  summary.removed = {"goes"};
  for (std::size_t i = 0; i <= kKabiRows; ++i) summary.added.push_back(fmt::format("comes{}", i));
  const std::string text = summary_text(summary);
  EXPECT_THAT(text, HasSubstr("0 of the exported symbols changed, 41 added, 1 removed\n  goes "));
  EXPECT_THAT(text, HasSubstr(fmt::format("\n  {:<32} removed\n", "goes")));
  EXPECT_THAT(text, HasSubstr(fmt::format("\n  {:<32} added\n", "comes39")));
  EXPECT_THAT(text, Not(HasSubstr("comes40"))) << "not without bound";
  EXPECT_THAT(text, HasSubstr("\n  and 1 more added; report.json has all\n"));
  EXPECT_THAT(text, Not(HasSubstr("more removed")));
}

}  // namespace
}  // namespace kmesh
