// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/origin.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

BaselineRow row(const std::string& name, const std::string& package, const std::string& suite) {
  BaselineRow made;
  made.name = name;
  made.package = package;
  made.suites = {suite};
  return made;
}

const std::vector<BaselineRow> kRows = {row("5.10", "linux-source-5.10", "bullseye"),
                                        row("6.1", "linux-source-6.1", "bookworm")};

Error explained(std::string_view output, std::string_view host = "bookworm") {
  return explain_apt(output, kRows[0], kRows, host);
}

TEST(MadisonVersions, KeepsTheOrderAndEachOnce) {
  EXPECT_THAT(
      madison_versions("linux-source-5.10 | 5.10.262-1 | http://m/ bullseye-security/main amd64 Packages\n"
                       "linux-source-5.10 | 5.10.262-1 | http://m/ bullseye-security/main Sources\n"
                       "linux-source-5.10 | 5.10.223-1 | http://m/ bullseye/main amd64 Packages\n"),
      ElementsAre("5.10.262-1", "5.10.223-1"));
  EXPECT_THAT(madison_versions(""), ElementsAre());
  EXPECT_THAT(madison_versions("N: Unable to locate package x\none | bar\n"), ElementsAre());
}

TEST(ExplainApt, ASuiteThatIsGone) {
  for (const char* output : {"E: The repository 'http://m bullseye Release' does not have a Release file.\n",
                             "Err:1 http://m bullseye Release\n  404  Not Found [IP: 192.0.2.1 80]\nE: The "
                             "repository 'http://m bullseye Release' no longer has a Release file.\n"}) {
    const Error error = explained(output);
    EXPECT_THAT(error.what, HasSubstr("no longer has the suite bullseye"));
    EXPECT_THAT(error.hint, HasSubstr("--tarball"));
    EXPECT_EQ(error.command, "kmesh-kernel build --baseline 6.1") << "what this host can serve";
  }
  EXPECT_EQ(explained("E: x does not have a Release file.", "noble").command, "")
      << "a host whose suite no baseline has";
}

TEST(ExplainApt, ANetworkThatIsNotThere) {
  for (const char* output :
       {"W: Failed to fetch http://m/ Could not resolve 'm'\n", "Temporary failure resolving 'm'\n",
        "Could not connect to m:80 (192.0.2.1), connection timed out\n", "Network is unreachable",
        "Connection failed", "Cannot initiate the connection to m:80\n", "Unable to connect to m:http:\n"}) {
    EXPECT_EQ(explained(output).what, "the package mirror cannot be reached") << output;
    EXPECT_THAT(explained(output).command, HasSubstr("--tarball FILE"));
  }
}

TEST(ExplainApt, AnIndexThatNobodySigned) {
  for (const char* output : {"W: GPG error: http://m bullseye InRelease: NO_PUBKEY 0123\n",
                             "E: The repository 'http://m bullseye InRelease' is not signed.\n"})
    EXPECT_THAT(explained(output).what, HasSubstr("not signed by a key this host trusts")) << output;
}

TEST(ExplainApt, AChangedDownloadAndAFullDisk) {
  EXPECT_THAT(explained("E: Hash Sum mismatch\n").what,
              HasSubstr("does not match the mirror's signed index"));
  EXPECT_THAT(explained("Release file created at: now\n SHA256:82404a23\nE: Hash Sum mismatch\n").what,
              HasSubstr("signed index"))
      << "404 may stand in a checksum";
  EXPECT_THAT(explained("File has unexpected size (1 != 2). Mirror sync in progress?").what,
              HasSubstr("signed index"));
  EXPECT_EQ(explained("E: write (28: No space left on device)\n").what, "the disk is full");
}

TEST(ExplainApt, AnythingElseIsShown) {
  const Error error = explained("E: something new\n");
  EXPECT_EQ(error.what, "apt cannot get linux-source-5.10");
  EXPECT_EQ(error.detail, "E: something new\n");
  const std::string longer = std::string(5000, 'x') + "the end";
  EXPECT_EQ(explained(longer).detail.size(), 2000U);
  EXPECT_THAT(explained(longer).detail, HasSubstr("the end")) << "the end says why";
}

TEST(ExplainApt, NoHintNamesAMirror) {
  const Error error = explained("Could not resolve 'deb.example.org'");
  EXPECT_THAT(error.what + error.hint + error.command, Not(HasSubstr("http")));
}

}  // namespace
}  // namespace kmesh
