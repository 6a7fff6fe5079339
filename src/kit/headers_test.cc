// SPDX-License-Identifier: Apache-2.0
#include "kit/headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"
#include "kit/include_root.h"

namespace kmesh {
namespace {

using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kHeader = "/r/usr/include/linux/bpf.h";
constexpr const char* kAside = "/r/usr/include/linux/bpf.h.distrib";
constexpr const char* kState = "/r/var/lib/kmesh/headers/state.json";
constexpr const char* kKept = "/r/var/lib/kmesh/headers/original";
constexpr const char* kOriginal = "#define OLD 1\n";
constexpr const char* kOurs = "#define OLD 1\n#define NEW 2\n";
constexpr const char* kNewer = "#define OLD 1\n/* newer */\n";

class HeadersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    disk_.files[kHeader] = kOriginal;
    disk_.owned[kHeader] = {FileKind::kFile, 0640, 7, 8, 1234567890123456789};
    disk_.folders.insert({"/r/var/lib", "/r/usr/include/linux"});
    ours("/w", kOurs);
  }
  void ours(const std::string& work, const std::string& text) {
    disk_.files[work + "/headers/include/linux/bpf.h"] = text;
    disk_.files[work + "/headers/kmesh-headers.pc"] = include_root_pc("5.10.9");
  }
  // A root of dpkg's, whose diversions the fake keeps.
  void with_dpkg() {
    disk_.folders.insert("/r/var/lib/dpkg");
    processes_.answer("dpkg-query", {0, false, "linux-libc-dev:amd64: /usr/include/linux/bpf.h\n", ""});
    processes_.answers.push_back(
        {[this](const Command& command) { return FakeProcesses::has(command, "--listpackage") && diverted_; },
         {0, false, "LOCAL\n", ""}});
    processes_.answer("--listpackage", {});
    processes_.answer("--add", {}, [this](const Command&) { diverted_ = true; });
    processes_.answer("--remove", {}, [this](const Command&) { diverted_ = false; });
  }
  std::string error(const Result<HeadersReport>& result) {
    EXPECT_FALSE(result);
    return result ? "" : result.error().what;
  }
  std::string action(const Result<HeadersReport>& result) {
    EXPECT_TRUE(result) << result.error().what;
    return result ? result->action : "";
  }
  std::string install() { return action(install_header(kit_, options_)); }
  std::string restore() { return action(restore_header(kit_, options_)); }
  std::string status() { return action(header_status(kit_, options_)); }
  void expect_clean() {
    EXPECT_EQ(disk_.files[kHeader], kOriginal);
    EXPECT_EQ(disk_.owned[kHeader].mode, 0640U);
    EXPECT_EQ(disk_.owned[kHeader].owner, 7U);
    EXPECT_EQ(disk_.owned[kHeader].group, 8U);
    EXPECT_EQ(disk_.owned[kHeader].mtime_ns, 1234567890123456789);
    EXPECT_FALSE(disk_.exists("/r/var/lib/kmesh"));
    EXPECT_FALSE(disk_.exists(kAside));
    EXPECT_FALSE(diverted_);
  }

  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {}};
  HeadersOptions options_{"/w", "/r"};
  bool diverted_ = false;
};

TEST_F(HeadersTest, IsReplacedAndGivenBack) {
  EXPECT_EQ(status(), "not installed");
  EXPECT_EQ(install(), "installed");
  EXPECT_EQ(disk_.files[kHeader], kOurs);
  EXPECT_EQ(disk_.owned[kHeader].owner, 7U);
  EXPECT_EQ(disk_.owned[kHeader].mtime_ns, std::nullopt) << "new, for what depends on it";
  EXPECT_EQ(disk_.files[kKept], kOriginal);
  EXPECT_EQ(status(), "installed");
  EXPECT_EQ(restore(), "restored");
  expect_clean();
  EXPECT_EQ(restore(), "not installed");
}

TEST_F(HeadersTest, TheRecordComesBeforeTheChange) {
  install();
  const auto at = [&](const std::string& act) {
    return std::find(disk_.acts.begin(), disk_.acts.end(), act) - disk_.acts.begin();
  };
  EXPECT_LT(at(std::string("write ") + kState), at(std::string("write ") + kKept));
  EXPECT_LT(at(std::string("write ") + kKept), at(std::string("write ") + kHeader));
}

// Killed between the two.
TEST_F(HeadersTest, ARecordAloneSaysThatTheHeaderWasNotTouched) {
  install();
  disk_.files.erase(kKept);
  disk_.files[kHeader] = kOriginal;
  install();
  EXPECT_EQ(disk_.files[kKept], kOriginal);
  EXPECT_EQ(restore(), "restored");

  install();
  disk_.files.erase(kKept);
  disk_.files[kHeader] = kNewer;
  EXPECT_THAT(error(install_header(kit_, options_)), HasSubstr("was replaced by another"));
  const auto kept = restore_header(kit_, options_);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->action, "kept newer");
  EXPECT_EQ(disk_.files[kHeader], kNewer);
  EXPECT_FALSE(disk_.exists("/r/var/lib/kmesh"));
}

TEST_F(HeadersTest, TwiceIsOnce) {
  install();
  disk_.acts.clear();
  EXPECT_EQ(install(), "already installed");
  EXPECT_TRUE(disk_.acts.empty());
}

TEST_F(HeadersTest, ANewBuildTakesThePlaceOfTheOlder) {
  install();
  ours("/w", std::string(kOurs) + "#define NEWER 3\n");
  EXPECT_EQ(install(), "installed");
  EXPECT_THAT(disk_.files[kHeader], HasSubstr("NEWER"));
  EXPECT_EQ(disk_.files[kKept], kOriginal);
  EXPECT_EQ(restore(), "restored");
  expect_clean();
}

TEST_F(HeadersTest, NamesThatWouldBeLostAreAReason) {
  std::string text;
  for (int i = 10; i < 40; ++i) text += "#define N" + std::to_string(i) + "\n";
  disk_.files[kHeader] = text;
  const auto result = install_header(kit_, options_);
  EXPECT_THAT(error(result), HasSubstr("knows 30 names that the header of Linux 5.10.9 lacks"));
  EXPECT_THAT(result.error().detail, HasSubstr("N10\n"));
  EXPECT_THAT(result.error().detail, EndsWith("N38\nN39\n"));
  EXPECT_EQ(disk_.files[kHeader], text);
  EXPECT_FALSE(disk_.exists("/r/var/lib/kmesh"));
}

TEST_F(HeadersTest, AHeaderWithoutARecordIsNotTakenForAnOriginal) {
  install();
  disk_.files.erase(kState);
  disk_.files.erase(kKept);
  EXPECT_THAT(error(install_header(kit_, options_)), HasSubstr("no record says what was there before"));
  EXPECT_EQ(disk_.files[kHeader], kOurs);
  ours("/w", std::string(kOurs) + std::string(kHeaderMark));
  EXPECT_THAT(error(install_header(kit_, options_)), HasSubstr("is the very header that is to be installed"))
      << "copied out of the tree";
  const std::string another = std::string("#define ANOTHER 1\n") + std::string(kHeaderMark);
  disk_.files[kHeader] = another;
  EXPECT_THAT(
      error(install_header(kit_, options_)),
      HasSubstr("is the header of another enhanced kernel, and no record says what was there before"));
  EXPECT_EQ(disk_.files[kHeader], another);
  EXPECT_FALSE(disk_.exists(kState));
}

TEST_F(HeadersTest, ALostRecordBesideTheOriginalKeepsTheOriginal) {
  install();
  disk_.files.erase(kState);
  for (const auto& result : {restore_header(kit_, options_), header_status(kit_, options_)})
    EXPECT_THAT(error(result), HasSubstr("state.json is lost"));
  EXPECT_EQ(disk_.files[kKept], kOriginal);
}

TEST_F(HeadersTest, ARecordThatCannotBeReadChangesNothing) {
  install();
  for (const auto* text : {"", "[]", "{\"version\": 2}", "{\"version\": 1, \"phase\": \"odd\"}"}) {
    disk_.files[kState] = text;
    EXPECT_THAT(error(restore_header(kit_, options_)), HasSubstr("cannot be read"));
    EXPECT_THAT(error(install_header(kit_, options_)), HasSubstr("cannot be read"));
  }
  EXPECT_EQ(disk_.files[kHeader], kOurs);
}

TEST_F(HeadersTest, ARecordAboutOtherFilesIsRefused) {
  with_dpkg();
  install();
  const std::string good = disk_.files[kState];
  for (const std::string path : {"\"/usr/include/linux/bpf.h\"", "\"/usr/include/linux/bpf.h.distrib\""}) {
    std::string text = good;
    text.replace(text.find(path), path.size(), "\"/etc/../shadow\"");
    disk_.files[kState] = text;
    EXPECT_THAT(error(restore_header(kit_, options_)), HasSubstr("it is about other files"));
  }
}

TEST_F(HeadersTest, WithoutDiversionsAnUpdateIsSeenAndKept) {
  install();
  disk_.files[kHeader] = "#define UPDATED\n";
  EXPECT_EQ(status(), "changed");
  EXPECT_THAT(error(install_header(kit_, options_)), HasSubstr("was replaced by another"));
  EXPECT_EQ(restore(), "kept newer");
  EXPECT_EQ(disk_.files[kHeader], "#define UPDATED\n");
  EXPECT_FALSE(disk_.exists("/r/var/lib/kmesh"));
}

TEST_F(HeadersTest, RpmRootsAreToldWhatAnUpdateDoes) {
  disk_.folders.insert("/r/var/lib/rpm");
  const auto result = install_header(kit_, options_);
  ASSERT_TRUE(result);
  EXPECT_THAT(result->notes, Contains(HasSubstr("rpm knows no diversions")));
}

TEST_F(HeadersTest, DpkgsPackagesAreDiverted) {
  with_dpkg();
  EXPECT_EQ(install(), "installed");
  EXPECT_TRUE(diverted_);
  EXPECT_EQ(disk_.files[kAside], kOriginal);
  EXPECT_EQ(disk_.files[kHeader], kOurs);
  EXPECT_EQ(restore(), "restored");
  expect_clean();
  for (const auto& command : processes_.ran) {
    EXPECT_THAT(command.argv, Contains("/r/var/lib/dpkg"));
    EXPECT_THAT(command.argv, Not(Contains("--rename"))) << "the header would be gone for a moment";
  }
}

TEST_F(HeadersTest, AnUpdateThatWasDivertedIsTheNewerOne) {
  with_dpkg();
  install();
  disk_.files[kAside] = "#define UPDATED\n";
  const auto seen = header_status(kit_, options_);
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->updated);
  EXPECT_EQ(restore(), "kept newer");
  EXPECT_EQ(disk_.files[kHeader], "#define UPDATED\n");
  EXPECT_FALSE(diverted_);
}

TEST_F(HeadersTest, APackageThatIsGoneLeavesTheKeptOriginal) {
  with_dpkg();
  install();
  disk_.files.erase(kAside);
  const auto result = restore_header(kit_, options_);
  ASSERT_TRUE(result);
  EXPECT_THAT(result->notes, Contains(HasSubstr("bpf.h.distrib was gone")));
  expect_clean();
}

TEST_F(HeadersTest, AHandMadeHeaderIsNotThrownAway) {
  with_dpkg();
  install();
  disk_.files[kHeader] = "by hand\n";
  EXPECT_EQ(status(), "changed");
  EXPECT_THAT(error(restore_header(kit_, options_)), HasSubstr("neither the original nor what this program"));
  EXPECT_EQ(disk_.files[kHeader], "by hand\n");
  disk_.files.erase(kHeader);
  EXPECT_EQ(restore(), "restored");
  expect_clean();
}

TEST_F(HeadersTest, SomebodyElsesDiversionIsLeftAlone) {
  with_dpkg();
  diverted_ = true;
  EXPECT_THAT(error(install_header(kit_, options_)), HasSubstr("is diverted already (LOCAL)"));
  diverted_ = false;
  disk_.files[kAside] = "whose?";
  EXPECT_THAT(error(install_header(kit_, options_)), HasSubstr("is in the way"));
  EXPECT_FALSE(disk_.exists("/r/var/lib/kmesh"));
}

TEST_F(HeadersTest, AFailingInstallTakesItselfBack) {
  with_dpkg();
  processes_.answers.insert(
      processes_.answers.begin(),
      {[](const Command& command) { return FakeProcesses::has(command, "--add"); }, {2, false, "no", "no"}});
  const auto result = install_header(kit_, options_);
  EXPECT_THAT(error(result), HasSubstr("dpkg-divert failed"));
  EXPECT_THAT(result.error().hint, HasSubstr("the header is as it was"));
  expect_clean();
}

TEST_F(HeadersTest, WhatWasCutOffIsSaidAndGoesOn) {
  with_dpkg();
  install();
  std::string text = disk_.files[kState];
  text.replace(text.find("installed"), 9, "installing");
  disk_.files[kState] = text;
  EXPECT_EQ(status(), "interrupted");
  EXPECT_EQ(install(), "installed");
  text.replace(text.find("installing"), 10, "restoring");
  disk_.files[kState] = text;
  EXPECT_EQ(install(), "installed") << "restored first";
  EXPECT_EQ(restore(), "restored");
  expect_clean();
}

TEST_F(HeadersTest, ADamagedOriginalIsNotGivenBack) {
  install();
  disk_.files[kKept] = "rotten";
  EXPECT_THAT(error(restore_header(kit_, options_)), HasSubstr("is damaged"));
  EXPECT_EQ(disk_.files[kHeader], kOurs);
}

TEST_F(HeadersTest, LinksInAnImageAreNotFollowed) {
  disk_.links["/r/var/lib/kmesh"] = "/var/lib/kmesh";
  for (const auto& result : {install_header(kit_, options_), restore_header(kit_, options_)})
    EXPECT_THAT(error(result), HasSubstr("is a link, which may lead out of /r"));
  disk_.links.clear();
  disk_.files.erase(kHeader);
  disk_.links[kHeader] = "elsewhere.h";
  EXPECT_THAT(error(install_header(kit_, options_)), HasSubstr("is not replaced"));
}

TEST_F(HeadersTest, WithoutRightsTheCommandSaysSudo) {
  disk_.unwritable.insert("/r/usr/include/linux");
  const auto result = install_header(kit_, options_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().command, "sudo kmesh-kernel headers install --work /w --root /r");
  EXPECT_FALSE(disk_.exists("/r/var/lib/kmesh"));
}

TEST_F(HeadersTest, WhatIsMissingIsNamed) {
  disk_.files.erase(kHeader);
  EXPECT_THAT(error(install_header(kit_, options_)), HasSubstr("to replace"));
  options_.root = "/none";
  EXPECT_THAT(error(restore_header(kit_, options_)), HasSubstr("holds no system"));
  options_.work = "/nothing";
  const auto result = install_header(kit_, options_);
  EXPECT_THAT(error(result), HasSubstr("/nothing has no include root"));
  EXPECT_THAT(result.error().command, HasSubstr("kmesh-kernel build --work /nothing"));
}

}  // namespace
}  // namespace kmesh
