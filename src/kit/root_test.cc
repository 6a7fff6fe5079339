// SPDX-License-Identifier: Apache-2.0
#include "kit/root.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// A bzImage's header with this text at `at` (an offset from 0x200).
std::string image_with(const std::string& text, unsigned at = 0x1000) {
  std::string image(0x200 + 0x2000, 'x');
  image.replace(0x202, 4, "HdrS");
  image[0x20e] = static_cast<char>(at & 0xff);
  image[0x20f] = static_cast<char>(at >> 8);
  if (0x200 + at + text.size() <= image.size()) image.replace(0x200 + at, text.size(), text);
  return image;
}

std::string release(const std::string& image) {
  const auto found = image_release(image);
  return found ? *found : "error: " + found.error().what;
}

TEST(ImageRelease, ReadsTheHeader) {
  EXPECT_EQ(release(image_with("5.10.262-1.kmesh.x86_64 (kmesh@kmesh) #1 SMP")), "5.10.262-1.kmesh.x86_64");
  EXPECT_EQ(release(image_with(std::string("6.1.0\0rest", 10), 0x80ff - 0x7000)), "6.1.0");
}

TEST(ImageRelease, RefusesWhatIsNoKernel) {
  const std::string refused = "error: this is no x86 kernel image (bzImage)";
  EXPECT_EQ(release(""), refused);
  EXPECT_EQ(release("\x7f"
                    "ELF and more"),
            refused);
  EXPECT_EQ(release(std::string(0x210, '\0')), refused);
  EXPECT_EQ(release(image_with("x", 0xffff)), refused) << "the text lies behind the file's end";
  EXPECT_EQ(release(image_with(" 5.10")), refused) << "an empty release";
  EXPECT_EQ(release(image_with("../../etc ")), refused);
  EXPECT_EQ(release(image_with(".. ")), refused) << "it becomes a folder's name";
  EXPECT_EQ(release(image_with("5.10\n ")), refused);
  EXPECT_EQ(release(image_with(std::string(256, 'y'))), refused) << "a text without an end";
}

class RootTest : public ::testing::Test {
 protected:
  void SetUp() override { disk_.files["/bin/busybox"] = "busybox"; }
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {"/data/kernel", "/data/guest"}};
  Side side_{"enhanced", "/w/enhanced", "/w/log", Sandbox(true, "/w/enhanced", "/w/ccache")};
};

TEST_F(RootTest, AnEmptyRootHasAShellAndDepmod) {
  disk_.files["/w/enhanced/root/old"] = "of the run before";
  ASSERT_TRUE(make_root(kit_, side_));
  EXPECT_FALSE(disk_.exists("/w/enhanced/root/old"));
  EXPECT_EQ(disk_.links["/w/enhanced/root/bin/sh"], "/bin/busybox");
  EXPECT_EQ(disk_.links["/w/enhanced/root/sbin/depmod"], "/bin/busybox");
  EXPECT_TRUE(disk_.executables.contains("/w/enhanced/root/bin/busybox"));
}

TEST_F(RootTest, InstallsPackagesAsRootOfTheSandbox) {
  processes_.answer("rpm", {}, [&](const Command&) {
    disk_.files["/w/enhanced/root/lib/modules/5.10-k/modules.dep"] = "";
    disk_.files["/w/enhanced/root/lib/modules/5.10-k/vmlinuz"] = "";
  });
  const auto image = install_rpms(kit_, side_, {"/w/enhanced/rpmbuild/RPMS/x86_64/kernel.rpm"});
  ASSERT_TRUE(image) << image.error().what;
  EXPECT_EQ(image->release, "5.10-k");
  EXPECT_EQ(image->kernel, "/w/enhanced/root/lib/modules/5.10-k/vmlinuz");
  ASSERT_EQ(processes_.ran.size(), 1U);
  const auto& argv = processes_.ran[0].argv;
  EXPECT_EQ(argv.front(), "bwrap");
  EXPECT_THAT(argv, Contains("--uid"));
  EXPECT_THAT(argv, Contains("/kmesh/root"));
  EXPECT_EQ(argv.back(), "/kmesh/rpmbuild/RPMS/x86_64/kernel.rpm");
}

TEST_F(RootTest, APackageWhoseScriptletDidNothingIsAnError) {
  processes_.answer("rpm", {},
                    [&](const Command&) { disk_.files["/w/enhanced/root/lib/modules/5.10-k/vmlinuz"] = ""; });
  const auto image = install_rpms(kit_, side_, {"/w/enhanced/k.rpm"});
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().what, "the package's scriptlet did not run depmod");
}

TEST_F(RootTest, TwoKernelsInOneRootAreAnError) {
  processes_.answer("rpm", {}, [&](const Command&) {
    disk_.files["/w/enhanced/root/lib/modules/5.10-k/vmlinuz"] = "";
    disk_.files["/w/enhanced/root/lib/modules/6.1-k/vmlinuz"] = "";
  });
  const auto image = install_rpms(kit_, side_, {"/w/enhanced/k.rpm"});
  ASSERT_FALSE(image);
  EXPECT_THAT(image.error().what, HasSubstr("2 kernels were installed"));
}

TEST_F(RootTest, BuildsTheModuleOfTheSourcesOnly) {
  for (const auto* name : {"Kbuild", "kmesh.c", "kmesh.h", "kmesh.mod.c", "kmesh.o", "kmesh.ko"})
    disk_.files[std::string("/data/kernel/ko_src/") + name] = name;
  processes_.answer("make", {},
                    [&](const Command&) { disk_.files["/w/enhanced/module/kmesh.ko"] = "built"; });
  Image image;
  image.release = "5.10-k";
  ASSERT_TRUE(build_module(kit_, side_, image, "/w/enhanced/tree", {2, "ccache gcc"}));
  EXPECT_EQ(image.module, "/w/enhanced/root/lib/modules/5.10-k/extra/kmesh.ko");
  EXPECT_EQ(disk_.files[image.module], "built") << "and not the one that lay beside the sources";
  EXPECT_TRUE(disk_.exists("/w/enhanced/module/kmesh.h"));
  EXPECT_FALSE(disk_.exists("/w/enhanced/module/kmesh.mod.c")) << "made by another build";
  EXPECT_FALSE(disk_.exists("/w/enhanced/module/kmesh.o"));
  const auto& argv = processes_.ran.at(0).argv;
  EXPECT_THAT(argv, Contains("M=/kmesh/module"));
  EXPECT_THAT(argv, Contains("/kmesh/tree"));
  EXPECT_THAT(argv, Not(Contains("--uid")));
}

}  // namespace
}  // namespace kmesh
