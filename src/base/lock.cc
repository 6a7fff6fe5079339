// SPDX-License-Identifier: Apache-2.0
#include "base/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "base/disk.h"

namespace kmesh {
namespace {

// Files, and no lock among them: somebody's folder, in which nothing is to be left behind.
bool is_foreign(const std::string& folder) {
  std::error_code error;
  bool any = false;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename() == "lock") return false;
    any = true;
  }
  return any;
}

bool is_same_file(int fd, const std::string& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_dev == named.st_dev &&
         open.st_ino == named.st_ino;
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::string& folder) {
  if (is_foreign(folder))
    return fail(fmt::format("{} holds files and is no work folder", folder),
                "name an empty or new folder with --work DIR");
  const std::string path = folder + "/lock";
  for (;;) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return cannot("write", path, errno);
    auto held = lock(fd, folder, "wait for it to end, or name another folder with --work DIR");
    // whoever held it may have taken the file away at its end
    if (!held || is_same_file(fd, path)) return held;
  }
}

Result<FolderLock> FolderLock::hold(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return cannot("open", folder, errno);
  return lock(fd, folder, "wait for it to end, then run the same command again");
}

Result<FolderLock> FolderLock::lock(int fd, const std::string& folder, std::string hint) {
  // A process that was killed may have been about to start a program: the child has the lock until it becomes
  // that program, or ends.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  do {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return FolderLock(fd);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  } while (std::chrono::steady_clock::now() < patience);
  ::close(fd);
  return fail(fmt::format("another kmesh-kernel is at work in {}", folder), std::move(hint));
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace kmesh
