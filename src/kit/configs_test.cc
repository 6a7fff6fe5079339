// SPDX-License-Identifier: Apache-2.0
#include "kit/configs.h"

#include <gmock/gmock.h>

namespace kmesh {
namespace {

TEST(Configs, Names) {
  ASSERT_NE(named_config("lean"), nullptr);
  EXPECT_THAT(named_config("lean")->layers, testing::ElementsAre("slim.config", "lean.config"));
  EXPECT_TRUE(named_config("distro")->layers.empty());
  EXPECT_EQ(named_config("slim.config"), nullptr);
}

TEST(Configs, UpperLayerDecides) {
  EXPECT_EQ(layered("# why\nCONFIG_A=y\nCONFIG_AB=y\n# CONFIG_C is not set\nCONFIG_D=\"x=y\"\n",
                    "# CONFIG_A is not set\nCONFIG_C=m\n"),
            "# why\nCONFIG_AB=y\nCONFIG_D=\"x=y\"\n# CONFIG_A is not set\nCONFIG_C=m\n");
}

TEST(Configs, LineWithoutAnEnd) {
  EXPECT_EQ(layered("CONFIG_A=y", "CONFIG_B=y"), "CONFIG_A=y\nCONFIG_B=y");
  EXPECT_EQ(layered("", "CONFIG_B=y\n"), "CONFIG_B=y\n");
  EXPECT_EQ(layered("CONFIG_B=n\n", "CONFIG_B=y\n"), "CONFIG_B=y\n");
}

}  // namespace
}  // namespace kmesh
