// SPDX-License-Identifier: Apache-2.0
#include "kit/kabi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"
#include "kit/kabi_side.h"

namespace kmesh {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kOldSymvers =
    "0x00000001\tstays\tvmlinux\tEXPORT_SYMBOL\t\n0x00000002\tf\tvmlinux\tEXPORT_SYMBOL\t\n";
constexpr const char* kNewSymvers =
    "0x00000001\tstays\tvmlinux\tEXPORT_SYMBOL\t\n0x0000000a\tf\tvmlinux\tEXPORT_SYMBOL\t\n";
constexpr const char* kTypes =
    "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n"
    "[2] STRUCT 'ops' size=4 vlen=1\n\t'a' type_id=1 bits_offset=0\n"
    "[3] PTR '(anon)' type_id=2\n"
    "[4] FUNC_PROTO '(anon)' ret_type_id=0 vlen=1\n\t'ops' type_id=3\n"
    "[5] FUNC 'f' type_id=4 linkage=static\n";

class KabiTest : public ::testing::Test {
 protected:
  KabiTest() {
    disk_.files["/w/baseline/rpmbuild/BUILD/k/linux/Module.symvers"] = kOldSymvers;
    disk_.files["/w/enhanced/rpmbuild/BUILD/k/linux/Module.symvers"] = kNewSymvers;
  }
  KabiSummary summary() {
    return kabi_summary(kit_, "/w/baseline", "/w/enhanced", "/w/kabi", true, {&planned_});
  }
  // Both sides have a vmlinux; the new one's struct has a member of another name.
  void give_types() {
    std::string now = kTypes;
    now.replace(now.find("'a'"), 3, "'b'");
    for (const auto& [side, text] :
         {std::pair<std::string, std::string>{"baseline", kTypes}, {"enhanced", now}}) {
      const std::string vmlinux = "/w/" + side + "/rpmbuild/BUILD/k/linux/vmlinux";
      disk_.files[vmlinux] = "ELF";
      processes_.answers.push_back(
          {[vmlinux](const Command& command) { return FakeProcesses::has(command, vmlinux); },
           Exit{0, false, text, ""}});
    }
    auto patch =
        parse_patch_file({"ops.patch", ""},
                         "Subject: s\n\n--- a/ops.h\n+++ b/ops.h\n@@ -1,3 +1,3 @@\n struct ops {\n-\tint "
                         "a;\n+\tint b;\n };\n");
    ASSERT_TRUE(patch);
    planned_.patch = *patch;
  }

  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {}};
  PlannedPatch planned_;
};

TEST_F(KabiTest, FindsTheListWhereverASideHasIt) {
  const auto tree = find_kabi_side(kit_, "/w/baseline");
  ASSERT_TRUE(tree) << tree.error().what;
  EXPECT_EQ(tree->source.symvers, "/w/baseline/rpmbuild/BUILD/k/linux/Module.symvers");
  EXPECT_EQ(tree->source.vmlinux, "");
  disk_.files["/w/baseline/rpmbuild/BUILD/k/linux/vmlinux"] = "ELF";
  EXPECT_EQ(find_kabi_side(kit_, "/w/baseline")->source.vmlinux,
            "/w/baseline/rpmbuild/BUILD/k/linux/vmlinux");
  for (const char* place : {"/s/tree/", "/s/root/usr/src/kernels/1/", "/s/usr/src/linux-headers-1/", "/s/"}) {
    disk_.remove_all("/s");
    disk_.files[place + std::string("Module.symvers")] = kOldSymvers;
    const auto side = find_kabi_side(kit_, "/s");
    ASSERT_TRUE(side) << place;
    EXPECT_EQ(side->source.symvers, place + std::string("Module.symvers"));
  }
}

TEST_F(KabiTest, RefusesWhatIsNotOneList) {
  EXPECT_TRUE(find_kabi_side(kit_, "/none").error().wrong_call);
  EXPECT_THAT(find_kabi_side(kit_, "/w").error().hint, HasSubstr("baseline or enhanced"));
  disk_.files["/w/baseline/rpmbuild/BUILD/k/other/Module.symvers"] = kOldSymvers;
  EXPECT_THAT(find_kabi_side(kit_, "/w/baseline").error().what, HasSubstr("more than one"));
  disk_.files["/broken"] = "words\n";
  EXPECT_THAT(find_kabi_side(kit_, "/broken").error().what, HasSubstr("/broken: line 1"));
}

TEST_F(KabiTest, ABuildsSummaryNamesThePatch) {
  give_types();
  const auto told = summary();
  EXPECT_TRUE(told.comparable);
  EXPECT_EQ(told.note, "");
  ASSERT_EQ(told.changed.size(), 1U);
  EXPECT_EQ(told.changed[0].symbol, "f");
  EXPECT_EQ(told.changed[0].why, "struct ops");
  EXPECT_THAT(told.changed[0].patches, Contains("ops.patch"));
  ASSERT_EQ(processes_.ran.size(), 2U);
  EXPECT_EQ(processes_.ran[0].argv[0], "bwrap") << "a foreign file is read in the sandbox";
}

TEST_F(KabiTest, WhatWasToldIsKept) {
  give_types();
  const auto first = summary_json(summary());
  EXPECT_EQ(summary_json(summary()), first);
  EXPECT_EQ(processes_.ran.size(), 2U) << "nothing changed";
  disk_.mtimes["/w/enhanced/rpmbuild/BUILD/k/linux/vmlinux"] = 7;
  summary();
  EXPECT_EQ(processes_.ran.size(), 4U) << "another vmlinux";
  planned_.patch.sha256 = "other";
  summary();
  EXPECT_EQ(processes_.ran.size(), 6U) << "another patch";
  for (auto& [path, text] : disk_.files) {
    if (path.starts_with("/w/kabi/")) text = "broken";
  }
  EXPECT_EQ(summary_json(summary()), first);
  EXPECT_EQ(processes_.ran.size(), 8U) << "what was kept is no JSON";
}

TEST_F(KabiTest, NothingThatGoesWrongStopsABuild) {
  EXPECT_EQ(summary().note, "types were not compared: there is no vmlinux of the old side and the new side");
  give_types();
  processes_.absent = {"bpftool"};
  auto told = summary();
  EXPECT_THAT(told.note, HasSubstr("bpftool is not installed"));
  EXPECT_EQ(told.changed.size(), 1U);
  disk_.files["/w/enhanced/rpmbuild/BUILD/k/linux/Module.symvers"] = "words\n";
  told = summary();
  EXPECT_FALSE(told.comparable);
  EXPECT_THAT(told.note, HasSubstr("not told: /w/enhanced/rpmbuild/BUILD/k/linux/Module.symvers: line 1"));
}

TEST_F(KabiTest, TypesThatCannotBeReadLeaveTheSymbols) {
  give_types();
  processes_.answers.clear();
  processes_.answer("bpftool", Exit{0, false, "[7] STRUCT 'x' size=1\n", ""});
  const auto told = summary();
  EXPECT_TRUE(told.comparable);
  EXPECT_EQ(told.changed.size(), 1U);
  EXPECT_THAT(told.note, HasSubstr("cannot be read"));
}

TEST_F(KabiTest, NoTypesAreAskedForWhereNothingChanged) {
  disk_.files["/w/enhanced/rpmbuild/BUILD/k/linux/Module.symvers"] = kOldSymvers;
  give_types();
  const auto told = summary();
  EXPECT_TRUE(told.comparable);
  EXPECT_TRUE(told.unchanged());
  EXPECT_THAT(processes_.ran, IsEmpty());
}

TEST_F(KabiTest, AVmlinuxWithoutBtfIsReadByItsDwarf) {
  const Side side{"kabi", "/w/kabi", "/w/kabi/log", Sandbox(true, "/w/kabi", "/w/kabi/ccache")};
  const auto reads = [](const std::string& file) {
    return [file](const Command& command) {
      return FakeProcesses::has(command, "bpftool") && FakeProcesses::has(command, file);
    };
  };
  processes_.answers.push_back({reads("/sources"), Exit{254, false, "Error: failed to load BTF", ""}});
  processes_.answers.push_back({reads("/kmesh/types.btf"), Exit{0, false, kTypes, ""}});
  processes_.answer("pahole", Exit{}, [&](const Command&) { disk_.files["/w/kabi/types.btf"] = "BTF"; });
  const auto types = read_btf(kit_, side, "/v/vmlinux");
  ASSERT_TRUE(types) << types.error().what;
  ASSERT_TRUE(*types);
  EXPECT_EQ((*types)->size(), 6U);
  EXPECT_FALSE(disk_.exists("/w/kabi/types.btf"));
  processes_.absent = {"pahole"};
  const auto none = read_btf(kit_, side, "/v/vmlinux");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST_F(KabiTest, ReadsAModulesVersionsByKmod) {
  const Side side{"kabi", "/w/kabi", "/w/kabi/log", Sandbox(true, "/w/kabi", "/w/kabi/ccache")};
  disk_.files["/m/x.ko"] = "ELF";
  processes_.answer("modprobe", Exit{0, false, "0x00000001\tstays\n", ""});
  const auto used = read_module_versions(kit_, side, "/m/x.ko");
  ASSERT_TRUE(used) << used.error().what;
  EXPECT_EQ(used->size(), 1U);
  processes_.answers[0].exit =
      Exit{1, false, "modprobe: FATAL: could not get modversions: No such file or directory\n", ""};
  EXPECT_THAT(*read_module_versions(kit_, side, "/m/x.ko"), IsEmpty());
  processes_.answers[0].exit =
      Exit{1, false, "modprobe: FATAL: could not get modversions: Exec format error\n", ""};
  EXPECT_THAT(read_module_versions(kit_, side, "/m/x.ko").error().what,
              HasSubstr("cannot be read as a module"));
  EXPECT_TRUE(read_module_versions(kit_, side, "/m/none.ko").error().wrong_call);
}

}  // namespace
}  // namespace kmesh
