// SPDX-License-Identifier: Apache-2.0
#include "kit/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/fakes.h"
#include "kit/host_checks.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DoctorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto* file :
         {"/usr/include/gelf.h", "/usr/include/zlib.h", "/usr/include/openssl/ssl.h", "/bin/busybox"})
      disk_.files[file] = "";
    disk_.files["/k/baselines.toml"] = "";
    memory(8000);
    disk_.files["/proc/self/limits"] =
        "Limit  Soft Limit  Hard Limit  Units\nMax processes   9000   9000   processes\nMax open files  1024 "
        " 1024  files\n";
    processes_.answer("bwrap", {});
    processes_.answer("/w/probe/case", {});
    options_.work = "/w";
    options_.jobs = 2;
  }
  void memory(unsigned mib) {
    disk_.files["/proc/meminfo"] =
        "MemTotal:  99999999 kB\nMemAvailable:  " + std::to_string(mib << 10) + " kB\nSwapFree:  0 kB\n";
  }
  Finding found(const std::string& check) {
    const auto findings = check_host(kit_, options_);
    const auto at = std::find_if(findings.begin(), findings.end(),
                                 [&](const Finding& one) { return one.check == check; });
    EXPECT_NE(at, findings.end()) << check;
    return at == findings.end() ? Finding{} : *at;
  }
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {"/k", "/g"}};
  Options options_;
};

TEST_F(DoctorTest, AHostThatHasEverything) {
  for (const auto& finding : check_host(kit_, options_))
    EXPECT_EQ(finding.grade, Grade::kOk) << finding.check << ": " << finding.error.what;
  EXPECT_FALSE(disk_.exists("/w/probe")) << "nothing is left of the looking";
  const auto warnings = check_before(kit_, options_, false);
  ASSERT_TRUE(warnings);
  EXPECT_THAT(*warnings, IsEmpty());
}

TEST_F(DoctorTest, AllThatWouldFailIsSaidAtOnce) {
  processes_.absent = {"flex"};
  disk_.free = 1;
  const auto checked = check_before(kit_, options_, false);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().what, HasSubstr("2 things would make this build fail"));
  EXPECT_THAT(checked.error().detail, HasSubstr("flex"));
  EXPECT_THAT(checked.error().detail, HasSubstr("MiB free"));
  EXPECT_EQ(checked.error().command, "apt-get install flex");
}

TEST_F(DoctorTest, WhatWasBuiltHasMostOfItsRoomAlready) {
  disk_.free = 3ULL << 30;
  EXPECT_FALSE(check_before(kit_, options_, false));
  EXPECT_TRUE(check_before(kit_, options_, true));
  disk_.free = 1ULL << 30;
  const auto again = check_before(kit_, options_, true);
  ASSERT_TRUE(again) << "where nothing changed it takes no room";
  EXPECT_THAT(*again, ElementsAre(HasSubstr("building a kernel again takes about 2048 MiB")));
}

TEST_F(DoctorTest, SomebodysSpecMayTakeAsMuchAsADistributions) {
  disk_.free = 20ULL << 30;
  EXPECT_EQ(found("space").grade, Grade::kOk);
  options_.package = "/k.src.rpm";
  EXPECT_EQ(found("space").grade, Grade::kWarning);
  EXPECT_THAT(found("space").error.what, HasSubstr("takes up to 40960 MiB"));
  disk_.free = 1ULL << 30;
  EXPECT_EQ(found("space").grade, Grade::kFailure);
}

TEST_F(DoctorTest, TooLittleMemoryIsAFailureAndFewForManyJobsAWarning) {
  memory(300);
  EXPECT_EQ(found("memory").grade, Grade::kFailure);
  memory(700);
  options_.jobs = 8;
  EXPECT_EQ(found("memory").grade, Grade::kWarning);
  EXPECT_THAT(found("memory").error.hint, HasSubstr("--jobs 2"));
  memory(3000);
  EXPECT_EQ(found("memory").grade, Grade::kOk);
  options_.config = "distro";
  EXPECT_EQ(found("memory").grade, Grade::kFailure) << "its BTF takes more";
}

TEST_F(DoctorTest, AContainerMayBeAllowedLess) {
  disk_.files["/sys/fs/cgroup/memory.max"] = "104857600\n";
  EXPECT_EQ(found("memory").grade, Grade::kFailure);
  disk_.files["/sys/fs/cgroup/memory.max"] = "max\n";
  EXPECT_EQ(found("memory").grade, Grade::kOk);
}

TEST_F(DoctorTest, AShellMayAllowLessMemory) {
  disk_.files["/proc/self/limits"] += "Max address space  100000000  unlimited  bytes\n";
  EXPECT_THAT(found("memory").error.what, HasSubstr("95 MiB of memory are free"));
  disk_.files["/proc/self/limits"] = "Max address space  unlimited  unlimited  bytes\n";
  EXPECT_EQ(found("memory").grade, Grade::kOk);
}

TEST_F(DoctorTest, WithoutASandboxCompilersUseTheHostsTmp) {
  disk_.free_below["/tmp"] = 1 << 20;
  EXPECT_EQ(found("space").grade, Grade::kOk) << "the sandbox has its own";
  options_.sandbox = false;
  EXPECT_EQ(found("space").error.what, "/tmp has 1 MiB free; compilers keep what they hand on there");
}

TEST_F(DoctorTest, WithoutASandboxMakeTakesWhatTheEnvironmentHas) {
  using namespace std::string_literals;
  disk_.files["/proc/self/environ"] = "HOME=/root\0KCFLAGS=-Werror -O3\0ARCH=arm64\0XARCH=y\0"s;
  EXPECT_EQ(found("environment").grade, Grade::kOk) << "the sandbox clears it";
  options_.sandbox = false;
  const auto taken = found("environment");
  EXPECT_EQ(taken.grade, Grade::kWarning);
  EXPECT_THAT(taken.error.what, HasSubstr("the environment has KCFLAGS=-Werror -O3, ARCH=arm64, and"));
  EXPECT_EQ(taken.error.command, "unset KCFLAGS ARCH");
  disk_.files["/proc/self/environ"] = "HOME=/root\0"s;
  EXPECT_EQ(found("environment").grade, Grade::kOk);
}

TEST_F(DoctorTest, Limits) {
  const auto limits = [&](const std::string& processes, const std::string& files) {
    disk_.files["/proc/self/limits"] = "Max processes   " + processes +
                                       "   9000   processes\nMax open files   " + files + "   9000   files\n";
    return found("limits");
  };
  EXPECT_EQ(limits("70", "1024").grade, Grade::kFailure);
  EXPECT_THAT(limits("70", "1024").error.what, HasSubstr("70 processes are allowed"));
  EXPECT_THAT(limits("unlimited", "20").error.what, HasSubstr("20 open files are allowed"));
  EXPECT_EQ(limits("unlimited", "unlimited").grade, Grade::kOk);
}

// A disk that takes upper and lower case for the same.
class FoldingDisk : public MemoryDisk {
 public:
  bool exists(const std::string& path) override {
    std::string lower = path;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return MemoryDisk::exists(path) || MemoryDisk::exists(lower);
  }
};

TEST_F(DoctorTest, AFileSystemThatFoldsCase) {
  FoldingDisk folding;
  folding.files = disk_.files;
  Kit kit{folding, processes_, status_, {"/k", "/g"}};
  const auto checked = check_before(kit, options_, false);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().what, HasSubstr("upper and lower case"));
  EXPECT_THAT(checked.error().hint, HasSubstr("--work DIR"));
}

TEST_F(DoctorTest, AFileSystemThatRunsNoPrograms) {
  processes_.answers.clear();
  processes_.answer("bwrap", {});
  Exit exit;
  exit.code = 126;
  processes_.answer("/w/probe/case", exit);
  EXPECT_THAT(found("folder").error.what, HasSubstr("noexec"));
}

TEST_F(DoctorTest, ABlankInThePathMattersWithoutASandbox) {
  options_.work = "/a b";
  processes_.answer("/a b/probe/case", {});
  EXPECT_EQ(found("folder").grade, Grade::kOk);
  options_.sandbox = false;
  EXPECT_THAT(found("folder").error.what, HasSubstr("no blank"));
  EXPECT_EQ(found("sandbox").grade, Grade::kWarning);
}

TEST_F(DoctorTest, AVeryLongPathMattersWithoutASandbox) {
  options_.work = "/" + std::string(300, 'k');
  processes_.answer(options_.work + "/probe/case", {});
  EXPECT_EQ(found("folder").grade, Grade::kOk);
  options_.sandbox = false;
  EXPECT_THAT(found("folder").error.what, HasSubstr("has 301 bytes"));
}

TEST_F(DoctorTest, AClockInThePast) {
  disk_.files["/s.tar.xz"] = "";
  options_.tarball = "/s.tar.xz";
  disk_.mtimes["/s.tar.xz"] = 3600LL * 1'000'000'000;
  EXPECT_EQ(found("clock").grade, Grade::kFailure);
  EXPECT_THAT(found("clock").error.what, HasSubstr("/s.tar.xz was written 3600 s later than now"));
  disk_.mtimes["/s.tar.xz"] = 500'000'000;
  EXPECT_EQ(found("clock").grade, Grade::kOk) << "a server's clock may be a little ahead";
}

TEST_F(DoctorTest, AClockBehindATree) {
  disk_.files["/t/Makefile"] = "";
  disk_.files["/t/kernel/fork.c"] = "";
  options_.tree = "/t";
  EXPECT_EQ(found("clock").grade, Grade::kOk);
  disk_.mtimes["/t/Makefile"] = 3600LL * 1'000'000'000;
  EXPECT_EQ(found("clock").grade, Grade::kFailure);
  EXPECT_THAT(found("clock").error.what, HasSubstr("/t/Makefile was written 3600 s later than now"));
}

TEST_F(DoctorTest, TheCompilersCacheCanBeWritten) {
  const char* set = std::getenv("CCACHE_DIR");
  const std::string before = set == nullptr ? "" : set;
  ::setenv("CCACHE_DIR", "/cache", 1);
  EXPECT_EQ(found("cache").grade, Grade::kOk) << "the build makes it";
  disk_.files["/cache/0/0/entry"] = "";
  EXPECT_EQ(found("cache").text, "of the compiler: /cache");
  disk_.unwritable = {"/cache"};
  EXPECT_THAT(found("cache").error.what, HasSubstr("ccache cannot write its folder"));
  options_.compiler = "gcc";
  EXPECT_EQ(found("cache").grade, Grade::kOk) << "it is not used";
  before.empty() ? ::unsetenv("CCACHE_DIR") : ::setenv("CCACHE_DIR", before.c_str(), 1);
}

TEST_F(DoctorTest, TheTreeInTheWorkFolder) {
  const auto grade = [&](const std::string& check) -> std::optional<Grade> {
    const auto findings = examine(kit_, options_).value();
    for (const auto& finding : findings)
      if (finding.check == check) return finding.grade;
    return std::nullopt;
  };
  EXPECT_EQ(grade("configuration"), std::nullopt) << "there is none";
  disk_.files["/w/enhanced/tree/Makefile"] = "";
  EXPECT_EQ(grade("configuration"), Grade::kWarning);
  disk_.files["/w/enhanced/tree/.config"] = "CONFIG_X86_64=y\nCONFIG_NET=y\n";
  EXPECT_EQ(grade("configuration"), Grade::kOk);
}

TEST_F(DoctorTest, WhatIsKnownOfThePatchesIsAskedOfTheTree) {
  disk_.files["/w/enhanced/tree/Makefile"] = "";
  disk_.files["/w/enhanced/tree/.config"] = "CONFIG_NET=y\n";
  disk_.files["/w/enhanced/tree/net/Makefile"] = "obj-y := socket.o\n";
  disk_.files["/w/enhanced/tree/net/socket.c"] = "";
  const auto first = [&] {
    const auto findings = examine(kit_, options_).value();
    for (const auto& finding : findings)
      if (finding.check == "touched") return finding.text;
    return std::string();
  };
  EXPECT_EQ(first(), "patches change no file that is compiled by itself");
  disk_.files["/w/enhanced/prepared.json"] = R"({"key":"k","touched":["net/socket.c"]})";
  EXPECT_EQ(first(), "compiled first, for patches change them: net/socket.o");
}

TEST(Findings, AreTextAndJson) {
  const std::vector<Finding> findings = {well("tools", "there"),
                                         bad("space", fail("no room", "free some", "df").value()),
                                         doubtful("memory", fail("little", "fewer jobs").value())};
  const std::string text = findings_text(findings);
  EXPECT_THAT(text, HasSubstr("ok       tools         there\n"));
  EXPECT_THAT(text, HasSubstr("failure  space         no room\n    free some\n        df\n"));
  EXPECT_THAT(findings_json(findings), HasSubstr("\"ok\": false"));
  EXPECT_THAT(warnings_of(findings), ::testing::ElementsAre("little; fewer jobs"));
  const auto checked = all_well(findings);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().what, "no room");
}

}  // namespace
}  // namespace kmesh
