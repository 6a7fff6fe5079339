// SPDX-License-Identifier: Apache-2.0
#include "kit/source_package.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kSigned =
    "/kmesh/package.src.rpm:\n"
    "    Header V4 RSA/SHA256 Signature, key ID 0123abcd: OK\n"
    "    Header SHA256 digest: OK\n"
    "    Payload SHA256 digest: OK\n"
    "    V4 RSA/SHA256 Signature, key ID 0123abcd: OK\n";

constexpr const char* kQueried = "kernel\n5.10.0\n153.el\n1\n";

TEST(ParseSignatures, TellsGoodUnknownAndBadApart) {
  const auto good = parse_signatures(kSigned);
  EXPECT_THAT(good.good, ElementsAre("0123abcd"));
  EXPECT_THAT(good.unknown, IsEmpty());
  EXPECT_TRUE(good.digests);
  const auto unknown = parse_signatures(
      "    Header V4 RSA/SHA256 Signature, key ID 77: NOKEY\n    Header SHA256 digest: OK\n");
  EXPECT_THAT(unknown.unknown, ElementsAre("77"));
  EXPECT_THAT(unknown.good, IsEmpty());
  const auto bad = parse_signatures(
      "    Header V4 RSA/SHA256 Signature, key ID 77: BAD\n    Payload SHA256 digest: BAD (Expected a != "
      "b)\n");
  EXPECT_THAT(bad.bad, ElementsAre("Header V4 RSA/SHA256 Signature, key ID 77: BAD"));
  EXPECT_FALSE(bad.digests);
  EXPECT_THAT(parse_signatures("    V4 RSA/SHA256 Signature, key ID 77: NOTTRUSTED\n").bad,
              testing::SizeIs(1))
      << "an expired key";
  EXPECT_FALSE(parse_signatures("error: not an rpm package\n").digests);
}

TEST(ParseHeader, TakesWhatTheQueryGives) {
  const auto header = parse_header(kQueried);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->name + " " + header->version + " " + header->release, "kernel 5.10.0 153.el");
  EXPECT_TRUE(header->source);
  EXPECT_FALSE(parse_header(""));
  EXPECT_FALSE(parse_header("kernel\n"));
}

class OpenSourcePackage : public ::testing::Test {
 protected:
  OpenSourcePackage() {
    disk_.files["/in/k.src.rpm"] = "rpm";
    disk_.files["/in/key"] = "key";
  }
  // What is said of the key: it has no end, unless a test says otherwise.
  void key_says(std::string output) {
    Exit exit;
    exit.output = std::move(output);
    processes_.answer("--show-keys", exit);
  }
  void says(const std::string& word, std::string output, int code = 0) {
    Exit exit;
    exit.code = code;
    exit.output = std::move(output);
    processes_.answer(word, exit);
  }
  Result<SourcePackage> open(bool verify) {
    return open_source_package(kit_, side_, "/in/k.src.rpm", {"/in/key"}, verify);
  }
  std::string refused(bool verify = true) {
    const auto opened = open(verify);
    return opened ? "taken" : opened.error().what;
  }

  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {}};
  Side side_{"source", "/w", "/w/log", Sandbox(true, "/w", "/c")};
};

TEST_F(OpenSourcePackage, NamesTheKeyThatVouches) {
  says("--import", "");
  key_says("pub:-:2048:1:AAAAAAAA0123ABCD:1700000000:::\n");
  says("--checksig", kSigned);
  says("--query", kQueried);
  const auto opened = open(true);
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_EQ(opened->verified, "signature of key 0123abcd");
  EXPECT_THAT(opened->warnings, IsEmpty());
  EXPECT_EQ(disk_.files["/w/package.src.rpm"], "rpm") << "what was checked is what is used";
  for (const auto& command : processes_.ran) EXPECT_EQ(command.argv.front(), "bwrap");
}

TEST_F(OpenSourcePackage, AnExpiredKeyVouchesForNothing) {
  says("--import", "");
  key_says("pub:e:2048:1:AAAAAAAA0123ABCD:1700000000:1700000003::\nfpr:::::::::x:\n");
  says("--checksig", kSigned);
  says("--query", kQueried);
  EXPECT_EQ(refused(), "/in/k.src.rpm is signed with key 0123abcd, which has expired");
  const auto taken = open(false);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->verified, "");
}

TEST_F(OpenSourcePackage, AnUnknownKeyIsNamed) {
  says("--import", "");
  key_says("pub:-:2048:1:AAAAAAAA0123ABCD:1700000000:::\n");
  says("--checksig", "    Header V4 RSA/SHA256 Signature, key ID 77: NOKEY\n    Header SHA256 digest: OK\n");
  says("--query", kQueried);
  EXPECT_EQ(refused(), "/in/k.src.rpm is signed with a key that was not given: 77");
  const auto taken = open(false);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->verified, "");
  EXPECT_THAT(taken->warnings, ElementsAre(HasSubstr("not verified")));
}

TEST_F(OpenSourcePackage, AnUnsignedOneNeedsToBeTakenAsItIs) {
  says("--import", "");
  key_says("pub:-:2048:1:AAAAAAAA0123ABCD:1700000000:::\n");
  says("--checksig", "    Header SHA256 digest: OK\n");
  says("--query", kQueried);
  EXPECT_EQ(refused(), "/in/k.src.rpm has no signature");
  EXPECT_EQ(refused(false), "taken");
}

TEST_F(OpenSourcePackage, AWrongSignatureIsNeverTaken) {
  says("--import", "");
  key_says("pub:-:2048:1:AAAAAAAA0123ABCD:1700000000:::\n");
  says("--checksig", "    Header V4 RSA/SHA256 Signature, key ID 77: BAD\n    Header SHA256 digest: OK\n", 1);
  EXPECT_THAT(refused(false), HasSubstr("has a wrong signature"));
}

TEST_F(OpenSourcePackage, DamageAndBinaryPackagesAreNeverTaken) {
  says("--import", "");
  key_says("pub:-:2048:1:AAAAAAAA0123ABCD:1700000000:::\n");
  says("--checksig", "error: not an rpm package\n", 1);
  EXPECT_THAT(refused(false), HasSubstr("damaged or no RPM package"));
  processes_.answers.clear();
  says("--import", "");
  key_says("pub:-:2048:1:AAAAAAAA0123ABCD:1700000000:::\n");
  says("--checksig", kSigned);
  says("--query", "kernel\n5.10.0\n1\n0\n");
  EXPECT_THAT(refused(false), HasSubstr("is a binary package"));
}

TEST_F(OpenSourcePackage, AKeyThatIsNoneIsNamed) {
  says("--import", "import read failed", 1);
  EXPECT_THAT(refused(), HasSubstr("/in/key is no public key"));
}

}  // namespace
}  // namespace kmesh
