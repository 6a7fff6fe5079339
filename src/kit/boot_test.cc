// SPDX-License-Identifier: Apache-2.0
#include "kit/boot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class BootTest : public ::testing::Test {
 protected:
  void SetUp() override {
    disk_.files["/l/kvm.txt"] = "does not work\n";  // the same on every host
    image_.kernel = "/w/vmlinuz";
    image_.initramfs = "/w/initramfs.cpio";
    image_.release = "5.10-k";
  }
  // QEMU as it would leave the two serial ports.
  void guest(const std::string& console, const std::string& results, Exit exit = {}) {
    processes_.answer("qemu-system-x86_64", std::move(exit), [this, console, results](const Command&) {
      disk_.files["/l/enhanced/console.txt"] = console;
      disk_.files["/l/enhanced/results.txt"] = results;
    });
  }
  BootResult booted(const BootOptions& options = {}) {
    auto result = boot(kit_, image_, "/l/enhanced", options);
    EXPECT_TRUE(result) << (result ? "" : result.error().what);
    return result ? *result : BootResult{};
  }
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {}};
  Image image_;
};

TEST_F(BootTest, GivesWhatCameThroughTheSecondPort) {
  guest("Linux version 5.10\n", "KTAP version 1\nok 1 x\n# done\n");
  const BootResult result = booted({"kmesh.test=none", std::chrono::seconds(7)});
  EXPECT_EQ(result.results, "KTAP version 1\nok 1 x\n# done\n");
  EXPECT_EQ(result.accelerator, "tcg");
  EXPECT_FALSE(result.panicked);
  EXPECT_FALSE(result.timed_out);
  EXPECT_TRUE(check_guest(result, "it", "/l"));
  ASSERT_EQ(processes_.ran.size(), 1U);
  const Command& command = processes_.ran[0];
  EXPECT_EQ(command.timeout, std::chrono::seconds(7)) << "a watchdog always";
  EXPECT_THAT(command.argv, Contains("/w/initramfs.cpio"));
  EXPECT_THAT(command.argv, Contains(HasSubstr("panic=-1")));
  EXPECT_THAT(command.argv, Contains(HasSubstr(" kmesh.test=none")));
  EXPECT_THAT(command.argv, Contains("-no-reboot"));
}

TEST_F(BootTest, TheGuestSeesNothingOfTheHostUnlessAFolderIsShared) {
  guest("Linux version 5.10\n", "# done\n");
  booted();
  EXPECT_THAT(processes_.ran[0].argv, Not(Contains("-fsdev")));
  EXPECT_THAT(processes_.ran[0].argv, Not(Contains(HasSubstr("kmesh.share"))));
}

TEST_F(BootTest, ASharedFolderIsReadOnlyWhateverItsName) {
  guest("Linux version 5.10\n", "# done\n");
  BootOptions options;
  options.share = "/a,readonly=off";
  booted(options);
  const Command& command = processes_.ran[0];
  EXPECT_THAT(command.argv, Contains("local,id=share,path=/a,,readonly=off,security_model=none,readonly=on,"
                                     "multidevs=remap"));
  EXPECT_THAT(command.argv, Contains("virtio-9p-pci,fsdev=share,mount_tag=share"));
  EXPECT_THAT(command.argv, Contains(HasSubstr(" kmesh.share=1 ")));
}

TEST_F(BootTest, AnEmulatedKernelDoesNotUseCmpxchg16b) {
  guest("Linux version 5.10\n", "# done\n");
  booted();
  EXPECT_THAT(processes_.ran[0].argv, Contains(HasSubstr(" clearcpuid=141 ")));
}

TEST_F(BootTest, InstructionsAreCountedOnOneEmulatedProcessor) {
  disk_.files["/l/kvm.txt"] = "works\n";
  guest("Linux version 5.10\n", "# done\n");
  BootOptions options;
  options.icount = true;
  EXPECT_EQ(booted(options).accelerator, "tcg");
  const auto& argv = processes_.ran[0].argv;
  EXPECT_THAT(argv, Contains("shift=0,sleep=off"));
  EXPECT_EQ(*std::next(std::find(argv.begin(), argv.end(), "-smp")), "1");
}

TEST_F(BootTest, ResultsOfTheRunBeforeAreNotTakenForThisOnes) {
  disk_.files["/l/enhanced/results.txt"] = "ok 1 x\n# done\n";
  disk_.files["/l/enhanced/console.txt"] = "Kernel panic\n";
  processes_.answer("qemu-system-x86_64", {});
  const BootResult result = booted();
  EXPECT_EQ(result.results, "");
  EXPECT_FALSE(result.panicked);
  EXPECT_FALSE(check_guest(result, "it", "/l"));
}

TEST_F(BootTest, APanicIsAResultAndItsConsoleIsShown) {
  std::string console;
  for (int i = 0; i < 100; ++i) console += "line " + std::to_string(i) + "\n";
  guest(console + "Kernel panic - not syncing: x\n", "KTAP version 1\nok 1 x\n");
  const BootResult result = booted();
  EXPECT_TRUE(result.panicked);
  const auto checked = check_guest(result, "the enhanced kernel", "/l/enhanced");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().what, "the enhanced kernel booted, and panicked");
  EXPECT_THAT(checked.error().hint, HasSubstr("/l/enhanced/console.txt"));
  EXPECT_THAT(checked.error().detail, HasSubstr("line 99\nKernel panic - not syncing"));
  EXPECT_THAT(checked.error().detail, Not(HasSubstr("line 50\n")));
}

TEST_F(BootTest, AHangIsAResult) {
  Exit exit;
  exit.code = 128 + 15;
  exit.timed_out = true;
  guest("booting\n", "", exit);
  const auto checked = check_guest(booted(), "it", "/l");
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().what, HasSubstr("did not come to its end in time"));
}

TEST_F(BootTest, AGuestThatEndsEarlyProvesNothing) {
  guest("booting\n", "KTAP version 1\nok 1 x\n");
  const auto checked = check_guest(booted(), "it", "/l");
  ASSERT_FALSE(checked) << "though what it said so far looks good";
  EXPECT_THAT(checked.error().what, HasSubstr("ended before its probes did"));
}

TEST_F(BootTest, AComplaintOfTheKernelSpoilsAProofThatLooksGood) {
  guest("Run /init as init process\n[ 1.5] ok\n[ 1.6] WARNING: suspicious RCU usage\nhere\n",
        "KTAP version 1\nok 1 x\n# done\n");
  const auto checked = check_guest(booted(), "the enhanced kernel", "/l");
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().what, HasSubstr("complained while the probes ran"));
  EXPECT_EQ(checked.error().detail, "[ 1.6] WARNING: suspicious RCU usage\nhere\n");
}

TEST(Complaint, EachOfItsSigns) {
  for (const char* line :
       {"BUG: KASAN: use-after-free in x", "BUG: sleeping function called from invalid context",
        "WARNING: CPU: 0 PID: 1", "WARNING: possible circular locking dependency detected",
        "INFO: task x:1 blocked for more than 120 seconds", "INFO: rcu_preempt detected stalls",
        "ODEBUG: free active", "UBSAN: array-index-out-of-bounds", "kmemleak: unreferenced object 0x0",
        "general protection fault, probably for", "Call Trace:"})
    EXPECT_EQ(complaint_of(std::string("Run /init as init process\n") + line), line);
  EXPECT_EQ(complaint_of("WARNING: the firmware\nRun /init as init process\nall well\n"), "");
  EXPECT_EQ(complaint_of("WARNING: no init at all\n"), "");
  EXPECT_EQ(complaint_of("Run /init as init process\nkmesh: loading out-of-tree module taints kernel.\n"),
            "");
}

TEST_F(BootTest, AQemuThatCannotStartIsAnError) {
  Exit exit;
  exit.code = 1;
  exit.tail = "qemu: could not load kernel\n";
  processes_.answer("qemu-system-x86_64", exit);
  const auto result = boot(kit_, image_, "/l/enhanced", {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().detail, exit.tail);
  EXPECT_THAT(result.error().command, HasSubstr("-kernel /w/vmlinuz"));
}

}  // namespace
}  // namespace kmesh
