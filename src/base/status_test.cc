// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace kmesh {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

TEST(Duration, IsForPeople) {
  EXPECT_EQ(duration(0), "0.0 s");
  EXPECT_EQ(duration(1.26), "1.3 s");
  EXPECT_EQ(duration(9.94), "9.9 s");
  EXPECT_EQ(duration(9.96), "10 s") << "not 10.0 s";
  EXPECT_EQ(duration(59.4), "59 s");
  EXPECT_EQ(duration(59.6), "1 min 0 s") << "not 60 s";
  EXPECT_EQ(duration(225), "3 min 45 s");
  EXPECT_EQ(duration(3599.7), "1 h 0 min");
  EXPECT_EQ(duration(7384), "2 h 3 min");
}

TEST(ProgressText, WithoutATotal) {
  EXPECT_EQ(progress_text("plan", "reading", 0, 0, 1), "plan     reading");
}

TEST(ProgressText, WithATotal) {
  EXPECT_EQ(progress_text("build", "CC x.o", 500, 1000, 60),
            "build     50 %, 500 of 1000, 1 min 0 s left  CC x.o");
  EXPECT_EQ(progress_text("build", "CC x.o", 500, 1000, 2), "build     50 %, 500 of 1000  CC x.o")
      << "too early to tell";
  EXPECT_EQ(progress_text("build", "CC x.o", 10, 1000, 60), "build      1 %, 10 of 1000  CC x.o")
      << "too little to tell";
  EXPECT_EQ(progress_text("build", "CC x.o", 0, 1000, 60), "build      0 %, 0 of 1000  CC x.o");
}

TEST(ProgressText, NeverSaysThatItIsDone) {
  EXPECT_THAT(progress_text("build", "LD", 1000, 1000, 60), HasSubstr(" 99 %"));
  EXPECT_EQ(progress_text("build", "LD", 1500, 1000, 60), "build     99 %, 1000 of 1000  LD");
}

TEST(Plain, HasNoControlCharacters) {
  EXPECT_EQ(plain("Get:1\thttp\r 50%\x1b[31m\nx\x7f"), "Get:1\thttp  50% [31m\nx ")
      << "a program's output must not steer the terminal";
  EXPECT_EQ(plain("\xc3\xa4\xe2\x80\xa6"), "\xc3\xa4\xe2\x80\xa6") << "letters stay";
  EXPECT_EQ(plain(std::string_view("a\0b", 3)), "a b");
}

class StatusTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(file_ = std::tmpfile(), nullptr); }
  void TearDown() override { std::fclose(file_); }
  std::string written() {
    std::string text(static_cast<std::size_t>(std::ftell(file_)), '\0');
    std::rewind(file_);
    text.resize(std::fread(text.data(), 1, text.size(), file_));
    return text;
  }
  std::FILE* file_ = nullptr;
};

TEST_F(StatusTest, ALogHasPlainLines) {
  StatusWriter status(file_, false, 80);
  status.begin("plan");
  status.doing("reading\x1b[1m");
  status.progress(1, 2, "CC");
  status.say("a line \x1b[31mthat\rstays");
  status.end("4 patches");
  status.stop();
  const std::string text = written();
  EXPECT_THAT(text, MatchesRegex("a line .*stays\nplan     4 patches \\(0\\.[0-9] s\\)\n"));
  EXPECT_TRUE(std::none_of(text.begin(), text.end(),
                           [](unsigned char c) { return c != '\n' && (c < ' ' || c == 127); }))
      << "control characters in a log: " << ::testing::PrintToString(text);
}

TEST_F(StatusTest, ATerminalHasOneLineThatOverwritesItself) {
  StatusWriter status(file_, true, 40);
  status.begin("build");
  status.doing("CC      drivers/net/ethernet/a/very/long/name/of/a/file.o");
  const std::string drawn = written();
  EXPECT_EQ(drawn, "\r\x1b[Kbuild    CC drivers/net/ethernet/a/v...")
      << "the first message, at once; one column less than the terminal has";
  status.doing("too early to be drawn again");
  status.end("done");
  const std::string text = written();
  EXPECT_THAT(text, Not(HasSubstr("too early")));
  EXPECT_THAT(text, HasSubstr("\r\x1b[Kbuild    done ("));
}

TEST_F(StatusTest, QuietIsNoProgressAtAll) {
  const auto status = status_for(file_, true, 40, Talk::kQuiet);
  status->begin("build");
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
  status->doing("CC a.o");
  status->say("a line that would stay");
  status->end("done");
  status->stop();
  EXPECT_EQ(written(), "");
}

TEST_F(StatusTest, VerboseHasALineForEachThing) {
  const auto status = status_for(file_, true, 20, Talk::kVerbose);
  status->begin("build");
  status->progress(1, 4, "CC a/name/that/is/not/cut.o");
  status->progress(2, 4, "CC b.o\x1b[2J");
  status->end("done");
  EXPECT_THAT(written(), MatchesRegex("build     25 %, 1 of 4  CC a/name/that/is/not/cut.o\n"
                                      "build     50 %, 2 of 4  CC b.o \\[2J\nbuild    done \\(0\\.. s\\)\n"));
}

TEST_F(StatusTest, AFileHasNoColours) { EXPECT_EQ(in_red(file_, "error:"), "error:"); }

TEST_F(StatusTest, ALetterIsNotCutInHalf) {
  StatusWriter status(file_, true, 22);
  status.begin("build");
  status.doing("12345678\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4");
  EXPECT_EQ(written(), "\r\x1b[Kbuild    12345678...")
      << "21 columns, and no half of a letter before the dots";
}

TEST_F(StatusTest, WhatAProgramSaysStaysInItsLine) {
  StatusWriter status(file_, true, 80);
  status.begin("build");
  status.doing("a\x1b[2J\tb\nc\rd");
  EXPECT_EQ(written(), "\r\x1b[Kbuild    a [2J b c d");
}

TEST_F(StatusTest, LeavesNoHalfDrawnLine) {
  StatusWriter status(file_, true, 80);
  status.begin("build");
  status.doing("x");
  status.stop();
  EXPECT_EQ(written(), "\r\x1b[Kbuild    x\r\x1b[K");
}

TEST_F(StatusTest, TheNextStageForgetsTheLastOnes) {
  StatusWriter status(file_, true, 80);
  status.begin("build");
  status.progress(50, 100, "CC x.o");
  status.begin("package");
  status.doing("x");
  EXPECT_EQ(written(), "\r\x1b[Kbuild     50 %, 50 of 100  CC x.o\r\x1b[Kpackage  x")
      << "and its first message is shown at once";
}

// A stage that says this and then waits.
void wait_silently(StatusWriter& status, int milliseconds) {
  status.begin("prove");
  status.doing("compiling");
  status.doing("booting");
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

constexpr Pace kShort{std::chrono::milliseconds(0), std::chrono::milliseconds(50),
                      std::chrono::milliseconds(150)};

TEST_F(StatusTest, WhatWasDroppedLastIsShownThoughNothingElseIsSaid) {
  StatusWriter terminal(file_, true, 80, false, kShort);
  wait_silently(terminal, 250);
  terminal.stop();
  EXPECT_THAT(written(), MatchesRegex("\r.\\[Kprove    compiling(\r.\\[Kprove    booting)+\r.\\[K"));
}

TEST_F(StatusTest, ALogHasTheFirstMessageAfterAWhile) {
  StatusWriter log(file_, false, 80, false,
                   Pace{std::chrono::milliseconds(100), std::chrono::seconds(60), std::chrono::seconds(0)});
  wait_silently(log, 300);
  EXPECT_EQ(written(), "prove    booting\n") << "once";
  wait_silently(log, 300);
  EXPECT_EQ(written(), "prove    booting\nprove    booting\n") << "each stage anew";
  log.end("done");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_THAT(written(), MatchesRegex("(prove    booting\n){2}prove    done .*\n"));
}

TEST_F(StatusTest, WhatGoesOnSaysForHowLong) {
  StatusWriter log(
      file_, false, 80, false,
      Pace{std::chrono::milliseconds(0), std::chrono::milliseconds(1050), std::chrono::seconds(0)});
  log.begin("prove");
  log.doing("booting");
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  EXPECT_THAT(written(), MatchesRegex("prove    booting\n(prove    booting, [1-9] s so far\n)+"));
}

TEST_F(StatusTest, TheTimeIsReadableThoughTheMessageIsLong) {
  StatusWriter terminal(file_, true, 40);
  terminal.begin("build");
  terminal.doing("CC drivers/net/ethernet/a/very/long/name/of/a/file.o");
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  EXPECT_THAT(written(), MatchesRegex(".*\r.\\[Kbuild    CC drivers/net/\\.\\.\\., [1-9] s so far"));
}

TEST_F(StatusTest, AStageThatSaysNothingIsSeenAllTheSame) {
  StatusWriter terminal(file_, true, 80);
  terminal.begin("plan");
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  EXPECT_THAT(written(), MatchesRegex("(\r.\\[Kplan     [1-9] s so far)+"));
}

TEST_F(StatusTest, NothingIsDrawnAfterTheEnd) {
  StatusWriter terminal(file_, true, 80, false, kShort);
  wait_silently(terminal, 0);
  terminal.end("done");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_THAT(written(), MatchesRegex(".*prove    compiling\r.*prove    done .*\n"));
  wait_silently(terminal, 0);
  terminal.stop();
  const std::string text = written();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(written(), text);
}

TEST_F(StatusTest, MayBeAskedFromSeveralThreads) {
  StatusWriter terminal(
      file_, true, 80, false,
      Pace{std::chrono::milliseconds(0), std::chrono::milliseconds(0), std::chrono::milliseconds(1)});
  const auto work = [&] {
    for (std::size_t i = 0; i < 300; ++i) {
      if (i % 50 == 0) terminal.begin("build");
      terminal.progress(i, 300, "CC");
      if (i % 20 == 0) terminal.say("a line");
    }
  };
  std::thread other(work);
  work();
  other.join();
  terminal.stop();
  EXPECT_THAT(written(), testing::EndsWith("\r\x1b[K"));
}

}  // namespace
}  // namespace kmesh
