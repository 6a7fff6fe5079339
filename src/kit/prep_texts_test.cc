// SPDX-License-Identifier: Apache-2.0
#include "kit/prep_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(PathsOfDiffs, TakesBothSidesAndWhatWasMoved) {
  EXPECT_THAT(paths_of_diffs("Subject: x\n--- a/net/tcp.c\t2020\n+++ b/net/tcp2.c\r\n@@ -1 +1 @@\n-a\n+b\n"
                             "--- /dev/null\n+++ b/new\nrename from old/x\nrename to new/x\n"),
              ElementsAre("net/tcp.c", "net/tcp2.c", "new", "new/x", "old/x"));
  EXPECT_THAT(paths_of_diffs("--- a/../../etc/passwd\n+++ /abs\n--- \n"), ElementsAre("abs"));
  EXPECT_THAT(paths_of_diffs(""), IsEmpty());
}

TEST(StoppingSpec, EndsThePrepWhereOurPatchesWouldFollow) {
  const auto spec = stopping_spec(
      "Source0: a\n%prep\n%setup -q -n k -c\n(cd linux\n%patch1 -p1\n)\nmake oldconfig\n", "/l", "/t");
  ASSERT_TRUE(spec) << spec.error().what;
  EXPECT_THAT(*spec, HasSubstr(")\n# kmesh-kernel: added lines begin\n(cd linux && while read -r kmesh;"));
  EXPECT_THAT(
      *spec,
      HasSubstr("done < /l)\n: > /l.reached\nexit 0\n# kmesh-kernel: added lines end\nmake oldconfig\n"));
}

}  // namespace
}  // namespace kmesh
