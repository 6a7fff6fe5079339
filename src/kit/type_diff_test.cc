// SPDX-License-Identifier: Apache-2.0
#include "kit/type_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<Btf> read_btf_text(std::string_view text) {
  BtfReader reader;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    reader.line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.finish();
}

Btf types(std::string_view text) {
  auto read_types = read_btf_text(text);
  EXPECT_TRUE(read_types) << (read_types ? "" : read_types.error().what);
  return read_types.value_or(Btf{BtfType{}});
}

std::uint32_t id_of(const Btf& all, const std::string& name) {
  for (std::uint32_t id = 1; id < all.size(); ++id) {
    if (all[id].name == name) return id;
  }
  ADD_FAILURE() << "no type " << name;
  return 0;
}

// struct ops is reached by tcp_slow_start through two others, by nothing else.
constexpr const char* kOldTypes = R"([1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] STRUCT 'sock' size=16 vlen=2
	'ops' type_id=3 bits_offset=0
	'refs' type_id=1 bits_offset=64
[3] PTR '(anon)' type_id=4
[4] CONST '(anon)' type_id=5
[5] STRUCT 'ops' size=16 vlen=2
	'init' type_id=6 bits_offset=0
	'name' type_id=9 bits_offset=64
[6] PTR '(anon)' type_id=7
[7] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
	'sk' type_id=8
[8] PTR '(anon)' type_id=2
[9] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=2
[10] FUNC_PROTO '(anon)' ret_type_id=0 vlen=2
	'sk' type_id=8
	'(anon)' type_id=0
[11] FUNC 'tcp_slow_start' type_id=10 linkage=static
[12] FUNC_PROTO '(anon)' ret_type_id=0 vlen=1
	'n' type_id=1
[13] FUNC 'other' type_id=12 linkage=static
[14] ENUM 'state' encoding=UNSIGNED size=4 vlen=2
	'DOWN' val=0
	'UP' val=1
)";

std::string changed(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(ReadBtf, WritesC) {
  const Btf all = types(R"([1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] TYPEDEF 'u32' type_id=1
[3] STRUCT '(anon)' size=8 vlen=2
	'low' type_id=2 bits_offset=0 bitfield_size=3
	'high' type_id=2 bits_offset=3 bitfield_size=29
[4] UNION 'mixed' size=8 vlen=3
	'(anon)' type_id=3 bits_offset=0
	'named' type_id=3 bits_offset=0
	'all' type_id=5 bits_offset=0
[5] ARRAY '(anon)' type_id=6 index_type_id=1 nr_elems=4
[6] CONST '(anon)' type_id=1
[7] TYPEDEF 'pair_t' type_id=3
[8] PTR '(anon)' type_id=9
[9] VOLATILE '(anon)' type_id=10
[10] PTR '(anon)' type_id=11
[11] FUNC_PROTO '(anon)' ret_type_id=12 vlen=1
	'(anon)' type_id=0
[12] PTR '(anon)' type_id=0
[13] STRUCT 'holder' size=8 vlen=2
	'deep' type_id=8 bits_offset=0
	'hidden' type_id=14 bits_offset=64
[14] PTR '(anon)' type_id=3
[15] FWD 'later' fwd_kind=union
[16] PTR '(anon)' type_id=15
[17] FUNC_PROTO '(anon)' ret_type_id=16 vlen=0
[18] FUNC 'make' type_id=17 linkage=global
[19] PTR '(anon)' type_id=5
[20] TYPEDEF 'table_t' type_id=19
[21] ENUM '(anon)' encoding=SIGNED size=4 vlen=1
	'MINUS' val=-1
[22] DATASEC '.data..percpu' size=64 vlen=1
	type_id=1 offset=0 size=4 (VAR 'x')
[23] VAR 'x' type_id=4, linkage=static
)");
  EXPECT_THAT(definition(all, id_of(all, "mixed")),
              ElementsAre("struct {", "  u32 low:3;", "  u32 high:29;", "};", "struct {", "  u32 low:3;",
                          "  u32 high:29;", "} named;", "const int all[4];"));
  EXPECT_THAT(definition(all, id_of(all, "pair_t")),
              ElementsAre("struct {", "  u32 low:3;", "  u32 high:29;", "} pair_t;"));
  EXPECT_THAT(definition(all, id_of(all, "holder")),
              ElementsAre("void *(*volatile *deep)(...);", "struct { u32 low:3; u32 high:29; } *hidden;"));
  EXPECT_EQ(declaration(all, id_of(all, "make"), ""), "union later *make(void)");
  EXPECT_THAT(definition(all, id_of(all, "table_t")), ElementsAre("const int (*table_t)[4];"));
  EXPECT_EQ(btf_title(all[4]), "union mixed");
  EXPECT_EQ(btf_title(all[7]), "typedef pair_t");
  EXPECT_EQ(btf_title(all[21]), "enum { MINUS, ... }");
  EXPECT_THAT(definition(all, 21), ElementsAre("MINUS = -1,"));
  EXPECT_EQ(btf_title(all[3]), "") << "it is spelled out where it is used";
}

TEST(ReadBtf, RefusesWhatItDoesNotKnow) {
  for (const char* wrong :
       {"[2] INT 'x' size=4", "[1] NEWKIND 'x' size=4", "[1] INT x size=4", "[1] INT 'x' size=four",
        "[x] INT 'x'", "[1] STRUCT 'x' size=1 vlen=1\n\t'm' type_id=y bits_offset=0"}) {
    const auto refused = read_btf_text(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_THAT(refused.error().what, HasSubstr("cannot be read")) << wrong;
  }
  EXPECT_THAT(read_btf_text("").error().what, HasSubstr("no types"));
  EXPECT_THAT(read_btf_text("libbpf: a warning\n").error().what, HasSubstr("no types"));
  EXPECT_THAT(read_btf_text("[1] PTR '(anon)' type_id=7").error().what, HasSubstr("not there"));
  EXPECT_THAT(read_btf_text("[1] STRUCT 'x' size=1 vlen=1\n\t'm' type_id=2 bits_offset=0").error().what,
              HasSubstr("not there"));
}

TEST(ReadBtf, TypesThatNeverEndAreCutOff) {
  const Btf loop = types("[1] PTR '(anon)' type_id=1\n[2] TYPEDEF 'x' type_id=1\n");
  EXPECT_THAT(definition(loop, 2)[0], HasSubstr("..."));
  std::string text;  // each of them spells the next one out twice
  for (int i = 1; i <= 40; ++i)
    text += "[" + std::to_string(i) +
            "] STRUCT '(anon)' size=1 vlen=2\n\t'a' type_id=" + std::to_string(i + 1) +
            " bits_offset=0\n\t'b' type_id=" + std::to_string(i + 1) + " bits_offset=0\n";
  text += "[41] STRUCT '(anon)' size=1 vlen=0\n[42] TYPEDEF 'bomb' type_id=1\n";
  EXPECT_LT(definition(types(text), 42).size(), 400000U);
}

TEST(LineDiff, ShowsWhatGoesAndWhatComesInOrder) {
  EXPECT_THAT(line_diff({"a", "b", "c"}, {"a", "b", "c"}), IsEmpty());
  EXPECT_THAT(line_diff({"a", "b", "c"}, {"a", "x", "c", "d"}), ElementsAre("-b", "+x", "+d"));
  EXPECT_THAT(line_diff({}, {"a"}), ElementsAre("+a"));
  EXPECT_THAT(line_diff({"a", "a"}, {"a"}), ElementsAre("-a"));
  EXPECT_THAT(line_diff({"a", "b", "c", "d"}, {"c", "d", "a", "b"}), ElementsAre("-a", "-b", "+a", "+b"));
}

TEST(DiffTypes, NothingIsNothing) {
  const auto diff = diff_types(types(kOldTypes), types(kOldTypes));
  EXPECT_THAT(diff.changed, IsEmpty());
  EXPECT_THAT(diff.added, IsEmpty());
  EXPECT_THAT(diff.removed, IsEmpty());
}

TEST(DiffTypes, ShowsMembersAndSizes) {
  const std::string now = changed(changed(kOldTypes, "'ops' size=16 vlen=2", "'ops' size=24 vlen=3"),
                                  "\t'name' type_id=9 bits_offset=64\n",
                                  "\t'name' type_id=9 bits_offset=64\n\t'flags' type_id=1 bits_offset=128\n");
  const auto diff = diff_types(types(kOldTypes), types(now));
  ASSERT_EQ(diff.changed.size(), 1U) << "who points to it has not changed itself";
  EXPECT_EQ(diff.changed[0].title, "struct ops");
  EXPECT_EQ(diff.changed[0].old_size, 16U);
  EXPECT_EQ(diff.changed[0].new_size, 24U);
  EXPECT_THAT(diff.changed[0].lines, ElementsAre("+int flags;"));
}

TEST(DiffTypes, ShowsEnumeratorsAndWhatOnlyMoved) {
  const auto up = diff_types(types(kOldTypes), types(changed(kOldTypes, "'UP' val=1", "'UP' val=2")));
  ASSERT_EQ(up.changed.size(), 1U);
  EXPECT_THAT(up.changed[0].lines, ElementsAre("-UP = 1,", "+UP = 2,"));
  const auto moved = diff_types(types(kOldTypes), types(changed(kOldTypes, "'refs' type_id=1 bits_offset=64",
                                                                "'refs' type_id=1 bits_offset=96")));
  ASSERT_EQ(moved.changed.size(), 1U);
  EXPECT_EQ(moved.changed[0].title, "struct sock");
  EXPECT_THAT(moved.changed[0].lines, IsEmpty());
}

TEST(DiffTypes, TypesOfOneNameAreASet) {
  const std::string more =
      std::string(kOldTypes) + "[15] STRUCT 'sock' size=4 vlen=1\n\t'x' type_id=1 bits_offset=0\n";
  const auto diff = diff_types(types(kOldTypes), types(more));
  ASSERT_EQ(diff.changed.size(), 1U);
  EXPECT_THAT(diff.changed[0].lines, ElementsAre("+int x;"));
  EXPECT_THAT(diff_types(types(more), types(more)).changed, IsEmpty());
  const auto named =
      diff_types(types(kOldTypes), types(changed(kOldTypes, "ENUM 'state'", "ENUM 'condition'")));
  EXPECT_THAT(named.added, ElementsAre("enum condition"));
  EXPECT_THAT(named.removed, ElementsAre("enum state"));
}

TEST(ReachTypes, FollowsPointersToWhatChanged) {
  const std::string now =
      changed(kOldTypes, "'init' type_id=6 bits_offset=0", "'begin' type_id=6 bits_offset=0");
  const Btf old_types = types(kOldTypes);
  const Btf new_types = types(now);
  const auto diff = diff_types(old_types, new_types);
  const auto reached = reach_types(old_types, new_types, diff, {"tcp_slow_start", "other", "not_in_btf"});
  ASSERT_EQ(reached.size(), 3U);
  EXPECT_TRUE(reached[0].known);
  EXPECT_THAT(reached[0].types, ElementsAre(0U));
  EXPECT_THAT(reached[0].way, ElementsAre("struct sock", "struct ops"));
  EXPECT_EQ(reached[0].old_declaration, "");
  EXPECT_TRUE(reached[1].known);
  EXPECT_THAT(reached[1].types, IsEmpty());
  EXPECT_FALSE(reached[2].known);
}

TEST(ReachTypes, TellsAnotherDeclaration) {
  const std::string now = changed(kOldTypes, "\t'n' type_id=1\n", "\t'sk' type_id=8\n");
  const Btf old_types = types(kOldTypes);
  const Btf new_types = types(now);
  const auto reached = reach_types(old_types, new_types, diff_types(old_types, new_types), {"other"});
  EXPECT_EQ(reached[0].old_declaration, "void other(int n);");
  EXPECT_EQ(reached[0].new_declaration, "void other(struct sock *sk);");
}

TEST(ReachTypes, NearestFirst) {
  std::string now = changed(kOldTypes, "'init' type_id=6 bits_offset=0", "'begin' type_id=6 bits_offset=0");
  now = changed(now, "'refs' type_id=1 bits_offset=64", "'count' type_id=1 bits_offset=64");
  const Btf old_types = types(kOldTypes);
  const Btf new_types = types(now);
  const auto diff = diff_types(old_types, new_types);
  ASSERT_EQ(diff.changed.size(), 2U);
  EXPECT_EQ(diff.changed[0].title, "struct ops");
  const auto reached = reach_types(old_types, new_types, diff, {"tcp_slow_start"});
  EXPECT_THAT(reached[0].types, ElementsAre(1U, 0U));
  EXPECT_THAT(reached[0].way, ElementsAre("struct sock"));
}

}  // namespace
}  // namespace kmesh
