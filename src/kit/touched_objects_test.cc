// SPDX-License-Identifier: Apache-2.0
#include "kit/touched_objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kConfig = "CONFIG_NET=y\nCONFIG_INET=y\nCONFIG_TLS=m\n# CONFIG_IPV6 is not set\n";

TEST(ListedGoals, AreWhatTheConfigurationTakes) {
  EXPECT_THAT(listed_goals("obj-y := tcp.o ipv4/\nobj-$(CONFIG_TLS) += tls.o\nobj-$(CONFIG_IPV6) += ipv6.o\n"
                           "lib-$(CONFIG_INET)+=sum.o # not this.o\n",
                           kConfig),
              ElementsAre("ipv4/", "sum.o", "tcp.o", "tls.o"));
}

TEST(ListedGoals, ThePartsOfWhatIsListedAreListed) {
  EXPECT_THAT(
      listed_goals("obj-$(CONFIG_TLS) += tls.o\ntls-y := main.o \\\n\tsw.o\ntls-$(CONFIG_IPV6) += six.o\n"
                   "other-objs := part.o\n",
                   kConfig),
      ElementsAre("main.o", "sw.o", "tls.o"));
}

TEST(ListedGoals, WhatIsNotPlainIsLeftOut) {
  EXPECT_THAT(
      listed_goals("ifdef CONFIG_NET\nobj-y += inside.o\nelse\nobj-y += otherwise.o\nendif\n"
                   "obj-$(subst m,y,$(CONFIG_TLS)) += computed.o\nobj-y += $(more).o\nobj-n += off.o\n"
                   "\tobj-y += recipe.o\nobj-y += after.o\n",
                   kConfig),
      ElementsAre("after.o"));
  EXPECT_THAT(listed_goals("", kConfig), IsEmpty());
}

class TouchedObjects : public ::testing::Test {
 protected:
  void SetUp() override {
    disk_.files = {
        {"/t/net/Makefile", "obj-y += core/\nobj-$(CONFIG_INET) += ipv4/\nobj-$(CONFIG_IPV6) += ipv6/\n"},
        {"/t/net/core/Makefile", "obj-y := sock.o\n"},
        {"/t/net/core/sock.c", ""},
        {"/t/net/core/unused.c", ""},
        {"/t/net/ipv4/Makefile", "obj-y += tcp.o lost.o entry.o whole.o\nwhole-y := tcp.o\n"},
        {"/t/net/ipv4/tcp.c", ""},
        {"/t/net/ipv4/entry.S", ""},
        {"/t/net/ipv6/Makefile", "obj-y += route.o\n"},
        {"/t/net/ipv6/route.c", ""},
        {"/t/scripts/Makefile", "obj-y += tool.o\n"},
        {"/t/scripts/tool.c", ""},
        {"/t/arch/x86/Kbuild", "obj-y += mm/\n"},
        {"/t/arch/x86/Makefile", "obj-y += never/\n"},
        {"/t/arch/x86/mm/Makefile", "obj-y += fault.o\n"},
        {"/t/arch/x86/mm/fault.c", ""}};
  }
  std::vector<std::string> of(const std::vector<std::string>& touched) {
    return touched_objects(disk_, "/t", touched, kConfig);
  }
  MemoryDisk disk_;
};

TEST_F(TouchedObjects, OfEachFileThatIsBuilt) {
  EXPECT_THAT(of({"net/ipv4/tcp.c", "net/core/sock.c", "net/ipv4/entry.S", "arch/x86/mm/fault.c"}),
              ElementsAre("arch/x86/mm/fault.o", "net/core/sock.o", "net/ipv4/entry.o", "net/ipv4/tcp.o"));
}

TEST_F(TouchedObjects, NotOfWhatTheConfigurationOrTheMakefilesLeaveOut) {
  EXPECT_THAT(of({"net/ipv6/route.c", "net/core/unused.c", "scripts/tool.c", "net/ipv4/gone.c",
                  "include/net/tcp.h", "tools/lib/bpf/bpf.c"}),
              IsEmpty());
}

TEST_F(TouchedObjects, AMakefilesObjectWithoutASource) {
  EXPECT_THAT(of({"net/ipv4/Makefile"}), ElementsAre("net/ipv4/lost.o"));
  EXPECT_THAT(of({"net/ipv6/Makefile", "net/core/Makefile"}), IsEmpty());
}

TEST_F(TouchedObjects, NamesThatMakeOrRpmWouldReadAreLeftOut) {
  disk_.files["/t/net/core/Makefile"] = "obj-y := a%b.o\n";
  disk_.files["/t/net/core/a%b.c"] = "";
  EXPECT_THAT(of({"net/core/a%b.c"}), IsEmpty());
}

TEST_F(TouchedObjects, AreCountedBeforeTheyAreBuilt) {
  // sock.o, tcp.o and entry.o, fault.o; not lost.o without a source, whole.o made of others, nor what is off
  EXPECT_EQ(objects_expected(disk_, "/t", kConfig), 4U);
  disk_.files["/t/net/core/Makefile"] = "obj-y := sock.o ../ipv4/ ./ /t/net/ /t/net/\n";
  EXPECT_EQ(objects_expected(disk_, "/t", kConfig), 4U) << "no going round in circles";
}

}  // namespace
}  // namespace kmesh
