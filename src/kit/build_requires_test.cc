// SPDX-License-Identifier: Apache-2.0
#include "kit/build_requires.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(PackageTable, RefusesRowsThatAreNone) {
  EXPECT_FALSE(parse_package_table("gcc\n"));
  EXPECT_FALSE(parse_package_table("gcc\tgcc\ngcc\tg++\n"));
  EXPECT_FALSE(parse_package_table("\tgcc\n"));
}

TEST(InstalledPackages, CountsOnlyWhatIsThere) {
  EXPECT_THAT(installed_packages("a installed 1:2-3\nb config-files 1\nc not-installed \n"),
              ElementsAre(Pair("a", "1:2-3")));
}

TEST(RequiringSpec, HasNobodysMacros) {
  EXPECT_THAT(
      requiring_spec({"gcc >= 4", "%(reboot)", "(a or b)"}),
      AllOf(HasSubstr("\nBuildRequires: gcc >= 4\nBuildRequires: %%(reboot)\nBuildRequires: (a or b)\n")));
  EXPECT_THAT(requiring_spec({"a\n%prep"}), HasSubstr("\nBuildRequires: a%%prep\n"));
}

TEST(MissingForRpm, ReadsRpmsWords) {
  EXPECT_THAT(missing_for_rpm("error: Failed build dependencies:\n"
                              "\tgcc >= 14 is needed by kmesh-requirements-0-0.noarch\n"
                              "\t(clang or foo) is needed by kmesh-requirements-0-0.noarch\n"),
              ElementsAre("gcc >= 14", "(clang or foo)"));
  EXPECT_THAT(missing_for_rpm("error: line 3: Unknown tag\n"), IsEmpty());
}

class CheckBuildRequires : public ::testing::Test {
 protected:
  CheckBuildRequires() {
    disk_.files["/data/kernel/rpm/debian-packages.tsv"] = "gcc\tgcc\nbison\tbison\nflex\tflex\n";
  }
  void host(bool rpm) { processes_.answer("--query", ended(rpm ? 0 : 1, "")); }
  static Exit ended(int status, const std::string& output) {
    Exit exit;
    exit.code = status;
    exit.output = output;
    return exit;
  }
  auto check(const std::vector<std::string>& wanted, bool install = false) {
    return check_build_requires(kit_, "/w/requirements", wanted, install);
  }
  // how often the program was run
  long runs(const std::string& program) {
    return std::count_if(processes_.ran.begin(), processes_.ran.end(),
                         [&](const Command& command) { return command.argv.front() == program; });
  }

  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {"/data/kernel", ""}};
};

TEST_F(CheckBuildRequires, ADebianHostIsAskedByItsTable) {
  host(false);
  processes_.answer("dpkg-query", ended(0, "gcc installed 4:12.2.0-3\n"));
  const auto missing = check({"gcc", "flex", "bison"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().command, "apt-get install --yes --no-remove bison flex");
  EXPECT_THAT(missing.error().hint, HasSubstr("--install-deps"));
  const auto said = check({"gcc", "kabi-dw"});
  ASSERT_TRUE(said);
  EXPECT_THAT(
      *said,
      ElementsAre(
          HasSubstr("2 BuildRequires were checked as 1 Debian packages; rpm's own check was switched off"),
          HasSubstr("kabi-dw")));
  EXPECT_THAT(*check({"kabi-dw"}), ElementsAre(HasSubstr("was switched off"), HasSubstr("kabi-dw")));
  EXPECT_EQ(runs("rpmbuild"), 0);
  EXPECT_THAT(*check({}), IsEmpty());
}

TEST_F(CheckBuildRequires, ADebianPackageThatIsTooOldIsMissing) {
  host(false);
  processes_.answer("dpkg-query", ended(0, "gcc installed 4:12.2.0-3\n"));
  processes_.answer("--compare-versions", ended(1, ""));
  const auto missing = check({"gcc >= 14-1.el10"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().what,
            "the spec wants what is not installed: gcc >= 14-1.el10 (gcc is 4:12.2.0-3)");
  EXPECT_EQ(missing.error().command, "apt-get install --yes --no-remove gcc");
  EXPECT_THAT(processes_.ran.back().argv, ElementsAre("dpkg", "--compare-versions", "12.2.0", "ge", "14"));
}

TEST_F(CheckBuildRequires, AnRpmHostIsAskedByRpm) {
  host(true);
  processes_.answer(
      "-bd",
      ended(11,
            "error: Failed build dependencies:\n\tgcc >= 14 is needed by kmesh-requirements-0-0.noarch\n"));
  const auto missing = check({"gcc >= 14", "make"});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().what, HasSubstr("not installed: gcc >= 14"));
  EXPECT_EQ(missing.error().command,
            "dnf --assumeyes builddep --spec /w/requirements/kmesh-requirements.spec");
  EXPECT_THAT(disk_.files["/w/requirements/kmesh-requirements.spec"], HasSubstr("BuildRequires: make\n"));
  EXPECT_EQ(runs("dpkg-query"), 0);
}

TEST_F(CheckBuildRequires, AnRpmWithoutBdChecksBeforePrep) {
  host(true);
  processes_.answer("-bd", ended(1, "rpmbuild: -bd: unknown option\n"));
  processes_.answer("-bp", ended(0, ""));
  const auto said = check({"gcc"});
  ASSERT_TRUE(said);
  EXPECT_THAT(*said, ElementsAre(HasSubstr("by this host's rpm")));
}

TEST_F(CheckBuildRequires, NeitherAnswers) {
  host(true);
  processes_.answer("rpmbuild", ended(1, "error: cannot open Packages database\n"));
  const auto said = check({"gcc"});
  ASSERT_FALSE(said);
  EXPECT_THAT(said.error().what, HasSubstr("could not say"));
}

TEST_F(CheckBuildRequires, InstallsOnlyWhenAsked) {
  host(false);
  std::string installed = "gcc installed 4:12-1\n";
  processes_.answers.push_back(
      {[](const Command& command) { return command.argv.front() == "apt-get"; }, ended(0, ""),
       [&](const Command&) { processes_.answers.back().exit.output += "flex installed 2.6-8\n"; }});
  processes_.answer("dpkg-query", ended(0, installed));
  EXPECT_FALSE(check({"gcc", "flex"}));
  EXPECT_EQ(runs("apt-get"), 0);
  EXPECT_TRUE(check({"gcc", "flex"}, true));
  EXPECT_EQ(runs("apt-get"), 1);
  const auto still = check({"gcc", "bison"}, true);
  ASSERT_FALSE(still);
  EXPECT_THAT(still.error().hint, HasSubstr("brought no such thing"));
}

}  // namespace
}  // namespace kmesh
