// SPDX-License-Identifier: Apache-2.0
#include "kit/adapting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SourceOptions, NameTheSourceAsTheBuildTakesIt) {
  AdaptOptions options;
  options.baseline = "6.12";
  EXPECT_EQ(source_options(options), "--baseline 6.12");
  options.sources.verify = false;
  options.sources.sandbox = false;
  EXPECT_EQ(source_options(options), "--baseline 6.12") << "its signatures are checked all the same";
  options = {};
  options.tree = "/t";
  EXPECT_EQ(source_options(options), "--tree /t --no-verify");
  options = {};
  options.tarball = "/t.tar.xz";
  EXPECT_EQ(source_options(options), "--tarball /t.tar.xz");
  options.sources.verify = false;
  EXPECT_EQ(source_options(options), "--tarball /t.tar.xz --no-verify");
  options = {};
  options.package = "/p.src.rpm";
  options.keys = {"/a", "/b"};
  EXPECT_EQ(source_options(options), "--srpm /p.src.rpm --key /a --key /b");
  options.sources.sandbox = false;
  EXPECT_EQ(source_options(options), "--srpm /p.src.rpm --key /a --key /b --no-sandbox");
}

AdaptReport report_of(const std::string& from, const std::string& base) {
  AdaptedPatch patch;
  patch.patch.file = "1.patch";
  patch.patch.base = base;
  patch.outcome = Adapted::kRefreshed;
  patch.diff = "x";
  return {"5.10.1", "5.10.1", "/new", "--tree /t --no-verify", from, {{patch}}};
}

TEST(AdaptText, HasTheCallThatBuildsIt) {
  EXPECT_THAT(adapt_text(report_of("/t", "")),
              HasSubstr("Try it:  kmesh-kernel build --tree /t --no-verify --series /new\n"));
}

TEST(AdaptText, SaysWhereABaseIsNoBaseline) {
  EXPECT_THAT(adapt_text(report_of("/t", "5.10")),
              HasSubstr("Kmesh-Base: 5.10.1, which is no baseline: who adapts them further names this source "
                        "with --from /t\n"));
  EXPECT_THAT(adapt_text(report_of("", "5.10")), Not(HasSubstr("--from"))) << "a baseline has a name";
  EXPECT_THAT(adapt_text(report_of("/t", "")), Not(HasSubstr("--from"))) << "no base was written";
}

}  // namespace
}  // namespace kmesh
