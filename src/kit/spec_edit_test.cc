// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace kmesh {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string edited(std::string_view spec, const std::vector<std::string>& patches) {
  const auto text = edit_spec(spec, patches);
  return text ? text->text : "error: " + text.error().what;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

constexpr const char* kPlain =
    "%define with_kabichk 1\n"
    "Name: kernel\n"
    "Source0: linux.tar.xz\n"
    "Source1: config\n"
    "%description\n"
    "text\n"
    "%prep\n"
    "%setup -q\n"
    "cd linux-1\n"
    "# The distribution's patches are applied here.\n"
    "make olddefconfig\n"
    "%build\n"
    "make\n";

TEST(EditSpec, AddsThreeBlocks) {
  EXPECT_EQ(edited(kPlain, {"a.patch", "b.patch"}),
            "%define with_kabichk 1\n"
            "# kmesh-kernel: added lines begin\n"
            "%define with_kabichk 0\n"
            "# kmesh-kernel: added lines end\n"
            "Name: kernel\n"
            "Source0: linux.tar.xz\n"
            "Source1: config\n"
            "# kmesh-kernel: added lines begin\n"
            "Source9003: a.patch\n"
            "Source9004: b.patch\n"
            "# kmesh-kernel: added lines end\n"
            "%description\n"
            "text\n"
            "%prep\n"
            "%setup -q\n"
            "cd linux-1\n"
            "# kmesh-kernel: added lines begin\n"
            "patch -s -F0 -E -p1 --no-backup-if-mismatch -i %{SOURCE9003} || exit 1\n"
            "patch -s -F0 -E -p1 --no-backup-if-mismatch -i %{SOURCE9004} || exit 1\n"
            "# kmesh-kernel: added lines end\n"
            "# The distribution's patches are applied here.\n"
            "make olddefconfig\n"
            "%build\n"
            "make\n");
}

TEST(EditSpec, TwiceIsOnce) {
  const std::string once = edited(kPlain, {"a.patch"});
  EXPECT_EQ(edited(once, {"a.patch"}), once);
  EXPECT_EQ(edited(once, {"a.patch", "b.patch"}), edited(kPlain, {"a.patch", "b.patch"}))
      << "a longer series";
}

TEST(EditSpec, WithoutPatchesOnlyTheKabiSwitch) {
  const std::string text = edited(kPlain, {});
  EXPECT_EQ(count(text, "# kmesh-kernel: added lines begin"), 1U);
  EXPECT_THAT(text, HasSubstr("%define with_kabichk 0"));
}

TEST(EditSpec, ASpecWithoutTheSwitchGetsNone) {
  const std::string text = edited("Source0: l.tar\n%prep\n%setup\n%build\n", {"a.patch"});
  EXPECT_THAT(text, Not(HasSubstr("with_kabichk")));
}

TEST(UndoSpec, GivesEveryByteBack) {
  const std::vector<std::string> specs = {
      kPlain,
      "Source0: l.tar\n%prep\n%setup\n%build",             // no newline at the end
      "Source0: l.tar\r\n%prep\r\n%setup\r\n%build\r\n",   // CRLF
      "\n\n  Source: l.tar\n\n%prep\n\n%autosetup\n\n\n",  // blank lines, at the end too
  };
  for (const auto& spec : specs) {
    const std::string text = edited(spec, {"a.patch"});
    EXPECT_THAT(text, HasSubstr("-i %{SOURCE9003}")) << spec;
    EXPECT_EQ(undo_spec(text), spec);
  }
  EXPECT_EQ(undo_spec(kPlain), kPlain) << "a spec that was never edited";
  EXPECT_EQ(undo_spec(""), "");
}

TEST(UndoSpec, AMarkWithoutItsEndTakesNothingAway) {
  const std::string torn = "a\n# kmesh-kernel: added lines begin\nb\nc\n";
  EXPECT_EQ(undo_spec(torn), torn);
}

TEST(EditSpec, KeepsTheLineEndsOfTheSpec) {
  const std::string text = edited("Source0: l.tar\r\n%prep\r\n%setup\r\n%build\r\n", {"a.patch"});
  EXPECT_THAT(text, HasSubstr("\r\nSource9003: a.patch\r\n"));
  EXPECT_EQ(count(text, "\n"), count(text, "\r\n")) << "no line with another end";
}

TEST(EditSpec, InAFileOfTwoSystemsLinesEndAsTheLineBeforeThem) {
  const std::string mixed = "Source0: l.tar\n%prep\r\n%setup\r\n%build\n";
  const std::string text = edited(mixed, {"a.patch"});
  EXPECT_THAT(text, HasSubstr("\nSource9003: a.patch\n"));
  EXPECT_THAT(text, HasSubstr("-i %{SOURCE9003} || exit 1 #\r\n"))
      << "or the shell would look for a.patch\\r";
  EXPECT_EQ(undo_spec(text), mixed);
  const std::string closed = edited("Source0: l.tar\r\n%prep\n%setup", {"a.patch"});
  EXPECT_THAT(closed, HasSubstr("-i %{SOURCE9003} || exit 1\n"));
  EXPECT_EQ(undo_spec(closed), "Source0: l.tar\r\n%prep\n%setup");
}

TEST(EditSpec, NumbersThatAreTakenAreLeftOut) {
  const std::string text = edited("Source0: l.tar\nSource9003: x\nSource9005: y\n%prep\n%setup\n%build\n",
                                  {"a.patch", "b.patch", "c.patch"});
  EXPECT_THAT(text, HasSubstr("Source9004: a.patch\nSource9006: b.patch\nSource9007: c.patch\n"));
  EXPECT_THAT(text, HasSubstr("%{SOURCE9004} || exit 1\n"));
  EXPECT_THAT(text, HasSubstr("%{SOURCE9006} || exit 1\n"));
  EXPECT_EQ(count(text, "Source9005:"), 1U);
}

TEST(EditSpec, NumbersOfBranchesThatAreNotTaken) {
  const std::string rest = "%prep\n%setup\n%build\n";
  EXPECT_THAT(edited("%if 0%{?x:1}\nSource9002: a\n%endif\nSource: b\n" + rest, {"p"}),
              HasSubstr("Source9004: p\n"))
      << "rpm counts on from 9002 where x is";
  EXPECT_THAT(edited("Source0: a\n%{?x:Source9003: foo}\n" + rest, {"p"}), HasSubstr("Source9004: p\n"));
  EXPECT_THAT(
      edited("Source: a\nSource: b\nPatch: c\n" + rest.substr(0, 13) + "%patch -P0 -p1\n%build\n", {"p"}),
      HasSubstr("Source9003: p\n"));
}

TEST(EditSpec, ThousandsOfSourcesWithoutANumber) {
  std::string spec = "Source100000000000: x\nSource2147483647: x\n";
  for (int i = 0; i < 40000; ++i) spec += "Source: f\nSource" + std::to_string(50000 + 2 * i) + ": g\n";
  const auto started = std::chrono::steady_clock::now();
  EXPECT_THAT(edited(spec + "%prep\n%setup\n%build\n", {"p"}), HasSubstr("Source40000: p\n"));
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
}

TEST(EditSpec, StaysOutsideOfConditionals) {
  const std::string text = edited(
      "%if 0%{?rhel}\n%define with_kabichk 1\n%else\n%define with_kabichk 2\n%endif\n"
      "Source0: l.tar\n%ifarch x86_64\nSource1: c\n%endif\nName: k\n"
      "%prep\n%setup\n%if 0%{?with_patch}\n%patch1 -p1\n%if 1\n%patch2 -p1\n%endif\n%endif\nmake\n%build\n",
      {"a.patch"});
  EXPECT_THAT(text, HasSubstr("%endif\n# kmesh-kernel: added lines begin\n%define with_kabichk 0\n"));
  EXPECT_THAT(text, HasSubstr("%endif\n# kmesh-kernel: added lines begin\nSource9003: a.patch\n"));
  EXPECT_THAT(text, HasSubstr("%patch2 -p1\n%endif\n%endif\n# kmesh-kernel: added lines begin\npatch -s"));
}

TEST(EditSpec, TheSwitchGoesBehindItsLastDefinition) {
  const std::string text =
      edited("%global with_kabichk 1\n%define  with_kabichk 1\nSource0: l\n%prep\n%setup\n%build\n", {});
  EXPECT_THAT(
      text,
      HasSubstr("%define  with_kabichk 1\n# kmesh-kernel: added lines begin\n%define with_kabichk 0\n"));
  EXPECT_EQ(count(text, "with_kabichk 0"), 1U);
}

TEST(EditSpec, PatchesGoBehindTheDistributionsOwn) {
  const std::string text =
      edited("Source0: l\n%prep\n%autosetup -N\n%autopatch -p1\nsed -i x\n%build\nmake\n", {"a.patch"});
  EXPECT_THAT(text, HasSubstr("%autopatch -p1\n# kmesh-kernel: added lines begin\npatch -s"));
  EXPECT_THAT(edited("Source0: l\n%prep\n%setup\n%build\n%patch9 -p1\n", {"a.patch"}),
              HasSubstr("error: line 5: %patch9 -p1: patches are applied behind %prep"));
}

TEST(EditSpec, WithoutAPatchLineBehindTheLastStepIntoTheTree) {
  const std::string text = edited(
      "Source0: l\n%prep\n%setup -q -c\nmv x linux-1\n  cd linux-1\nmake\n%build\ncd linux-1\n", {"a.patch"});
  EXPECT_THAT(text, HasSubstr("  cd linux-1\n# kmesh-kernel: added lines begin\npatch -s"));
}

TEST(EditSpec, SourcesOfLaterPartsAreNoPlace) {
  const std::string text = edited("Source0: l\nName: k\n%prep\n%setup\n%build\nSource5: echo\n", {"a.patch"});
  EXPECT_THAT(text, HasSubstr("Source0: l\n# kmesh-kernel: added lines begin\nSource9003"));
}

TEST(EditSpec, SaysWhatIsMissing) {
  EXPECT_EQ(edited("%prep\n%setup\n", {"a"}), "error: the spec has no Source line");
  EXPECT_EQ(edited("Source0: l\n%build\n", {"a"}), "error: the spec has no %prep section");
  EXPECT_EQ(edited("Source0: l\n%prep\ntrue\n%build\n%setup\n", {"a"}),
            "error: no place for the patches was found in %prep");
  EXPECT_EQ(edited("", {"a"}), "error: the spec has no Source line");
}

TEST(EditSpec, ALastLineWithoutAnEndGetsOneAndGivesItBack) {
  for (const std::string spec :
       {"Source0: l\n%prep\n%setup", "Source0: l\r\n%prep\r\n%setup", "Source0: l\n%prep\n%setup\r"}) {
    const std::string text = edited(spec, {"a.patch"});
    EXPECT_THAT(text, HasSubstr("%setup")) << text;
    EXPECT_THAT(text, HasSubstr("\n# kmesh-kernel: added lines begin, with the end of the line before"));
    EXPECT_EQ(undo_spec(text), spec);
    EXPECT_EQ(edited(text, {"a.patch"}), text);
  }
}

TEST(EditSpec, SaysWhereItsLinesStand) {
  const auto edit = edit_spec(kPlain, {"a.patch"});
  ASSERT_TRUE(edit);
  EXPECT_THAT(edit->added,
              ::testing::ElementsAre(
                  "line 3: %define with_kabichk 0", "line 9: Source9003: a.patch",
                  "line 17: patch -s -F0 -E -p1 --no-backup-if-mismatch -i %{SOURCE9003} || exit 1"));
  EXPECT_THAT(edit->kabi, ::testing::ElementsAre("with_kabichk"));
  EXPECT_EQ(edit->place, "behind line 9: cd linux-1, in %{name}-%{version}/linux-1");
}

// rpm gives an unnumbered Source the number after the one before it.
TEST(EditSpec, ShiftsNoSourceThatRpmCounts) {
  EXPECT_THAT(edited("Source: a\nSource: b\n%prep\n%setup\n", {"x"}), HasSubstr("Source: b\n# kmesh"));
  EXPECT_THAT(edited("Source0: a\n%sourcelist\nb\n%prep\n%setup\n", {"x"}),
              HasSubstr("error: line 2: the spec lists sources in a section of their own"));
  EXPECT_THAT(edited("Source0: a\n%package b\nSource: c\n%prep\n%setup\n", {"x"}),
              HasSubstr("Source: c\n# kmesh"));
  EXPECT_THAT(edited("Source: a\n%sourcelist\nb\n%package c\nSummary: c\n%prep\n%setup\n", {"x"}),
              HasSubstr("%package c\n# kmesh-kernel: added lines begin\nSource9003: x\n"));
}

TEST(EditSpec, RefusesNamesThatRpmReadsAsSomethingElse) {
  for (const auto* name :
       {"a b.patch", "%{x}.patch", "", "a/b.patch", "a;b", "a(1).patch", "it's", "$x", "-p2"})
    EXPECT_THAT(edited(kPlain, {name}), HasSubstr("cannot stand in a Source line")) << name;
  EXPECT_THAT(edited(kPlain, {"a.patch", "a.patch"}), HasSubstr("two patches are called a.patch"));
}

TEST(EditSpec, ASourceConditionThatReachesOverASectionIsRefused) {
  EXPECT_THAT(edited("%if 1\nSource0: a\n%description\n%endif\n%prep\n%setup\n", {"x"}),
              HasSubstr("error: line 2: the condition around the last Source"));
}

}  // namespace
}  // namespace kmesh
