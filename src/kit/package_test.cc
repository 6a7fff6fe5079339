// SPDX-License-Identifier: Apache-2.0
#include "kit/package.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;

class PackageTest : public ::testing::Test {
 protected:
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {}};
  Side side_{"enhanced", "/w/enhanced", "/w/log", Sandbox(true, "/w/enhanced", "/w/ccache")};
};

TEST_F(PackageTest, CollectsPackagesWithTheirSums) {
  disk_.files = {{"/w/enhanced/rpmbuild/RPMS/x86_64/kernel-1.rpm", "abc"},
                 {"/w/enhanced/rpmbuild/RPMS/x86_64/kernel-devel-1.rpm", "dd"},
                 {"/w/enhanced/rpmbuild/RPMS/x86_64/notes.txt", "no package"},
                 {"/w/packages/kernel-0.rpm", "of the run before"}};
  const auto files = built_files(kit_, side_, Output::kRpm);
  ASSERT_TRUE(files) << files.error().what;
  const auto packages = collect_packages(kit_, *files, "/w");
  ASSERT_TRUE(packages) << packages.error().what;
  ASSERT_EQ(packages->size(), 2U);
  const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ((*packages)[0].path, "packages/kernel-1.rpm");
  EXPECT_EQ((*packages)[0].sha256, abc);
  EXPECT_EQ((*packages)[0].bytes, 3U);
  EXPECT_FALSE(disk_.exists("/w/packages/kernel-0.rpm"));
  EXPECT_EQ(disk_.files["/w/packages/SHA256SUMS"],
            abc + "  kernel-1.rpm\n" + sha256_text("dd") + "  kernel-devel-1.rpm\n")
      << "as sha256sum -c reads it";
  const auto manifest = nlohmann::json::parse(disk_.files["/w/packages/manifest.json"]);
  EXPECT_EQ(manifest[0], nlohmann::json({{"file", "kernel-1.rpm"}, {"sha256", abc}, {"bytes", 3}}));
}

TEST_F(PackageTest, ABuildWithoutAPackageIsAnError) {
  disk_.folders.insert("/w/enhanced/rpmbuild/RPMS");
  const auto files = built_files(kit_, side_, Output::kRpm);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().what, "the build ended without a package");
}

TEST_F(PackageTest, KnowsWhatEachOutputLeaves) {
  disk_.files = {{"/w/enhanced/linux-image.deb", ""},
                 {"/w/enhanced/tree/debian/inner.deb", ""},
                 {"/w/enhanced/x.rpm", ""}};
  EXPECT_THAT(built_files(kit_, side_, Output::kDeb).value_or(std::vector<std::string>{}),
              ElementsAre("/w/enhanced/linux-image.deb"));
  EXPECT_THAT(built_files(kit_, side_, Output::kImage).value_or(std::vector<std::string>{}),
              ElementsAre("/w/enhanced/vmlinuz", "/w/enhanced/config", "/w/enhanced/System.map",
                          "/w/enhanced/modules.tar"));
}

TEST_F(PackageTest, AMissingFileOfAnImageIsAnError) {
  disk_.files = {{"/w/enhanced/vmlinuz", ""}};
  EXPECT_FALSE(collect_packages(kit_, {"/w/enhanced/vmlinuz", "/w/enhanced/config"}, "/w"));
}

}  // namespace
}  // namespace kmesh
