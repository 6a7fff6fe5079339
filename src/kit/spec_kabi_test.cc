// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_kabi.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "LINE: what turns it off", the line counted from 0.
std::vector<std::string> switches(std::string_view text) {
  const auto spec = read_spec(text);
  if (!spec) return {spec.error().what};
  const auto found = find_kabi_switches(*spec);
  if (!found) return {"error: " + found.error().what};
  std::vector<std::string> all;
  for (const auto& kabi : *found) all.push_back(fmt::format("{}: {}", kabi.line, kabi.off));
  return all;
}

TEST(KabiSwitches, EveryFormInWhichTheyAreDefined) {
  EXPECT_THAT(switches("%define with_kabichk 1\n%if 0%{?with_kabichk}\n%endif\n"),
              ElementsAre("1: %define with_kabichk 0"));
  EXPECT_THAT(switches("%global do_kabichk 1\n"), ElementsAre("1: %global do_kabichk 0"));
  EXPECT_THAT(switches("%define with_kabichk %{?_without_kabichk: 0} %{?!_without_kabichk: 1}\n"
                       "%define with_kabidwchk %{?_without_kabidwchk: 0} %{?!_without_kabidwchk: 1}\n"
                       "%if %{with_kabichk}\n%endif\n%if %{with_kabidwchk}\n%endif\n"),
              ElementsAre("1: %define with_kabichk 0", "2: %define with_kabidwchk 0"));
}

TEST(KabiSwitches, ADefinitionInBetweenThatIsRead) {
  EXPECT_THAT(
      switches(
          "%define with_kabichk 1\n%if %{with_kabichk}\n%endif\n%ifarch x86_64\n%define with_kabichk "
          "1\n%endif\n"
          "%if %{with_kabichk}\n%global sign 1\n%endif\n%ifarch noarch\n%define with_kabichk 0\n%endif\n"),
      ElementsAre("1: %define with_kabichk 0", "6: %define with_kabichk 0", "12: %define with_kabichk 0"));
  EXPECT_THAT(switches("%define with_kabichk 1\n%define with_kabichk 1\n%if %{with_kabichk}\n%endif\n"),
              ElementsAre("2: %define with_kabichk 0"))
      << "what nothing reads is left alone";
}

TEST(KabiSwitches, WhatTheTextDoesNotDefineIsRefused) {
  EXPECT_THAT(switches("%include switches\n%if %{with_kabichk}\n%endif\n"),
              ElementsAre("error: line 2: with_kabichk is read, and no line of the spec defines it"));
  EXPECT_THAT(switches("%define skip_kabichk 0\n%if !%{skip_kabichk}\n%endif\n"),
              ElementsAre("error: line 1: skip_kabichk says when the kABI is not checked"));
}

TEST(KabiSwitches, OtherNames) {
  for (const auto* name : {"with_check_kabi", "kabichk", "with_kabi", "do_kabi_check", "with_abichk"})
    EXPECT_THAT(switches(fmt::format("%define {0} 1\n%if %{{{0}}}\n%endif\n", name)),
                ElementsAre(fmt::format("1: %define {} 0", name)));
  for (const auto* name : {"kabiversion", "with_kabidw_base", "check_kabi_tool", "with_stability_check"})
    EXPECT_THAT(switches(fmt::format("%define {0} 1\n%if %{{{0}}}\n%endif\n", name)), IsEmpty()) << name;
}

// There, defining it as 0 would switch it on.
TEST(KabiSwitches, ABcondIsUndefined) {
  EXPECT_THAT(switches("%bcond_without kabichk\n%if %{with kabichk}\n%endif\n"),
              ElementsAre("1: %undefine with_kabichk"));
  EXPECT_THAT(switches("%bcond_with kabichk\n"), ElementsAre("1: %undefine with_kabichk"));
  EXPECT_THAT(switches("%bcond kabichk 1\n"), ElementsAre("1: %undefine with_kabichk"));
  EXPECT_THAT(switches("%define with_kabichk 1\n%if %{with kabichk}\n%endif\n"),
              ElementsAre("1: %undefine with_kabichk"))
      << "a definition that is tested like a bcond";
  EXPECT_THAT(switches("%bcond_without kabichk\n%if 0%{?with_kabichk}\n%endif\n"),
              ElementsAre("1: %undefine with_kabichk"))
      << "off for both kinds of test";
}

TEST(KabiSwitches, GoBehindTheLastDefinitionAndOutOfConditionals) {
  EXPECT_THAT(
      switches(
          "%define with_kabichk 1\nA: b\n%ifarch x\n%if 1\n%define with_kabichk 0\n%endif\n%endif\nB: c\n"),
      ElementsAre("7: %define with_kabichk 0"));
}

TEST(KabiSwitches, AnExpressionWithoutASwitch) {
  EXPECT_THAT(switches("# a comment\nA: b\n%if 0%{!?_without_kabichk:1}\n%endif\n"),
              ElementsAre("1: %define _without_kabichk --without-kabichk"));
}

TEST(KabiSwitches, ASpecWithoutACheckHasNone) {
  EXPECT_THAT(
      switches("Name: kernel\n%define with_debug 1\n%define kabi_files x\n%define with_kabi_stablelists 1\n"),
      IsEmpty());
  EXPECT_THAT(switches("# %define with_kabichk 1\n"), IsEmpty());
}

TEST(KabiSwitches, TwoTestsThatContradictEachOtherAreRefused) {
  EXPECT_THAT(
      switches("%define with_kabichk 1\n%if %{with_kabichk}\n%endif\n%if %{with kabichk}\n%endif\n"),
      ElementsAre("error: with_kabichk is tested by its value in line 2 and by its being there in line 4"));
}

TEST(KabiSwitches, DefinitionsWithinALine) {
  for (const auto* line : {"%{!?with_kabichk:%global with_kabichk 1}", "%{!?nokabi:%global with_kabichk 1}",
                           "%{expand:%%global with_kabichk 1}"})
    EXPECT_THAT(switches(std::string(line) + "\n%if %{with_kabichk}\n%endif\n"),
                ElementsAre("1: %global with_kabichk 0"))
        << line;
  for (const auto* line : {"%{!?x:%bcond_without kabichk}", "%{bcond_without kabichk}"})
    EXPECT_THAT(switches(std::string(line) + "\n%if %{with kabichk}\n%endif\n"),
                ElementsAre("1: %undefine with_kabichk"))
        << line;
}

TEST(KabiSwitches, TestsOfBeingThere) {
  for (const auto* test :
       {"%{defined with_kabichk}", "%{undefined with_kabichk}", "\"%{?with_kabichk}\" != \"\""})
    EXPECT_THAT(switches("%define with_kabichk 1\n%if " + std::string(test) + "\n%endif\n"),
                ElementsAre("1: %undefine with_kabichk"))
        << test;
  EXPECT_THAT(switches("A: b\n%if %{undefined _without_kabichk}\n%endif\n"),
              ElementsAre("0: %define _without_kabichk --without-kabichk"));
}

TEST(KabiSwitches, WhatIsReadBetweenTwoDefinitionsIsOffToo) {
  EXPECT_THAT(
      switches("%define with_kabichk 1\n%if %{with_kabichk}\n%endif\n%ifarch s390x\n%define with_kabichk 0\n"
               "%endif\n"),
      ElementsAre("1: %define with_kabichk 0", "6: %define with_kabichk 0"));
  EXPECT_THAT(switches("%define with_kabichk 1\n%global checkit %{with_kabichk}\n%define with_kabichk 1\n"),
              ElementsAre("1: %define with_kabichk 0", "3: %define with_kabichk 0"));
  EXPECT_THAT(switches("%ifarch x86_64\n%define with_kabichk 1\n%global checkit %{with_kabichk}\n%endif\n"),
              ElementsAre("error: line 3: with_kabichk is read where it cannot be off yet"));
}

TEST(KabiSwitches, WhatIsNotUnderstoodIsRefused) {
  EXPECT_THAT(switches("%define without_kabichk 0\n%if !%{without_kabichk}\n%endif\n"),
              ElementsAre("error: line 1: without_kabichk says when the kABI is not checked"));
  EXPECT_THAT(switches("%{lua: rpm.define(\"with_kabichk 1\")}\n"),
              ElementsAre("error: line 1: Lua defines a switch of the kABI check"));
}

}  // namespace
}  // namespace kmesh
