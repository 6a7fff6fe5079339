// SPDX-License-Identifier: Apache-2.0
#include "kit/repository.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const RepositoryRequest kRequest = {"http://h/source", "kernel", "/w"};

TEST(NamedKeys, AreReadAsDnfReadsThem) {
  EXPECT_THAT(named_keys("[a]\ngpgkey=file:///etc/a, https://h/b\n  http://h/c\nname=x\n  "
                         "http://h/d\n[b]\ngpgkey = file:///etc/a\n"),
              ElementsAre("file:///etc/a", "https://h/b", "http://h/c"));
  EXPECT_THAT(named_keys("# gpgkey=file:///a\ngpgcheck=1\n"), IsEmpty());
  EXPECT_THAT(named_keys(repo_file("http://h")), IsEmpty());
}

TEST(ExplainDnf, SaysWhatIsWrongWithTheRepository) {
  const auto what = [](std::string_view output) { return explain_dnf(output, kRequest).what; };
  EXPECT_EQ(what("Curl error (7): Failed to connect to h port 80"),
            "the repository http://h/source cannot be reached");
  EXPECT_EQ(what("Status code: 404 for http://h/source/repodata/repomd.xml"),
            "http://h/source is no RPM repository");
  EXPECT_THAT(what("Downloading successful, but checksum doesn't match."), HasSubstr("disagree"));
  EXPECT_EQ(what("No package kernel available."), "the repository has no source package kernel");
  EXPECT_THAT(what("Curl error (18): Transferred a partial file"), HasSubstr("ended before its end"));
  EXPECT_EQ(what("something else"), "dnf cannot get kernel");
}

class FetchPackage : public ::testing::Test {
 protected:
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {}};
};

TEST_F(FetchPackage, TouchesNothingOutsideOfItsFolder) {
  disk_.files["/r/x.repo"] = "[a]\nbaseurl=http://h\ngpgkey=file:///etc/key\n";
  disk_.files["/etc/key"] = "key";
  processes_.answer("download", {},
                    [&](const Command&) { disk_.files["/w/packages/kernel-1-1.src.rpm"] = "r"; });
  const auto fetched = fetch_package(kit_, {"/r/x.repo", "kernel", "/w"});
  ASSERT_TRUE(fetched) << fetched.error().what;
  EXPECT_EQ(fetched->path, "/w/packages/kernel-1-1.src.rpm");
  EXPECT_THAT(fetched->keys, ElementsAre("/etc/key"));
  EXPECT_EQ(disk_.files["/w/repos/kmesh.repo"], disk_.files["/r/x.repo"]);
  for (const auto* option : {"config", "installroot"})
    EXPECT_THAT(processes_.ran[0].argv, Contains(HasSubstr(std::string("--") + option + "=/w/")));
  for (const auto* option : {"reposdir", "cachedir", "persistdir", "logdir", "varsdir"})
    EXPECT_THAT(processes_.ran[0].argv, Contains(HasSubstr(std::string("--setopt=") + option + "=/w/")));
}

TEST_F(FetchPackage, AKeyThatIsNotHereAsksForOne) {
  disk_.files["/r/x.repo"] = "[a]\ngpgkey=file:///etc/none\n";
  processes_.answer("download", {}, [&](const Command&) { disk_.files["/w/packages/k.src.rpm"] = "r"; });
  const auto fetched = fetch_package(kit_, {"/r/x.repo", "kernel", "/w"});
  ASSERT_FALSE(fetched);
  EXPECT_THAT(fetched.error().hint, HasSubstr("--key FILE"));
}

TEST_F(FetchPackage, AKeyWithAVariableAsksForOne) {
  disk_.files["/r/x.repo"] = "[a]\ngpgkey=https://h/key-$releasever\n";
  processes_.answer("download", {}, [&](const Command&) { disk_.files["/w/packages/k.src.rpm"] = "r"; });
  const auto fetched = fetch_package(kit_, {"/r/x.repo", "kernel", "/w"});
  ASSERT_FALSE(fetched);
  EXPECT_THAT(fetched.error().hint, HasSubstr("--key FILE"));
}

TEST_F(FetchPackage, NothingFetchedIsAnError) {
  Exit exit;
  exit.output = "No package kernel available.";
  processes_.answer("download", exit);
  EXPECT_FALSE(fetch_package(kit_, kRequest));
  EXPECT_FALSE(fetch_package(kit_, {"/none.repo", "kernel", "/w"}));
  processes_.absent = {"dnf"};
  const auto without = fetch_package(kit_, kRequest);
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().command, "apt-get install dnf dnf-plugins-core");
}

}  // namespace
}  // namespace kmesh
