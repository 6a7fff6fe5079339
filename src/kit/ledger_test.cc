// SPDX-License-Identifier: Apache-2.0
#include "kit/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;

// as 5.10 has it: by position
constexpr const char* kByPosition =
    "/* FN(comment) */\n#define "
    "__BPF_FUNC_MAPPER(FN)\t\t\\\n\tFN(unspec),\t\t\t\\\n\tFN(map_lookup_elem),\t\\\n"
    "\tFN(mine),\t\t\\\n\t/* */\n\nenum bpf_func_id "
    "{\n\t__BPF_FUNC_MAPPER(__BPF_ENUM_FN)\n\t__BPF_FUNC_MAX_ID,\n};\n";
// as 6.12 has it: with numbers
constexpr const char* kNumbered =
    "#define ___BPF_FUNC_MAPPER(FN, ctx...)\t\\\n\tFN(unspec, 0, ##ctx)\t\\\n\tFN(map_lookup_elem, 1, "
    "##ctx)\t\\\n"
    "\tFN(mine, 212, ##ctx)\t\\\n\t/* that is all */\n";

TEST(HelperNumber, CountsOrReadsIt) {
  EXPECT_THAT(helper_number(kByPosition, "unspec"), Eq(0));
  EXPECT_THAT(helper_number(kByPosition, "mine"), Eq(2));
  EXPECT_THAT(helper_number(kByPosition, "comment"), Eq(std::nullopt));
  EXPECT_THAT(helper_number(kNumbered, "mine"), Eq(212));
  EXPECT_THAT(helper_number(kNumbered, "map_lookup"), Eq(std::nullopt));
  EXPECT_THAT(helper_number("", "mine"), Eq(std::nullopt));
}

TEST(EnumeratorNumber, CountsEvaluatesAndKnowsWhenItDoesNotKnow) {
  constexpr const char* header =
      "#define X 7\nenum first {\n\tA, /* B, */\n\tC,\n\tD = 0x10, // comment\n\tE,\n\tF = (1U << 4),\n"
      "\tG = C | 8,\n\tH = A - 1,\n\tI = sizeof(int),\n\tJ,\n\tK = 3,\n\tMACRO(x)\n\tL\n};\n"
      "struct s { enum inner { P = -5, Q } q; };\nenum { R };\nenum forward;\nint enumerate;\n";
  EXPECT_THAT(enumerator_number(header, "A"), Eq(0));
  EXPECT_THAT(enumerator_number(header, "B"), Eq(std::nullopt));
  EXPECT_THAT(enumerator_number(header, "C"), Eq(1));
  EXPECT_THAT(enumerator_number(header, "E"), Eq(17));
  EXPECT_THAT(enumerator_number(header, "F"), Eq(16));
  EXPECT_THAT(enumerator_number(header, "G"), Eq(9));
  EXPECT_THAT(enumerator_number(header, "H"), Eq(-1));
  EXPECT_THAT(enumerator_number(header, "I"), Eq(std::nullopt));
  EXPECT_THAT(enumerator_number(header, "J"), Eq(std::nullopt)) << "after one that is not known";
  EXPECT_THAT(enumerator_number(header, "K"), Eq(3));
  EXPECT_THAT(enumerator_number(header, "L"), Eq(std::nullopt));
  EXPECT_THAT(enumerator_number(header, "Q"), Eq(-4));
  EXPECT_THAT(enumerator_number(header, "R"), Eq(0));
  EXPECT_THAT(enumerator_number(header, "X"), Eq(std::nullopt)) << "a macro is no enumerator";
}

TEST(EnumeratorNumber, NeitherHangsNorOverflowsOnWhatIsNoHeader) {
  EXPECT_THAT(enumerator_number("enum { A = 9223372036854775807, B }; /*", "A"), Eq(9223372036854775807));
  for (const std::string text : {"enum", "enum {", "enum { A = ", "enum { A = (((", "enum { A = 1 << 99 }",
                                 "enum { A = 99999999999999999999 }", "enum { A = 08 }", "enum { A = 1 2 }",
                                 "/* enum { A }", "enum { = 3 }"})
    EXPECT_THAT(enumerator_number(text, "A"), Eq(std::nullopt)) << text;
  EXPECT_THAT(enumerator_number("enum { A = " + std::string(100000, '('), "A"), Eq(std::nullopt));
  EXPECT_THAT(enumerator_number("enum { A = " + std::string(100000, '-') + "1 }", "A"), Eq(std::nullopt));
}

TEST(AddedNames, AreWhatTheUapiHeadersGain) {
  Patch patch;
  auto files = parse_diff(
      "--- a/include/uapi/linux/bpf.h\n+++ b/include/uapi/linux/bpf.h\n@@ -1,6 +1,9 @@\n"
      " enum x {\n-\tOLD, /* comment */\n+\tOLD, /* better comment */\n+\tNEW_ONE,\n+\tNEW_TWO = 7,\n "
      "\tLAST\n };\n"
      "-\tFN(old),\t\\\n+\tFN(old), \\\n+\tFN(new_helper),\t\\\n \n"
      "--- a/kernel/bpf/x.c\n+++ b/kernel/bpf/x.c\n@@ -1 +1,2 @@\n a\n+\tINNER,\n");
  ASSERT_TRUE(files) << files.error().what;
  patch.files = *files;
  const std::string path = "include/uapi/linux/bpf.h";
  EXPECT_THAT(added_names(patch), ElementsAre(NumberedName{"enumerator", "NEW_ONE", path},
                                              NumberedName{"enumerator", "NEW_TWO", path},
                                              NumberedName{"helper", "new_helper", path}));
  EXPECT_THAT(added_names(Patch{}), IsEmpty());
}

std::vector<std::string> names_of(const std::string& added,
                                  const std::string& path = "include/uapi/linux/x.h") {
  Patch patch;
  const auto count = std::count(added.begin(), added.end(), '\n');
  std::string diff =
      "--- a/" + path + "\n+++ b/" + path + "\n@@ -1 +1," + std::to_string(count + 1) + " @@\n enum x {\n";
  for (const auto& line : split_lines(added)) diff += "+" + line;
  auto files = parse_diff(diff);
  EXPECT_TRUE(files) << (files ? "" : files.error().what);
  if (files) patch.files = *files;
  std::vector<std::string> names;
  for (const auto& name : added_names(patch)) names.push_back(name.kind.substr(0, 1) + " " + name.name);
  return names;
}

TEST(AddedNames, SeveralOfOneLine) {
  EXPECT_THAT(names_of("\tA, B = 5, C = (1 << 2),\n"), ElementsAre("e A", "e B", "e C"));
  EXPECT_THAT(names_of("enum y { P, Q = F(1, 2), R };\n"), ElementsAre("e P", "e Q", "e R"));
  EXPECT_THAT(names_of("typedef enum { P } p_t;\n"), ElementsAre("e P"));
  EXPECT_THAT(names_of("\tA /* one, two */, B, // C,\n"), ElementsAre("e A", "e B"));
  EXPECT_THAT(names_of("\tFN(a), FN(b),\t\\\n"), ElementsAre("h a", "h b"));
  EXPECT_THAT(names_of("\tFN(a, 7, ##ctx) FN(b, 8, ##ctx) \\\n"), ElementsAre("h a", "h b"));
  EXPECT_THAT(names_of("#define ___BPF_FUNC_MAPPER(FN, ctx...) FN(unspec, 0, ##ctx) \\\n"),
              ElementsAre("h unspec"));
}

TEST(AddedNames, OfWhatIsNoEnumerator) {
  EXPECT_THAT(names_of("\t__u32 a, b;\n\t__u64 c;\n"), IsEmpty());
  EXPECT_THAT(names_of("struct s { int a; };\n int f(int a, int b);\n"), IsEmpty());
  EXPECT_THAT(names_of("#define FN(x) x,\n#define __BPF_ENUM_FN(x, y) BPF_FUNC_ ## x = y,\n"), IsEmpty());
  EXPECT_THAT(names_of(" * word, of a comment\n"), IsEmpty());
  EXPECT_THAT(names_of("\tSUM = ONE |\n\t      TWO, NEXT,\n"), ElementsAre("e SUM", "e NEXT"))
      << "TWO is a value's";
}

TEST(AddedNames, InWhichHeaders) {
  EXPECT_THAT(names_of("\tA,\n", "arch/x86/include/uapi/asm/kvm.h"), ElementsAre("e A"));
  EXPECT_THAT(names_of("\tA,\n", "tools/include/uapi/linux/bpf.h"), IsEmpty()) << "a copy";
  EXPECT_THAT(names_of("\tA,\n", "tools/arch/x86/include/uapi/asm/kvm.h"), IsEmpty());
  EXPECT_THAT(names_of("\tA,\n", "include/linux/bpf.h"), IsEmpty());
}

}  // namespace
}  // namespace kmesh
