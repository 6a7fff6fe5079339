// SPDX-License-Identifier: Apache-2.0
#include "kit/kabi_cause.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::IsEmpty;

Patch patch(const std::string& name, const std::string& diff) {
  auto read = parse_patch_file(
      {name, ""}, "From: a <a@a.test>\nSubject: s\n\n--- a/" + name + ".h\n+++ b/" + name + ".h\n" + diff);
  EXPECT_TRUE(read) << (read ? "" : read.error().what);
  return read.value_or(Patch());
}

std::string told(const std::vector<Cause>& causes) {
  std::string text;
  for (const auto& cause : causes) text += cause.patch + " " + cause.evidence + "\n";
  return text;
}

const TypeChange kOps{"struct ops", 8, 16, {"+u32 flags;"}};

// The definition's head is in the hunk, in its heading, or nowhere.
const Patch kShown = patch("shown", "@@ -1,3 +1,4 @@\n struct ops {\n \tint a;\n+\tint b;\t/* why */\n };\n");
const Patch kHeaded = patch("headed", "@@ -9,2 +9,3 @@ struct ops {\n \tint a;\n+\tu32\t\tflags;\n };\n");
const Patch kBare = patch("bare", "@@ -9,2 +9,3 @@\n \tint a;\n+\tu32\t\tflags;\n };\n");
const Patch kTyped = patch("typed", "@@ -9,2 +9,3 @@\n \tint a;\n+\tunsigned int flags;\n };\n");
const Patch kOther = patch("other", "@@ -1,3 +1,4 @@\n struct others {\n \tint a;\n+\tu32 flags;\n };\n");
const Patch kLocal = patch("local", "@@ -5,2 +5,3 @@ int f(void)\n {\n+\tu32 flags;\n \tint a;\n");
const Patch kBehind =
    patch("behind",
          "@@ -1,4 +1,6 @@\n struct ops {\n \tint a;\n };\n+#define OPS 4\n+int f(struct ops *ops);\n \n");
const Patch kComment =
    patch("comment", "@@ -9,2 +9,3 @@ struct ops {\n \tint a;\n+\t/* u32 flags; */\n };\n");
const Patch kGoes = patch("goes", "@@ -9,3 +9,2 @@\n \tint a;\n-\tu32 flags;\n };\n");

TEST(CausesOfType, AreThePatchesThatChangeItsLines) {
  EXPECT_EQ(told(causes_of_type(kOps, changed_lines({kShown}))), "shown shown.h:3: +int b;\n");
  EXPECT_EQ(told(causes_of_type(kOps, changed_lines({kHeaded}))), "headed headed.h:10: +u32 flags;\n");
  EXPECT_EQ(told(causes_of_type(kOps, changed_lines({kShown, kHeaded}))),
            "shown shown.h:3: +int b;\nheaded headed.h:10: +u32 flags;\n");
}

TEST(CausesOfType, AreFoundByTheMembersWhereNoHeadIsShown) {
  EXPECT_EQ(told(causes_of_type(kOps, changed_lines({kBare}))), "bare bare.h:10: +u32 flags;\n");
  EXPECT_EQ(told(causes_of_type(kOps, changed_lines({kTyped}))), "typed typed.h:10: +unsigned int flags;\n");
  EXPECT_EQ(told(causes_of_type(kOps, changed_lines({kTyped, kBare}))), "bare bare.h:10: +u32 flags;\n")
      << "the same words are better evidence than the same name";
}

TEST(CausesOfType, AreNotWhoDeclaresTheSameElsewhere) {
  for (const auto* patch : {&kOther, &kLocal, &kBehind, &kComment, &kGoes})
    EXPECT_THAT(causes_of_type(kOps, changed_lines({*patch})), IsEmpty()) << patch->file;
}

TEST(CausesOfType, OfConstantsAreFoundByTheirNames) {
  const TypeChange constants{"enum { A, ... }", 4, 4, {"+B = 1,"}};
  const Patch adds = patch("adds", "@@ -1,3 +1,4 @@\n enum {\n \tA,\n+\tB,\n };\n");
  EXPECT_EQ(told(causes_of_type(constants, changed_lines({adds}))), "adds adds.h:3: +B,\n");
  const TypeChange pair{"typedef pair_t", 4, 8, {"+  int b;"}};
  const Patch second =
      patch("second", "@@ -1,3 +1,4 @@\n typedef struct {\n \tint a;\n+\tint b;\n } pair_t;\n");
  EXPECT_EQ(told(causes_of_type(pair, changed_lines({second}))), "second second.h:3: +int b;\n");
}

TEST(CausesOfExport, KnowTheFormsOfExports) {
  const Patch exports = patch("exports",
                              "@@ -1,4 +1,4 @@\n-EXPORT_SYMBOL(first);\n-EXPORT_SYMBOL(second_one);\n"
                              "+EXPORT_SYMBOL_GPL(first);\n+EXPORT_TRACEPOINT_SYMBOL_GPL(third);\n \n \n");
  const auto lines = changed_lines({exports});
  EXPECT_EQ(told(causes_of_export("first", lines)), "exports exports.h:1: -EXPORT_SYMBOL(first);\n");
  EXPECT_EQ(told(causes_of_export("__tracepoint_third", lines)),
            "exports exports.h:2: +EXPORT_TRACEPOINT_SYMBOL_GPL(third);\n");
  EXPECT_THAT(causes_of_export("second", lines), IsEmpty());
  EXPECT_THAT(causes_of_export("third", lines).size(), 1U);
}

TEST(CausesOfDeclaration, AreNoCalls) {
  const Patch calls = patch("calls", "@@ -1,2 +1,3 @@ int g(void)\n {\n+\tfirst(1);\n }\n");
  const Patch declares = patch("declares", "@@ -1,2 +1,2 @@\n-int first(int a);\n+int first(long a);\n \n");
  EXPECT_THAT(causes_of_declaration("first", changed_lines({calls})), IsEmpty());
  EXPECT_EQ(told(causes_of_declaration("first", changed_lines({calls, declares}))),
            "declares declares.h:1: -int first(int a);\n");
  EXPECT_THAT(causes_of_declaration("irst", changed_lines({declares})), IsEmpty());
}

TEST(DeclaredName, ReadsMembersAndConstants) {
  EXPECT_EQ(declared_name("\tu32\t\tflags;"), "flags");
  EXPECT_EQ(declared_name("u8 x:3;"), "x");
  EXPECT_EQ(declared_name("const char *name[16]; /* why */"), "name");
  EXPECT_EQ(declared_name("int (*init)(struct sock *sk);"), "init");
  EXPECT_EQ(declared_name("struct sock __rcu *sk;"), "sk");
  EXPECT_EQ(declared_name("A = 1,"), "A");
  EXPECT_EQ(declared_name("A,"), "A");
  for (const char* none : {"return x;", "f(x);", "a = b;", "int a = 1;", "p->x;", "#define X 1;", "};", "",
                           "* u32 flags;", "if (x)", "goto out;", "f(a),"})
    EXPECT_EQ(declared_name(none), "") << none;
}

}  // namespace
}  // namespace kmesh
