// SPDX-License-Identifier: Apache-2.0
#include "base/lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "base/process.h"

namespace kmesh {
namespace {

namespace fs = std::filesystem;

class LockTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "kmesh-lock-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string folder_;
};

TEST_F(LockTest, IsHeldByOneAtATime) {
  {
    auto first = FolderLock::take(folder_);
    ASSERT_TRUE(first) << first.error().what;
    const auto second = FolderLock::take(folder_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().what, "another kmesh-kernel is at work in " + folder_);
    const FolderLock moved = std::move(*first);
    EXPECT_FALSE(FolderLock::take(folder_)) << "a lock that was moved is still held";
  }
  EXPECT_TRUE(FolderLock::take(folder_)) << "and free again";
}

TEST_F(LockTest, AFolderOfTheSystemIsHeldWithoutAFile) {
  {
    const auto first = FolderLock::hold(folder_);
    ASSERT_TRUE(first) << first.error().what;
    EXPECT_FALSE(FolderLock::hold(folder_));
    EXPECT_TRUE(fs::is_empty(folder_));
  }
  EXPECT_TRUE(FolderLock::hold(folder_)) << "and free again";
}

TEST_F(LockTest, AChildThatIsAboutToBecomeAProgramIsWaitedFor) {
  auto lock = FolderLock::take(folder_);
  ASSERT_TRUE(lock);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::usleep(300'000);
    ::_exit(0);
  }
  { const FolderLock killed = std::move(*lock); }
  EXPECT_TRUE(FolderLock::take(folder_));
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
}

TEST_F(LockTest, AFileThatIsTakenAwayMeanwhileIsNoLock) {
  auto lock = FolderLock::take(folder_);
  ASSERT_TRUE(lock);
  std::thread leaves([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    fs::remove(folder_ + "/lock");
    const FolderLock ended = std::move(*lock);
  });
  const auto next = FolderLock::take(folder_);
  leaves.join();
  ASSERT_TRUE(next) << next.error().what;
  EXPECT_FALSE(FolderLock::take(folder_)) << "it holds a file that nobody else finds";
}

TEST_F(LockTest, IsNotHandedToPrograms) {
  RealProcesses processes;
  auto lock = FolderLock::take(folder_);
  ASSERT_TRUE(lock);
  Command command;
  command.argv = {"sh", "-c", "ls -l /proc/$$/fd"};
  command.keep_output = true;
  const auto exit = processes.run(command);
  ASSERT_TRUE(exit) << exit.error().what;
  EXPECT_EQ(exit->output.find("/lock"), std::string::npos) << "it would outlive us in a daemon\n"
                                                           << exit->output;
}

TEST_F(LockTest, AFolderWithSomebodysFilesIsLeftAlone) {
  std::ofstream(folder_ + "/thesis.tex") << "years of work";
  const auto refused = FolderLock::take(folder_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, folder_ + " holds files and is no work folder");
  EXPECT_FALSE(fs::exists(folder_ + "/lock"));
  std::ofstream(folder_ + "/lock") << "";
  EXPECT_TRUE(FolderLock::take(folder_)) << "the lock says that it is one of ours";
}

TEST_F(LockTest, AFolderThatIsNotThereIsAnError) {
  const auto lock = FolderLock::take(folder_ + "/none");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().what, "cannot write " + folder_ + "/none/lock: No such file or directory");
}

}  // namespace
}  // namespace kmesh
