// SPDX-License-Identifier: Apache-2.0
#include "kit/reproducible.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kScript =
    "#!/bin/sh\nSEED=`od -A n -t x8 -N 32 /dev/urandom | tr -d ' \\n'`\necho \"$SEED\"\n";
constexpr const char* kPem = "-----BEGIN PRIVATE KEY-----\nx\n-----BEGIN CERTIFICATE-----\ny\n";

class FixLots : public ::testing::Test {
 protected:
  std::vector<std::string> fix(const std::string& config, const std::string& key = "") {
    disk_.files["/t/.config"] = config;
    auto fixed = fix_lots(kit_, "/t", {"Linux 5.10", key});
    EXPECT_TRUE(fixed) << fixed.error().what;
    return fixed.value_or(std::vector<std::string>{});
  }
  std::string config() { return disk_.files["/t/.config"]; }

  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {"/data/kernel", "/data/guest"}};
};

TEST_F(FixLots, AConfigurationWithoutAnyIsLeftAlone) {
  disk_.files["/t/scripts/gen-randstruct-seed.sh"] = kScript;
  EXPECT_THAT(fix("# CONFIG_MODULE_SIG is not set\nCONFIG_RANDSTRUCT_NONE=y\n"), IsEmpty());
  EXPECT_EQ(disk_.files["/t/scripts/gen-randstruct-seed.sh"], kScript);
}

TEST_F(FixLots, TheSeedIsMadeOfTheSource) {
  for (const auto& [option, script] :
       {std::pair{"GCC_PLUGIN_RANDSTRUCT", "scripts/gcc-plugins/gen-random-seed.sh"},
        std::pair{"RANDSTRUCT", "scripts/gen-randstruct-seed.sh"}}) {
    const std::string path = std::string("/t/") + script;
    disk_.files = {{path, kScript}};
    EXPECT_THAT(fix(std::string("CONFIG_") + option + "=y\n"), IsEmpty());
    EXPECT_THAT(disk_.files[path], HasSubstr("SEED=`echo " + sha256_text("Linux 5.10") + " | tr"));
    EXPECT_THAT(disk_.files[path], Not(HasSubstr("urandom")));
    const std::string once = disk_.files[path];
    EXPECT_THAT(fix(std::string("CONFIG_") + option + "=y\n"), ElementsAre(HasSubstr("how this tree draws")));
    EXPECT_EQ(disk_.files[path], once);
  }
}

TEST_F(FixLots, ASeedThatIsDrawnInAnotherWayIsSaid) {
  EXPECT_THAT(fix("CONFIG_RANDSTRUCT=y\n"), ElementsAre(HasSubstr("another build makes other packages")));
}

TEST_F(FixLots, AKeyThatTheBuildMakesIsSaid) {
  EXPECT_THAT(fix("CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY=\"certs/signing_key.pem\"\n"),
              ElementsAre(HasSubstr("--signing-key FILE")));
}

TEST_F(FixLots, AGivenKeySignsUnderANameThatKbuildDoesNotMake) {
  disk_.files["/home/key.pem"] = kPem;
  EXPECT_THAT(
      fix("CONFIG_A=y\nCONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY=\"certs/signing_key.pem\"\nCONFIG_B=y\n",
          "/home/key.pem"),
      IsEmpty());
  EXPECT_EQ(
      config(),
      "CONFIG_A=y\nCONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY=\"certs/kmesh_signing_key.pem\"\nCONFIG_B=y\n");
  EXPECT_EQ(disk_.files["/t/certs/kmesh_signing_key.pem"], kPem);
  EXPECT_EQ(disk_.owned["/t/certs/kmesh_signing_key.pem"].mode, 0600U);
}

TEST_F(FixLots, AKeyOnAnEllipticCurveIsSaid) {
  const std::string config = "CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY=\"certs/signing_key.pem\"\n";
  disk_.files["/home/key.pem"] = kPem;
  Exit certificate;
  certificate.output = "Subject Public Key Info:\n Public Key Algorithm: id-ecPublicKey\n";
  processes_.answer("openssl", certificate);
  EXPECT_THAT(fix(config, "/home/key.pem"), ElementsAre(AllOf(HasSubstr("drawn by lot"), HasSubstr("5.13"))));
  EXPECT_THAT(fix(config + "CONFIG_CRYPTO_ECDSA=y\n", "/home/key.pem"),
              ElementsAre(AllOf(HasSubstr("drawn by lot"), Not(HasSubstr("5.13")))));
  processes_.answers.front().exit.output = "Public Key Algorithm: rsaEncryption\n";
  EXPECT_THAT(fix(config, "/home/key.pem"), IsEmpty());
}

TEST_F(FixLots, AGivenKeyOfNoUseIsSaid) {
  disk_.files["/home/key.pem"] = kPem;
  EXPECT_THAT(fix("# CONFIG_MODULE_SIG is not set\n", "/home/key.pem"),
              ElementsAre(HasSubstr("was not used")));
  EXPECT_THAT(fix("CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY=\"pkcs11:x\"\n", "/home/key.pem"),
              ElementsAre(HasSubstr("was not used")));
  disk_.files.erase("/t/.config");
  const auto later = fix_lots(kit_, "/t", {"s", "/home/key.pem"});
  ASSERT_TRUE(later);
  EXPECT_THAT(*later, ElementsAre(HasSubstr("was not used")));
}

TEST_F(FixLots, AFileWithoutAKeyOrACertificateIsRefused) {
  disk_.files["/home/key.pem"] = "-----BEGIN CERTIFICATE-----\n";
  disk_.files["/t/.config"] = "CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY=\"certs/signing_key.pem\"\n";
  const auto fixed = fix_lots(kit_, "/t", {"s", "/home/key.pem"});
  ASSERT_FALSE(fixed);
  EXPECT_THAT(fixed.error().what, HasSubstr("PRIVATE KEY"));
  EXPECT_THAT(fixed.error().command, HasSubstr("openssl req"));
}

}  // namespace
}  // namespace kmesh
