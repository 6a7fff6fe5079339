// SPDX-License-Identifier: Apache-2.0
#include "kit/header_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::set<std::string> names(std::string_view text) {
  const auto found = header_names(text);
  EXPECT_TRUE(found) << found.error().what;
  return found.value_or(std::set<std::string>{});
}

TEST(HeaderNames, MacrosWithAndWithoutParameters) {
  EXPECT_THAT(names("#define BPF_JMP32\t0x06 /* mode */\n"
                    "  #  define BPF_LD(x) \\\n\t((x) + OTHER)\n"
                    "#define BPF_GONE 1\n#undef BPF_GONE\n"),
              UnorderedElementsAre("BPF_JMP32", "BPF_LD"));
}

TEST(HeaderNames, TheIncludeGuardIsNone) {
  EXPECT_THAT(names("/* licence */\n#ifndef __LINUX_BPF_H__\n#define __LINUX_BPF_H__\n#define A 1\n#endif\n"),
              ElementsAre("A"));
  EXPECT_THAT(names("#define A 1\n#ifndef B\n#define B 2\n#endif\n"), UnorderedElementsAre("A", "B"))
      << "a default is no guard";
}

TEST(HeaderNames, EnumeratorsAndTags) {
  EXPECT_THAT(names("enum bpf_cmd {\n BPF_MAP_CREATE,\n BPF_PROG_RUN = BPF_MAP_CREATE, /* alias */\n"
                    " BPF_LAST = (1U << 3) | F(a, b),\n};\nenum { BARE, };\n"
                    "enum sized : unsigned int { WIDE };\n"),
              UnorderedElementsAre("enum bpf_cmd", "BPF_MAP_CREATE", "BPF_PROG_RUN", "BPF_LAST", "BARE",
                                   "enum sized", "WIDE"));
}

TEST(HeaderNames, TagsAreThoseDefinedHere) {
  EXPECT_THAT(names("struct bpf_attr_later;\n"
                    "union bpf_attr { struct { __u32 map_type; enum inner { IN_IT } e; };\n"
                    " struct other_thing *p; } __attribute__((aligned(8)));\n"
                    "struct __attribute__((packed)) dense { int a; };\n"
                    "int f(struct used x);\n"),
              UnorderedElementsAre("union bpf_attr", "enum inner", "IN_IT", "struct dense"));
}

TEST(HeaderNames, Typedefs) {
  EXPECT_THAT(names("typedef unsigned int u32;\ntypedef struct pair { int a; } pair_t, *pair_p;\n"
                    "typedef int (*callback)(int first, void *second);\ntypedef char name_t[16];\n"
                    "typedef __u16 __bitwise le16 __attribute__((aligned(2)));\n"),
              UnorderedElementsAre("u32", "struct pair", "pair_t", "pair_p", "callback", "name_t", "le16"));
}

TEST(HeaderNames, AMapperOfFunctionsMakesEnumerators) {
  EXPECT_THAT(
      names("#define __BPF_FUNC_MAPPER(FN)\t\\\n\tFN(unspec),\t\\\n\tFN(map_lookup_elem),\t\\\n\t/* */\n"
            "#define __BPF_ENUM_FN(x) BPF_FUNC_ ## x\n"
            "enum bpf_func_id {\n\t__BPF_FUNC_MAPPER(__BPF_ENUM_FN)\n\t__BPF_FUNC_MAX_ID,\n};\n"
            "#undef __BPF_ENUM_FN\n"),
      UnorderedElementsAre("__BPF_FUNC_MAPPER", "enum bpf_func_id", "BPF_FUNC_unspec",
                           "BPF_FUNC_map_lookup_elem", "__BPF_FUNC_MAX_ID"));
}

TEST(HeaderNames, AMapperWithAContextAndValuesMakesThem) {
  EXPECT_THAT(
      names("#define ___BPF_FUNC_MAPPER(FN, ctx...)\t\\\n\tFN(unspec, 0, ##ctx)\t\\\n\tFN(tail_call, 12, "
            "##ctx)\t\\\n\n"
            "#define __BPF_FUNC_MAPPER_APPLY(name, value, FN) FN(name),\n"
            "#define __BPF_FUNC_MAPPER(FN) ___BPF_FUNC_MAPPER(__BPF_FUNC_MAPPER_APPLY, FN)\n"
            "#define __BPF_ENUM_FN(x, y) BPF_FUNC_ ## x = y,\n"
            "enum bpf_func_id { ___BPF_FUNC_MAPPER(__BPF_ENUM_FN) __BPF_FUNC_MAX_ID, };\n"
            "#undef __BPF_ENUM_FN\n"
            "#define OLD(x) OLD_##x\nenum { __BPF_FUNC_MAPPER(OLD) };\n"),
      UnorderedElementsAre("___BPF_FUNC_MAPPER", "__BPF_FUNC_MAPPER_APPLY", "__BPF_FUNC_MAPPER", "OLD",
                           "enum bpf_func_id", "BPF_FUNC_unspec", "BPF_FUNC_tail_call", "__BPF_FUNC_MAX_ID",
                           "OLD_unspec", "OLD_tail_call"));
}

TEST(HeaderNames, AMacroHoldsFromItsPlaceToItsUndef) {
  EXPECT_THAT(
      names("#define FN(x) ONE_##x\nenum { FN(a) };\n#undef FN\n#define FN(x) TWO_##x\nenum { FN(b) };\n"),
      UnorderedElementsAre("ONE_a", "TWO_b", "FN"));
  // as linux/in.h does: the macro is for those who ask whether there is the enumerator
  EXPECT_THAT(names("enum { IPPROTO_IP = 0,\n#define IPPROTO_IP IPPROTO_IP\n IPPROTO_TCP = 6 };\n"),
              UnorderedElementsAre("IPPROTO_IP", "IPPROTO_TCP"));
}

TEST(HeaderNames, CommentsAndLiteralsHaveNone) {
  EXPECT_THAT(names("/* #define A 1\n enum { B }; */\n// enum { C };\n"
                    "#define D \"/* no comment\"\n#define E '\"'\n/* struct f { */ #define no_directive\n"
                    "#define G 1 /* goes on\n#define H 2 */\n#define I 3\n"),
              UnorderedElementsAre("D", "E", "no_directive", "G", "I"));
}

TEST(HeaderNames, EveryBranchCountsButIfZero) {
  EXPECT_THAT(
      names("#ifdef __cplusplus\nextern \"C\" {\n#endif\n#if 0\n#define OFF 1\n#if 1\nenum { OFF_TOO };\n"
            "#else\n#define OFF_AS_WELL\n#endif\n#else\n#define ON 1\n#endif\n"
            "#ifdef X\nenum { HERE };\n#elif defined(Y)\nenum { THERE };\n#else\ntypedef int other;\n#endif\n"
            "#ifdef __cplusplus\n}\n#endif\n#error don't\n#define LAST\n"),
      UnorderedElementsAre("ON", "HERE", "THERE", "other", "LAST"));
}

TEST(HeaderNames, HostileTextEnds) {
  EXPECT_EQ(header_names("int a; /* no end").error().what, "a comment has no end");
  std::string text = "#define M0 a, a, a, a, a, a, a, a\n";
  for (int i = 1; i < 12; ++i) {
    const std::string below = "M" + std::to_string(i - 1);
    text += "#define M" + std::to_string(i);
    for (int n = 0; n < 8; ++n) text += " " + below;
    text += "\n";
  }
  EXPECT_EQ(header_names(text + "enum { M11 };").error().what, "macros grow without bound");
  EXPECT_THAT(names("#define A B\n#define B A\nenum { A };\n"), UnorderedElementsAre("A", "B"));
  for (const auto* broken : {"enum {", "enum", "struct x", "typedef", "typedef (*", "#define", "#define F(a",
                             "#", "enum { F(", "#endif\n#else\n", "}", "#define F(a,\nenum { F(1"})
    EXPECT_TRUE(header_names(broken)) << broken;
}

TEST(Lacking, IsWhatOneHasAndTheOtherNot) {
  EXPECT_THAT(lacking({"A", "B", "struct c"}, {"B", "D"}), ElementsAre("A", "struct c"));
  EXPECT_THAT(lacking(names("#define A 1\n"), names("enum { A };\n")), IsEmpty())
      << "a macro that becomes an enumerator is still there";
}

}  // namespace
}  // namespace kmesh
