// SPDX-License-Identifier: Apache-2.0
#include "kit/build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

TEST(IsStep, KnowsKbuildsLines) {
  for (const char* line :
       {"  CC      kernel/fork.o", "  CC [M]  net/x.o", "  LD      vmlinux", "  AR      lib/lib.a",
        "  HOSTCC  scripts/kconfig/conf.o", "  AS      arch/x86/boot/header.o", "  BTFIDS  vmlinux",
        "  MODPOST Module.symvers"})
    EXPECT_TRUE(is_step(line)) << line;
  for (const char* line :
       {"", "  ", "  C", "CC      kernel/fork.o", "   CC     x.o", "  CCX     x.o", "  INSTALL x",
        "  cc      x.o", "  CALL    scripts/checksyscalls.sh", "make[1]: Entering directory"})
    EXPECT_FALSE(is_step(line)) << line;
}

TEST(LostOptions, ReadsTheMarkedLines) {
  EXPECT_THAT(
      lost_options(
          "x\nkmesh-config: lost CONFIG_X=y (now: n)\n kmesh-config: lost no\nkmesh-config: lost Y\n"),
      ElementsAre("CONFIG_X=y (now: n)", "Y"));
  EXPECT_THAT(lost_options(""), ElementsAre());
}

class BuildTest : public ::testing::Test {
 protected:
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {"/data/kernel", "/data/guest"}};
  Side side_{"enhanced", "/w/enhanced", "/w/logs/build.log", Sandbox(true, "/w/enhanced", "/w/ccache")};
  Make make_{4, "ccache gcc"};
};

TEST_F(BuildTest, CountsTheSteps) {
  Exit exit;
  exit.output =
      "Executing(%build): /bin/sh -e /var/tmp/x\n  CC      a.o\n  CC      b.o\nnoise\n  LD      vmlinux\n";
  processes_.answer("rpmbuild", exit);
  const auto steps = rpm_build(kit_, side_, "/w/enhanced/rpmbuild/SPECS/kernel.spec", make_, 7);
  ASSERT_TRUE(steps) << steps.error().what;
  EXPECT_EQ(*steps, 3U);
  EXPECT_EQ(status_.done, 3U);
  EXPECT_EQ(status_.total, 7U);
  EXPECT_THAT(status_.lines, Contains("CC      b.o"));
  EXPECT_THAT(status_.lines, Contains("Executing(%build)"));
  ASSERT_EQ(processes_.ran.size(), 1U);
  const auto& argv = processes_.ran[0].argv;
  EXPECT_EQ(argv.front(), "bwrap") << "a spec is somebody's code";
  EXPECT_EQ(argv.back(), "/kmesh/rpmbuild/SPECS/kernel.spec");
  EXPECT_THAT(argv, Contains("_topdir /kmesh/rpmbuild"));
  EXPECT_THAT(argv, Contains("_dbpath /kmesh/rpmdb"));
  EXPECT_THAT(argv, Contains("_smp_mflags -j4"));
  EXPECT_THAT(argv, Contains("_smp_build_ncpus 4"));
  EXPECT_EQ(processes_.ran[0].log, "/w/logs/build.log");
}

TEST_F(BuildTest, AFailureShowsTheFirstErrorAndTheLog) {
  Exit exit;
  exit.code = 1;
  exit.output = "  CC      a.o\na.c:1: error: no\nmake: *** [x] Error 2\n";
  processes_.answer("rpmbuild", exit);
  const auto steps = rpm_build(kit_, side_, "/w/enhanced/x.spec", make_, 0);
  ASSERT_FALSE(steps);
  EXPECT_EQ(steps.error().what, "rpmbuild failed");
  EXPECT_THAT(steps.error().hint, HasSubstr("/w/logs/build.log"));
  EXPECT_THAT(steps.error().detail, HasSubstr("a.c:1: error: no"));
}

TEST_F(BuildTest, AFullDiskIsSaidAsOne) {
  Exit exit;
  exit.code = 1;
  exit.output = "as: can't write: No space left on device\nmake: *** [x] Error 2\n";
  processes_.answer("rpmbuild", exit);
  const auto steps = rpm_build(kit_, side_, "/w/enhanced/x.spec", make_, 0);
  ASSERT_FALSE(steps);
  EXPECT_EQ(steps.error().what, "rpmbuild failed: the disk is full");
  EXPECT_EQ(steps.error().command, "df -h /w/enhanced");
}

TEST_F(BuildTest, FindsTheConfigurationThatPrepLeft) {
  processes_.answer("-bp", {}, [&](const Command&) {
    disk_.files["/w/enhanced/rpmbuild/BUILD/kernel-5.10/linux-5.10/.config"] = "CONFIG_X=y\n";
    disk_.files["/w/enhanced/rpmbuild/BUILD/kernel-5.10/kernel.config"] = "";
  });
  disk_.files["/w/enhanced/rpmbuild/BUILD/old/linux-old/.config"] = "of the run before";
  const auto config = rpm_prepare(kit_, side_, "/w/enhanced/x.spec", make_);
  ASSERT_TRUE(config) << config.error().what;
  EXPECT_EQ(*config, "/w/enhanced/rpmbuild/BUILD/kernel-5.10/linux-5.10/.config");
}

TEST_F(BuildTest, PrepWithoutAConfigurationIsAnError) {
  processes_.answer("-bp", {}, [&](const Command&) { disk_.folders.insert("/w/enhanced/rpmbuild/BUILD"); });
  const auto config = rpm_prepare(kit_, side_, "/w/enhanced/x.spec", make_);
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().what, HasSubstr("no kernel tree"));
}

TEST_F(BuildTest, ConfiguresATreeOverTinyconfigOrWithAWholeConfiguration) {
  disk_.files["/c/slim.config"] = "CONFIG_BPF=y\n";
  disk_.files["/data/kernel/rpm/kernel-config"] = "#!/bin/sh\n";
  processes_.answer("bwrap", {});
  ASSERT_TRUE(tree_configure(kit_, side_, {"/c/slim.config", true}, make_));
  ASSERT_EQ(processes_.ran.size(), 5U);
  EXPECT_THAT(processes_.ran[1].argv, Contains("tinyconfig"));
  EXPECT_THAT(processes_.ran[2].argv, Contains("scripts/kconfig/merge_config.sh"));
  EXPECT_THAT(processes_.ran[3].argv, Contains("olddefconfig"));
  EXPECT_THAT(processes_.ran[4].argv, Contains("compare"));
  processes_.ran.clear();
  const auto config = tree_configure(kit_, side_, {"/c/slim.config", false}, make_);
  ASSERT_TRUE(config) << config.error().what;
  EXPECT_EQ(*config, "/w/enhanced/tree/.config");
  ASSERT_EQ(processes_.ran.size(), 4U);
  EXPECT_THAT(processes_.ran[1].argv, Contains("cp"));
  EXPECT_EQ(disk_.files["/w/enhanced/kernel.config"], "CONFIG_BPF=y\n");
}

TEST_F(BuildTest, ATreesDebianPackageIsPackedWithoutWhatThePackingBeforeMade) {
  processes_.answer("bwrap", {});
  ASSERT_TRUE(tree_build(kit_, side_, Output::kImage, make_, 0));
  EXPECT_EQ(processes_.ran.size(), 1U);
  processes_.ran.clear();
  ASSERT_TRUE(tree_build(kit_, side_, Output::kDeb, make_, 0));
  ASSERT_EQ(processes_.ran.size(), 3U);
  EXPECT_THAT(processes_.ran[1].argv, IsSupersetOf({"rm", "scripts/unifdef"}));
  EXPECT_THAT(processes_.ran[2].argv,
              IsSupersetOf({"bindeb-pkg", "SOURCE_DATE_EPOCH=1767225600", "TAR_OPTIONS=--touch"}));
}

}  // namespace
}  // namespace kmesh
