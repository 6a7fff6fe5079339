// SPDX-License-Identifier: Apache-2.0
#include "kit/half_made.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// size, seconds of the content and of the inode, path
constexpr const char* kListing =
    "7\t1000.5\t9\tmm/old.o\n7\t1100.25\t9\tmm/new.o\n7\t1100\t9\tmm/.new.o.cmd\n7\t1159\t9\tvmlinux\n"
    "7\t1159\t9\tnet/x.c\n7\t1158\t9\t.config\n7\t1158\t9\tinclude/generated/autoconf.h\n"
    "7\t1158\t9\tarch/x86/kernel/vmlinux.lds.S\n7\t1158\t9\tarch/x86/boot/bzImage\n"
    "7\t1158\t9\ttools/objtool/objtool\nnoise\n";

TEST(HalfMade, WhatWasMadeInTheLastMinute) {
  EXPECT_THAT(half_made_in(kListing, is_made_in_steps),
              ElementsAre("mm/new.o", "mm/.new.o.cmd", "vmlinux", "arch/x86/boot/bzImage"));
  EXPECT_THAT(half_made_in("7\t2000\t9\tnet/x.c\n", is_made_in_steps), IsEmpty());
  EXPECT_THAT(half_made_in("", is_made_in_steps), IsEmpty());
}

TEST(MakeGaveUp, WhereItsLastWordIsThatOfTheOutermost) {
  EXPECT_TRUE(
      make_gave_up("a.c:1: error: x\nmake[1]: *** [a.o] Error 1\nmake: *** [Makefile:9: a] Error 2\n"));
  for (const auto* log : {"", "  CC      a.o\n", "make[1]: *** [a.o] Error 1\n", "make: *** [a] Interrupt\n",
                          "make[1]: *** [a.o] Killed\nmake: *** [a] Error 2\n",
                          "make[1]: *** [a.o] Error 137\nmake: *** [a] Error 2\n",
                          "rpm-tmp.1: line 40:   123 Killed   make bzImage\nerror: Bad exit status\n"})
    EXPECT_FALSE(make_gave_up(log)) << log;
}

class HalfMadeTree : public ::testing::Test {
 protected:
  HalfMadeTree() {
    for (const auto* name : {"mm/old.o", "mm/new.o", "net/x.c", "vmlinux", "tools/objtool/objtool",
                             "include/generated/autoconf.h"})
      disk_.files[std::string("/t/") + name] = "x";
    Exit exit;
    exit.output = kListing;
    processes_.answer("find", exit);
  }
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {"/data/kernel", "/data/guest"}};
};

TEST_F(HalfMadeTree, WithoutASealNamesTell) {
  ASSERT_TRUE(remove_half_made(kit_, "/t", "/t", "/sealed"));
  EXPECT_FALSE(disk_.exists("/t/mm/new.o"));
  EXPECT_FALSE(disk_.exists("/t/vmlinux"));
  for (const auto* kept : {"/t/mm/old.o", "/t/net/x.c", "/t/tools/objtool/objtool"})
    EXPECT_TRUE(disk_.exists(kept)) << kept;
}

TEST_F(HalfMadeTree, WhatIsNoSourceGoesWhateverItsName) {
  disk_.files["/sealed"] = "7\t1159\t9\tnet/x.c\n7\t1158\t9\t.config\n-\tmm/old.o\n";
  ASSERT_TRUE(remove_half_made(kit_, "/t", "/t", "/sealed"));
  EXPECT_FALSE(disk_.exists("/t/tools/objtool/objtool"));
  for (const auto* kept : {"/t/mm/old.o", "/t/net/x.c", "/t/include/generated/autoconf.h"})
    EXPECT_TRUE(disk_.exists(kept)) << kept;
}

TEST_F(HalfMadeTree, BesideTheTreeNamesTell) {
  disk_.files["/sealed"] = "7\t1\t9\tx\n";
  ASSERT_TRUE(remove_half_made(kit_, "/t", "/t/tools", "/sealed"));
  EXPECT_FALSE(disk_.exists("/t/mm/new.o"));
  EXPECT_TRUE(disk_.exists("/t/net/x.c"));
  EXPECT_FALSE(disk_.exists("/t/tools/objtool/objtool")) << "in the tree";
}

}  // namespace
}  // namespace kmesh
