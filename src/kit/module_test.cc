// SPDX-License-Identifier: Apache-2.0
#include "kit/module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kInstalled = "/w/enhanced/root/lib/modules/5.10-k/extra/kmesh.ko";
constexpr const char* kRpm = "/w/enhanced/kmod/rpmbuild/RPMS/x86_64/kmod-kmesh-5.10-k.rpm";

class ModuleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto* name : {"Kbuild", "kmesh.c", "kmesh.mod.c", "kmesh.ko"})
      disk_.files[std::string("/data/kernel/ko_src/") + name] = name;
    disk_.files["/data/kernel/rpm/kmod-kmesh.spec"] = "the spec";
    image_.release = "5.10-k";
    processes_.answer("tar", {});
  }
  // The argv of the only command that ran with this word in it.
  std::vector<std::string> ran(const std::string& word) {
    for (const auto& command : processes_.ran) {
      for (const auto& part : command.argv) {
        if (part == word) return command.argv;
      }
    }
    ADD_FAILURE() << word << " was not run";
    return {};
  }

  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {"/data/kernel", "/data/guest"}};
  Side side_{"enhanced", "/w/enhanced", "/w/log", Sandbox(true, "/w/enhanced", "/w/ccache")};
  Image image_;
};

TEST_F(ModuleTest, AnRpmIsBuiltAgainstTheInstalledKernelAndInstalledThere) {
  processes_.answer("rpmbuild", {}, [&](const Command&) { disk_.files[kRpm] = "packed"; });
  processes_.answer("rpm", {}, [&](const Command&) { disk_.files[kInstalled] = "installed"; });
  const auto package = pack_module(kit_, side_, image_, Output::kRpm, {2, "ccache gcc"});
  ASSERT_TRUE(package) << package.error().what;
  EXPECT_EQ(*package, kRpm);
  EXPECT_EQ(image_.module, kInstalled);
  EXPECT_EQ(disk_.files["/w/enhanced/kmesh.ko"], "installed") << "and not the one that was built";
  EXPECT_EQ(disk_.files["/w/enhanced/kmod/rpmbuild/SPECS/kmod-kmesh.spec"], "the spec");
  const auto sources = ran("tar");
  EXPECT_THAT(sources, Contains("kmesh.c"));
  EXPECT_THAT(sources, Not(Contains("kmesh.mod.c"))) << "made by another build";
  const auto build = ran("rpmbuild");
  EXPECT_EQ(build.front(), "bwrap");
  EXPECT_THAT(build, Contains("kernel_release 5.10-k"));
  EXPECT_THAT(build, Contains("kernel_devel /kmesh/root/usr/src/kernels/5.10-k"));
  EXPECT_THAT(build, Contains("kmesh_cc ccache gcc"));
  const auto install = ran("rpm");
  EXPECT_THAT(install, Contains("/kmesh/root"));
  EXPECT_EQ(install.back(), "/kmesh/kmod/rpmbuild/RPMS/x86_64/kmod-kmesh-5.10-k.rpm");
}

TEST_F(ModuleTest, APackageWithoutTheModuleIsAnError) {
  processes_.answer("rpmbuild", {}, [&](const Command&) { disk_.files[kRpm] = "packed"; });
  processes_.answer("rpm", {});
  const auto package = pack_module(kit_, side_, image_, Output::kRpm, {2, "gcc"});
  ASSERT_FALSE(package);
  EXPECT_EQ(package.error().what, "kmod-kmesh-5.10-k.rpm brought no kmesh.ko for 5.10-k");
}

TEST_F(ModuleTest, ABuildThatEndsWithoutAPackageIsAnError) {
  processes_.answer("rpmbuild", {},
                    [&](const Command&) { disk_.folders.insert("/w/enhanced/kmod/rpmbuild/RPMS"); });
  const auto package = pack_module(kit_, side_, image_, Output::kRpm, {2, "gcc"});
  ASSERT_FALSE(package);
  EXPECT_THAT(package.error().what, HasSubstr("0 packages were made"));
}

TEST_F(ModuleTest, ADebIsPackedStrippedAndUnpackedIntoTheRoot) {
  const std::string deb = "/w/enhanced/kmod/kmod-kmesh-5.10-k_1.kmesh_amd64.deb";
  const std::string packed = "/w/enhanced/kmod/tree/lib/modules/5.10-k/extra/kmesh.ko";
  processes_.answer("make", {}, [&](const Command&) { disk_.files["/w/enhanced/module/kmesh.ko"] = "long"; });
  processes_.answer("strip", {}, [&](const Command&) { disk_.files[packed] = "short"; });
  processes_.answer("dpkg-deb", {}, [&](const Command& command) {
    const auto& argv = command.argv;
    if (std::find(argv.begin(), argv.end(), "--build") != argv.end()) {
      disk_.files[deb] = disk_.files[packed];
    } else {
      EXPECT_FALSE(disk_.exists(kInstalled)) << "what is there must come out of the package";
      disk_.files[kInstalled] = disk_.files[deb];
    }
  });
  const auto package = pack_module(kit_, side_, image_, Output::kDeb, {2, "gcc"});
  ASSERT_TRUE(package) << package.error().what;
  EXPECT_EQ(*package, deb);
  EXPECT_EQ(disk_.files["/w/enhanced/kmesh.ko"], "short");
  EXPECT_TRUE(disk_.executables.contains("/w/enhanced/kmod/tree/DEBIAN/postinst"));
}

TEST_F(ModuleTest, AnImageHasTheFileItself) {
  processes_.answer("make", {},
                    [&](const Command&) { disk_.files["/w/enhanced/module/kmesh.ko"] = "built"; });
  const auto package = pack_module(kit_, side_, image_, Output::kImage, {2, "gcc"});
  ASSERT_TRUE(package) << package.error().what;
  EXPECT_EQ(*package, "/w/enhanced/kmesh.ko");
  EXPECT_EQ(disk_.files[kInstalled], "built");
}

TEST(DebControl, BelongsToOneKernel) {
  const std::string control = deb_control("6.12.1-k");
  EXPECT_THAT(control, HasSubstr("Package: kmod-kmesh-6.12.1-k\n"));
  EXPECT_THAT(control, HasSubstr("linux-image-6.12.1-k (= 1.kmesh)\n"));
  EXPECT_TRUE(control.ends_with("\n"));
}

TEST(DebScript, RunsDepmodForThatKernelWhileItIsThere) {
  EXPECT_EQ(deb_script("postinst", "6.12"),
            "#!/bin/sh\nset -e\n"
            "[ \"$1\" != configure ] || [ ! -e /lib/modules/6.12/modules.order ] || depmod -a 6.12\n");
  EXPECT_THAT(deb_script("postrm", "6.12"), HasSubstr("!= remove ]"));
}

}  // namespace
}  // namespace kmesh
