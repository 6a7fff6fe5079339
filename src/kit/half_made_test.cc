// SPDX-License-Identifier: Apache-2.0
#include "kit/half_made.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kListing =
    "7\t1000.5\tmm/old.o\n7\t1100.25\tmm/new.o\n7\t1100\tmm/.new.o.cmd\n7\t1159\tvmlinux\n7\t1159\tnet/"
    "x.c\n7\t1158\t.config\n"
    "7\t1158\tinclude/generated/autoconf.h\n7\t1158\tarch/x86/kernel/vmlinux.lds.S\n7\t1158\tarch/x86/boot/"
    "bzImage\nnoise\n";

TEST(HalfMade, WhatWasMadeInTheLastMinute) {
  EXPECT_THAT(half_made_in(kListing),
              ElementsAre("mm/new.o", "mm/.new.o.cmd", "vmlinux", "arch/x86/boot/bzImage"));
  EXPECT_THAT(half_made_in("7\t2000\tnet/x.c\n"), IsEmpty());
  EXPECT_THAT(half_made_in(""), IsEmpty());
}

TEST(HalfMade, IsRemovedFromTheTree) {
  MemoryDisk disk;
  FakeProcesses processes;
  FakeStatus status;
  Kit kit{disk, processes, status, {"/data/kernel", "/data/guest"}};
  for (const auto* name : {"mm/old.o", "mm/new.o", "net/x.c", "vmlinux"})
    disk.files[std::string("/t/") + name] = "x";
  Exit exit;
  exit.output = kListing;
  processes.answer("find", exit);
  ASSERT_TRUE(remove_half_made(kit, "/t"));
  EXPECT_FALSE(disk.exists("/t/mm/new.o"));
  EXPECT_FALSE(disk.exists("/t/vmlinux"));
  EXPECT_TRUE(disk.exists("/t/mm/old.o"));
  EXPECT_TRUE(disk.exists("/t/net/x.c"));
}

}  // namespace
}  // namespace kmesh
