// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace kmesh {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ProcessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "kmesh-process-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  static Command shell(const std::string& script) {
    Command command;
    command.argv = {"sh", "-c", script};
    command.keep_output = true;
    return command;
  }
  Exit run(const Command& command) {
    auto exit = processes_.run(command);
    EXPECT_TRUE(exit) << (exit ? "" : exit.error().what);
    return exit ? *exit : Exit{};
  }
  std::string text(const std::string& name) const {
    std::ostringstream all;
    all << std::ifstream(folder_ + "/" + name).rdbuf();
    return all.str();
  }
  std::string folder_;
  RealProcesses processes_;
};

TEST_F(ProcessTest, GivesTheExitCodeAndBothOutputs) {
  const Exit exit = run(shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(exit.code, 3);
  EXPECT_FALSE(exit.ok());
  EXPECT_EQ(exit.output, "out\nerr\n");
  EXPECT_EQ(exit.tail, "out\nerr\n");
  EXPECT_TRUE(run(shell("true")).ok());
}

TEST_F(ProcessTest, ASignalIsACodeToo) { EXPECT_EQ(run(shell("kill -9 $$")).code, 128 + 9); }

TEST_F(ProcessTest, WordsAreNoShell) {
  Command command;
  command.argv = {"printf", "%s|", "a b", "$HOME", "*", "'", ""};
  command.keep_output = true;
  EXPECT_EQ(run(command).output, "a b|$HOME|*|'||");
}

TEST_F(ProcessTest, AMissingProgramIsAnError) {
  Command command;
  command.argv = {"kmesh-no-such-program"};
  const auto exit = processes_.run(command);
  ASSERT_FALSE(exit);
  EXPECT_EQ(exit.error().what, "kmesh-no-such-program is not installed");
  EXPECT_EQ(processes_.find("kmesh-no-such-program"), "");
  EXPECT_EQ(processes_.find("/no/such/sh"), "");
  EXPECT_THAT(processes_.find("sh"), testing::EndsWith("/sh"));
}

TEST_F(ProcessTest, AFolderOfThatNameIsNoProgram) {
  fs::create_directories(folder_ + "/bin/kmesh-tool");
  const char* set = std::getenv("PATH");
  const std::string before = set != nullptr ? set : "/usr/bin:/bin";
  ::setenv("PATH", (folder_ + "/bin:" + before).c_str(), 1);
  EXPECT_EQ(processes_.find("kmesh-tool"), "");
  ::setenv("PATH", before.c_str(), 1);
}

TEST_F(ProcessTest, AFileThatCannotBeRunIsAnError) {
  std::ofstream(folder_ + "/script") << "#!/no/such/interpreter\n";
  fs::permissions(folder_ + "/script", fs::perms::owner_all);
  Command command;
  command.argv = {folder_ + "/script"};
  const auto exit = processes_.run(command);
  ASSERT_FALSE(exit);
  EXPECT_THAT(exit.error().what, HasSubstr("cannot start"));
  command.argv = {"true"};
  command.folder = folder_ + "/none";
  EXPECT_FALSE(processes_.run(command)) << "a working directory that is not there";
}

TEST_F(ProcessTest, RunsInItsFolderWithItsEnvironment) {
  Command command = shell("pwd; echo $KMESH_TEST; test -n \"$PATH\" && cat");
  command.folder = folder_;
  command.env = {{"KMESH_TEST", "a=b c"}};
  EXPECT_EQ(run(command).output, fs::canonical(folder_).string() + "\na=b c\n") << "and nothing to read";
}

TEST_F(ProcessTest, HasNoTerminalToAskAt) {
  // the sixth field of stat is the session: one of its own has no controlling terminal
  const Exit exit = run(shell("cut -d' ' -f6 /proc/$$/stat"));
  EXPECT_NE(exit.output, std::to_string(::getsid(0)) + "\n");
}

TEST_F(ProcessTest, HandsOverLineByLine) {
  std::vector<std::string> lines;
  Command command = shell("printf 'one\\n\\ntwo\\nwithout an end'");
  command.on_line = [&](std::string_view line) { lines.emplace_back(line); };
  const Exit exit = run(command);
  EXPECT_THAT(lines, ElementsAre("one", "", "two", "without an end"));
  EXPECT_EQ(exit.tail, "one\n\ntwo\nwithout an end\n");
}

TEST_F(ProcessTest, TicksWhetherAnythingIsSaidOrNot) {
  for (const auto* script : {"sleep 1", "for i in 1 2 3 4 5 6 7 8 9 10; do echo; sleep 0.1; done"}) {
    int ticks = 0;
    Command command = shell(script);
    command.on_tick = [&] { ++ticks; };
    run(command);
    EXPECT_GE(ticks, 3) << script;
    EXPECT_LE(ticks, 12) << script;
  }
}

TEST_F(ProcessTest, CutsALineThatDoesNotEnd) {
  std::size_t longest = 0;
  std::size_t all = 0;
  Command command = shell("head -c 300000 /dev/zero | tr '\\0' x; echo; echo end");
  command.on_line = [&](std::string_view line) {
    longest = std::max(longest, line.size());
    all += line.size();
  };
  const Exit exit = run(command);
  EXPECT_EQ(all, 300003U) << "nothing is lost";
  EXPECT_LE(longest, 65536U) << "memory stays bounded";
  EXPECT_EQ(exit.output.size(), 300005U);
  EXPECT_THAT(exit.tail, testing::EndsWith("end\n"));
}

TEST_F(ProcessTest, KeepsTheLastLinesOnly) {
  Command command = shell("seq 1 1000");
  command.keep_output = false;
  const Exit exit = run(command);
  EXPECT_EQ(exit.output, "");
  EXPECT_THAT(exit.tail, testing::EndsWith("999\n1000\n"));
  EXPECT_THAT(exit.tail, Not(HasSubstr("\n900\n")));
}

TEST_F(ProcessTest, AppendsToItsLog) {
  Command command = shell("echo one; echo two >&2");
  command.log = folder_ + "/log";
  run(command);
  run(command);
  EXPECT_EQ(text("log"), "one\ntwo\none\ntwo\n");
  command.log = folder_ + "/no/folder/log";
  const auto exit = processes_.run(command);
  ASSERT_FALSE(exit);
  EXPECT_THAT(exit.error().what, HasSubstr("cannot open the log"));
}

TEST_F(ProcessTest, AFullLogEndsTheProgram) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  Command command = shell("echo x; sleep 60");
  command.log = "/dev/full";
  const auto started = std::chrono::steady_clock::now();
  const auto exit = processes_.run(command);
  ASSERT_FALSE(exit);
  EXPECT_THAT(exit.error().hint, HasSubstr("the disk is full"));
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(30));
}

TEST_F(ProcessTest, EndsWhatTakesTooLong) {
  Command command = shell("echo before; sleep 60; echo after");
  command.timeout = std::chrono::seconds(1);
  const auto started = std::chrono::steady_clock::now();
  const Exit exit = run(command);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(20));
  EXPECT_TRUE(exit.timed_out);
  EXPECT_FALSE(exit.ok());
  EXPECT_EQ(exit.output, "before\n") << "what it said until then is kept";
}

TEST_F(ProcessTest, EndsWhatDoesNotListen) {
  Command command = shell("trap '' TERM; while :; do sleep 1; done");
  command.timeout = std::chrono::seconds(1);
  const Exit exit = run(command);
  EXPECT_TRUE(exit.timed_out);
  EXPECT_EQ(exit.code, 128 + 9);
}

TEST_F(ProcessTest, DoesNotWaitForAGrandchildThatRanAway) {
  Command command = shell("setsid sleep 25 & sleep 60");
  command.timeout = std::chrono::seconds(1);
  const auto started = std::chrono::steady_clock::now();
  EXPECT_TRUE(run(command).timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(15));
}

TEST(Shown, CanBeCopied) {
  EXPECT_EQ(shown({"make", "-j4", "CC=ccache gcc", "it's", "", "a;b"}),
            "make -j4 'CC=ccache gcc' 'it'\\''s' '' 'a;b'");
  EXPECT_EQ(shown({}), "");
}

}  // namespace
}  // namespace kmesh
