// SPDX-License-Identifier: Apache-2.0
#include "kit/sandbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::Not;

const Sandbox kOn(true, "/w/enhanced", "/w/ccache");
const Sandbox kOff(false, "/w/enhanced", "/w/ccache");

Command make_in_tree() {
  Command command;
  command.argv = {"make", "-C", "/kmesh/tree", "a b;c"};
  command.folder = "/w/enhanced/tree";
  command.env = {{"KBUILD_BUILD_USER", "kmesh"}, {"LC_ALL", "C"}};
  command.log = "/w/log";
  return command;
}

// The words behind `option`, `count` of them; nothing where it is not there.
std::vector<std::string> after_word(const Command& command, const std::vector<std::string>& option,
                                    std::size_t count) {
  const auto found = std::search(command.argv.begin(), command.argv.end(), option.begin(), option.end());
  if (found == command.argv.end()) return {};
  const auto first = found + static_cast<std::ptrdiff_t>(option.size());
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

TEST(Sandbox, RenamesPathsBelowItsFolder) {
  EXPECT_EQ(kOn.inside("/w/enhanced"), "/kmesh");
  EXPECT_EQ(kOn.inside("/w/enhanced/tree/x"), "/kmesh/tree/x");
  EXPECT_EQ(kOn.inside("/usr/bin/make"), "/usr/bin/make");
  EXPECT_EQ(kOn.inside("/w/enhanced-2/tree"), "/w/enhanced-2/tree") << "a neighbour is not below it";
  EXPECT_EQ(kOff.inside("/w/enhanced/tree"), "/w/enhanced/tree");
}

TEST(Sandbox, ShutsOutNetworkAndEnvironment) {
  const Command command = kOn.wrap(make_in_tree());
  ASSERT_FALSE(command.argv.empty());
  EXPECT_EQ(command.argv.front(), "bwrap");
  for (const char* option : {"--unshare-all", "--die-with-parent", "--new-session", "--clearenv"})
    EXPECT_THAT(command.argv, testing::Contains(option));
  EXPECT_THAT(command.argv, Not(testing::Contains("--share-net")));
  EXPECT_THAT(command.argv, Not(testing::Contains("--uid"))) << "only rpm's own steps are root";
  EXPECT_TRUE(command.env.empty()) << "it is handed over by --setenv";
  EXPECT_EQ(command.folder, "");
  EXPECT_EQ(command.log, "/w/log");
}

TEST(Sandbox, MayWriteItsFolderAndTheCacheOnly) {
  const Command command = kOn.wrap(make_in_tree());
  EXPECT_EQ(std::count(command.argv.begin(), command.argv.end(), "--bind"), 2);
  EXPECT_THAT(after_word(command, {"--bind"}, 2), ElementsAre("/w/enhanced", "/kmesh"));
  EXPECT_THAT(after_word(command, {"--bind", "/w/enhanced", "/kmesh", "--bind"}, 2),
              ElementsAre("/w/ccache", "/ccache"));
  EXPECT_THAT(after_word(command, {"--ro-bind"}, 2), ElementsAre("/usr", "/usr"));
}

TEST(Sandbox, KeepsTheCommandWordForWord) {
  const Command command = kOn.wrap(make_in_tree());
  EXPECT_THAT(after_word(command, {"--chdir", "/kmesh/tree", "--"}, 4),
              ElementsAre("make", "-C", "/kmesh/tree", "a b;c"));
  EXPECT_EQ(command.argv.back(), "a b;c");
  Command bare;
  bare.argv = {"true"};
  EXPECT_THAT(after_word(kOn.wrap(bare), {"--chdir", "/kmesh", "--"}, 1), ElementsAre("true"));
}

TEST(Sandbox, SetsAKnownEnvironment) {
  const Command command = kOn.wrap(make_in_tree());
  EXPECT_THAT(after_word(command, {"--setenv", "HOME"}, 1), ElementsAre("/kmesh/home"));
  EXPECT_THAT(after_word(command, {"--setenv", "CCACHE_DIR"}, 1), ElementsAre("/ccache"));
  EXPECT_THAT(after_word(command, {"--setenv", "CCACHE_DEPEND"}, 1), ElementsAre("1"));
  EXPECT_THAT(after_word(command, {"--setenv", "KBUILD_BUILD_USER"}, 1), ElementsAre("kmesh"));
  EXPECT_THAT(after_word(command, {"--setenv", "LC_ALL"}, 1), ElementsAre("C"))
      << "the command's own word goes first";
}

TEST(Sandbox, RootIsOfItsOwnNamespace) {
  const Command command = kOn.wrap_as_root(make_in_tree());
  EXPECT_THAT(command.argv, testing::Contains("--unshare-all"));
  EXPECT_THAT(after_word(command, {"--uid"}, 3), ElementsAre("0", "--gid", "0"));
}

TEST(Sandbox, SwitchedOffItLeavesTheCommandAlone) {
  for (const Command& command : {kOff.wrap(make_in_tree()), kOff.wrap_as_root(make_in_tree())}) {
    EXPECT_THAT(command.argv, ElementsAre("make", "-C", "/kmesh/tree", "a b;c"));
    EXPECT_EQ(command.folder, "/w/enhanced/tree");
    EXPECT_EQ(command.env.at("HOME"), "/w/enhanced/home") << "not the user's own";
    EXPECT_EQ(command.env.at("CCACHE_DIR"), "/w/ccache");
    EXPECT_EQ(command.env.at("LC_ALL"), "C");
    EXPECT_EQ(command.env.at("MAKELEVEL"), "0") << "a make above us is none of theirs";
  }
}

}  // namespace
}  // namespace kmesh
