// SPDX-License-Identifier: Apache-2.0
#include "kit/apt_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::ElementsAre;

// "URI SUITE KEY", one a source.
std::vector<std::string> shown(const std::vector<AptSource>& sources) {
  std::vector<std::string> all;
  for (const auto& source : sources) all.push_back(source.uri + " " + source.suite + " " + source.signed_by);
  return all;
}

TEST(OneLineSources, ReadsWhatAptReads) {
  EXPECT_THAT(
      shown(parse_one_line_sources(
          "# comment\n#deb http://off.example/ sid main\n\n"
          "deb http://m.example/debian bookworm main contrib # why\n"
          "deb-src http://m.example/debian bookworm main\n"
          "  deb  [ arch=amd64 signed-by=/k.gpg ]  http://s.example/sec/  bookworm-security  main\n"
          "deb [signed-by=/k.gpg arch=amd64] http://t.example bookworm-updates main\r\n")),
      ElementsAre("http://m.example/debian/ bookworm ", "http://s.example/sec/ bookworm-security /k.gpg",
                  "http://t.example/ bookworm-updates /k.gpg"));
}

TEST(OneLineSources, PassesOverWhatItCannotRead) {
  EXPECT_THAT(shown(parse_one_line_sources(
                  "deb\ndeb http://m.example\nrpm http://m.example x y\ndeb [x http://m y\n")),
              ElementsAre());
  EXPECT_THAT(shown(parse_one_line_sources("")), ElementsAre());
}

TEST(OneLineSources, BracketsOfAnAddressAreNoOptions) {
  EXPECT_THAT(shown(parse_one_line_sources("deb http://[2001:db8::1]/debian bookworm main\n")),
              ElementsAre("http://[2001:db8::1]/debian/ bookworm "));
}

TEST(OneLineSources, AnInstallationDiscIsNoMirror) {
  EXPECT_THAT(shown(parse_one_line_sources("deb cdrom:[Debian GNU/Linux 12 _Bookworm_]/ bookworm main\n")),
              ElementsAre());
}

TEST(Deb822Sources, ReadsStanzas) {
  EXPECT_THAT(
      shown(parse_deb822_sources(
          "# the main one\nTypes: deb deb-src\nURIs: http://m.example/debian http://n.example\n"
          "Suites: bookworm bookworm-updates\nComponents: main\nSigned-By: /usr/share/k.gpg\n\n"
          "types: deb\nuris: http://s.example/sec\nsuites:\n bookworm-security\n# in between\n other\n")),
      ElementsAre("http://m.example/debian/ bookworm /usr/share/k.gpg",
                  "http://m.example/debian/ bookworm-updates /usr/share/k.gpg",
                  "http://n.example/ bookworm /usr/share/k.gpg",
                  "http://n.example/ bookworm-updates /usr/share/k.gpg",
                  "http://s.example/sec/ bookworm-security ", "http://s.example/sec/ other "));
}

TEST(Deb822Sources, LeavesOutWhatIsSwitchedOffOrSource) {
  for (const char* off : {"no", " NO ", "false", "off", "0", "disable"})
    EXPECT_THAT(shown(parse_deb822_sources(std::string("Types: deb\nURIs: http://m\nSuites: x\nEnabled:") +
                                           off + "\n")),
                ElementsAre())
        << off;
  EXPECT_THAT(shown(parse_deb822_sources("Types: deb\nURIs: http://m\nSuites: x\nEnabled: yes\n")),
              ElementsAre("http://m/ x "));
  EXPECT_THAT(shown(parse_deb822_sources("Types: deb-src\nURIs: http://m\nSuites: x\n")), ElementsAre());
}

TEST(Deb822Sources, OneStanzasFieldsAreNotTheNextOnes) {
  EXPECT_THAT(shown(parse_deb822_sources("Types: deb\nURIs: http://m\nSuites: x\nSigned-By: /k\n \t\n"
                                         "Types: deb\nURIs: http://n\nSuites: y\n")),
              ElementsAre("http://m/ x /k", "http://n/ y "));
}

TEST(Deb822Sources, AKeyInTheStanzaIsNoPath) {
  EXPECT_THAT(shown(parse_deb822_sources("Types: deb\nURIs: http://m\nSuites: x\nSigned-By:\n"
                                         " -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n")),
              ElementsAre("http://m/ x "));
}

const std::vector<AptSource> kHost = {{"http://m/", "bookworm", "/k"},
                                      {"http://m/", "bookworm-updates", "/k"},
                                      {"http://s/", "bookworm-security", ""}};

TEST(MirrorFor, SecurityComesFromSecurity) {
  ASSERT_NE(mirror_for(kHost, "bookworm", "bullseye"), nullptr);
  EXPECT_EQ(mirror_for(kHost, "bookworm", "bullseye")->uri, "http://m/");
  ASSERT_NE(mirror_for(kHost, "bookworm", "bullseye-security"), nullptr);
  EXPECT_EQ(mirror_for(kHost, "bookworm", "bullseye-security")->uri, "http://s/");
  EXPECT_EQ(mirror_for(kHost, "noble", "bullseye"), nullptr) << "another distribution's host";
  EXPECT_EQ(mirror_for({}, "bookworm", "bullseye"), nullptr);
  EXPECT_EQ(mirror_for({kHost[0]}, "bookworm", "bullseye-security"), nullptr);
}

TEST(SourcesFor, WritesWhatCanBeServed) {
  EXPECT_EQ(sources_for(kHost, "bookworm", {"bullseye", "bullseye-security"}),
            "Types: deb\nURIs: http://m/\nSuites: bullseye\nComponents: main\nSigned-By: /k\n\n"
            "Types: deb\nURIs: http://s/\nSuites: bullseye-security\nComponents: main\n\n");
  EXPECT_EQ(sources_for({kHost[0]}, "bookworm", {"bullseye-security"}), "");
  EXPECT_THAT(shown(parse_deb822_sources(sources_for(kHost, "bookworm", {"trixie"}))),
              ElementsAre("http://m/ trixie /k"));
}

}  // namespace
}  // namespace kmesh
