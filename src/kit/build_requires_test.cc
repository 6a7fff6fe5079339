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

TEST(RequiredNames, WithoutVersionsAndLogic) {
  EXPECT_THAT(required_names("gcc"), ElementsAre("gcc"));
  EXPECT_THAT(required_names("openssl-devel >= 1.1"), ElementsAre("openssl-devel"));
  EXPECT_THAT(required_names("(clang >= 14 or gcc)"), ElementsAre("clang", "gcc"));
  EXPECT_THAT(required_names("perl(ExtUtils::Embed)"), ElementsAre("perl(ExtUtils::Embed)"));
  EXPECT_THAT(required_names("(python3-devel if fedora-release)"),
              ElementsAre("python3-devel", "fedora-release"));
}

TEST(MapRequires, WhatIsNotInTheTableIsSaid) {
  const auto table =
      parse_package_table("# c\ngcc\tgcc\nredhat-rpm-config\t-\nelfutils-devel\tlibelf-dev libdw-dev\n");
  ASSERT_TRUE(table);
  const auto mapped =
      map_requires({"gcc(x86-64)", "elfutils-devel", "redhat-rpm-config", "kabi-dw", "kabi-dw"}, *table);
  EXPECT_THAT(mapped.packages, ElementsAre("gcc", "libdw-dev", "libelf-dev"));
  EXPECT_THAT(mapped.unmapped, ElementsAre("kabi-dw"));
}

TEST(PackageTable, RefusesRowsThatAreNone) {
  EXPECT_FALSE(parse_package_table("gcc\n"));
  EXPECT_FALSE(parse_package_table("gcc\tgcc\ngcc\tg++\n"));
  EXPECT_FALSE(parse_package_table("\tgcc\n"));
}

TEST(NotInstalled, CountsOnlyWhatIsThere) {
  EXPECT_THAT(not_installed({"a", "b", "c"}, "a installed\nb config-files\n"), ElementsAre("b", "c"));
}

TEST(CheckBuildRequires, NamesAllThatIsMissingAtOnce) {
  MemoryDisk disk;
  FakeProcesses processes;
  FakeStatus status;
  Kit kit{disk, processes, status, {"/data/kernel", ""}};
  disk.files["/data/kernel/rpm/debian-packages.tsv"] = "gcc\tgcc\nbison\tbison\nflex\tflex\n";
  Exit exit;
  exit.output = "gcc installed\n";
  processes.answer("dpkg-query", exit);
  const auto missing = check_build_requires(kit, {"gcc", "flex", "bison"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().command, "apt-get install bison flex");
  const auto said = check_build_requires(kit, {"gcc", "kabi-dw"});
  ASSERT_TRUE(said);
  EXPECT_THAT(*said, ElementsAre(HasSubstr("checked as 1 Debian packages"), HasSubstr("kabi-dw")));
  EXPECT_THAT(*check_build_requires(kit, {}), IsEmpty());
}

}  // namespace
}  // namespace kmesh
