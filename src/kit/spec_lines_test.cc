// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> lines_of(std::string_view text) {
  const auto spec = read_spec(text);
  if (!spec) return {"error: " + spec.error().what};
  std::vector<std::string> lines;
  for (const auto& line : spec->lines) lines.emplace_back(line.text);
  return lines;
}

TEST(ReadSpec, JoinsWhatRpmReadsAsOne) {
  EXPECT_THAT(lines_of("a\\\nb\nc\n"), ElementsAre("a\\\nb\n", "c\n"));
  EXPECT_THAT(lines_of("a\\\r\nb\r\nc"), ElementsAre("a\\\r\nb\r\n", "c"));
  EXPECT_THAT(lines_of("%{lua:\nx = {1}\n}\nc\n"), ElementsAre("%{lua:\nx = {1}\n}\n", "c\n"));
  EXPECT_THAT(lines_of("%(echo\n(a)\n)\nc\n"), ElementsAre("%(echo\n(a)\n)\n", "c\n"));
  EXPECT_THAT(lines_of("%define f() {\nx\n}\nc\n"), ElementsAre("%define f() {\nx\n}\n", "c\n"));
  EXPECT_THAT(lines_of("f() {\nx\n}\n"), ElementsAre("f() {\n", "x\n", "}\n"))
      << "a shell's braces are no macro's";
  EXPECT_THAT(lines_of("100%%{\nx\n"), ElementsAre("100%%{\n", "x\n"));
  EXPECT_THAT(lines_of("a \\n b\nc\n"), ElementsAre("a \\n b\n", "c\n"));
  EXPECT_THAT(lines_of(""), ElementsAre());
}

TEST(ReadSpec, KnowsSectionsAndConditionals) {
  const auto spec =
      read_spec("N: 1\n%if 1\n%ifarch x\na\n%else\nb\n%endif\n%endif\n%PREP\n %build\n%build x\n");
  ASSERT_TRUE(spec);
  const auto& lines = spec->lines;
  EXPECT_THAT(lines[1].inside, ElementsAre());
  EXPECT_THAT(lines[2].inside, ElementsAre(0));
  EXPECT_THAT(lines[3].inside, ElementsAre(0, 1));
  EXPECT_THAT(lines[4].inside, ElementsAre(0));
  EXPECT_THAT(lines[7].inside, ElementsAre());
  EXPECT_EQ(spec->conditionals[0].closed, 7U);
  EXPECT_EQ(spec->conditionals[1].closed, 6U);
  EXPECT_EQ(lines[8].section, Section::kPrep) << "in any case";
  EXPECT_TRUE(lines[8].starts_section);
  EXPECT_EQ(lines[9].section, Section::kPrep) << "not behind a blank";
  EXPECT_EQ(lines[10].section, Section::kBuild);
}

TEST(ReadSpec, RefusesWhatRpmRefuses) {
  EXPECT_THAT(lines_of("a\n%endif\n"), ElementsAre("error: line 2: %endif without an %if"));
  EXPECT_THAT(lines_of("%else\n"), ElementsAre("error: line 1: %else without an %if"));
  EXPECT_THAT(lines_of("a\n%if 1\n%if 2\n%endif\n"), ElementsAre("error: line 2: this %if is never closed"));
  EXPECT_THAT(lines_of("%iffy\n%endifs\n"), ElementsAre("%iffy\n", "%endifs\n")) << "other macros";
}

TEST(SourceTag, IsReadAsRpmReadsIt) {
  SourceTag tag;
  EXPECT_TRUE(source_tag("Source12: x\n", tag));
  EXPECT_EQ(tag.number, "12");
  EXPECT_FALSE(tag.patch);
  EXPECT_TRUE(source_tag("  pAtCh : x\n", tag));
  EXPECT_EQ(tag.number, "");
  EXPECT_TRUE(tag.patch);
  EXPECT_TRUE(source_tag("Source%{n}: x\n", tag));
  EXPECT_EQ(tag.number, "%{n}");
  for (const auto* none : {"Sources: x", "Source12 x", "%patch1: x", "Patching: x", "# Source1: x", ""})
    EXPECT_FALSE(source_tag(none, tag)) << none;
}

}  // namespace
}  // namespace kmesh
