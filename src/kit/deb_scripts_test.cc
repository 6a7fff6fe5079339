// SPDX-License-Identifier: Apache-2.0
#include "kit/deb_scripts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kMkdebian = "cat <<EOF > debian/changelog\n -- $maintainer  $(date -R)\nEOF\n";
const std::string kBuilddeb = "find . -printf '%P\\0' \\\n\t\t| xargs -r0 md5sum > DEBIAN/md5sums\"\n";

class FixDebScripts : public ::testing::Test {
 protected:
  std::vector<std::string> fix(const std::string& mkdebian, const std::string& builddeb) {
    disk_.files = {{"/t/scripts/package/mkdebian", mkdebian}, {"/t/scripts/package/builddeb", builddeb}};
    const auto fixed = fix_deb_scripts(kit_, "/t");
    EXPECT_TRUE(fixed);
    return fixed.value_or(std::vector<std::string>{"an error"});
  }
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {"/k", "/g"}};
};

TEST_F(FixDebScripts, TheDateAndTheOrderAreFixed) {
  EXPECT_THAT(fix(kMkdebian, kBuilddeb), IsEmpty());
  EXPECT_EQ(disk_.files["/t/scripts/package/mkdebian"],
            "cat <<EOF > debian/changelog\n -- $maintainer  Thu, 01 Jan 2026 00:00:00 +0000\nEOF\n");
  EXPECT_EQ(disk_.files["/t/scripts/package/builddeb"],
            "find . -printf '%P\\0' \\\n\t\t| LC_ALL=C sort -z | xargs -r0 md5sum > DEBIAN/md5sums\"\n");
}

TEST_F(FixDebScripts, DebhelperSortsByItself) {
  EXPECT_THAT(fix(kMkdebian, "install_linux_image\n"), IsEmpty());
  EXPECT_EQ(disk_.files["/t/scripts/package/builddeb"], "install_linux_image\n");
}

TEST_F(FixDebScripts, AnotherWayToDateIsSaid) {
  EXPECT_THAT(fix("date --rfc-2822\n", kBuilddeb), ElementsAre(HasSubstr("another build makes other")));
  EXPECT_EQ(disk_.files["/t/scripts/package/mkdebian"], "date --rfc-2822\n");
}

TEST_F(FixDebScripts, ATreeWithoutThemIsLeftAlone) {
  const auto fixed = fix_deb_scripts(kit_, "/t");
  ASSERT_TRUE(fixed);
  EXPECT_THAT(*fixed, IsEmpty());
  EXPECT_TRUE(disk_.files.empty());
}

}  // namespace
}  // namespace kmesh
