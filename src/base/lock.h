// SPDX-License-Identifier: Apache-2.0
// One run at a time in a work folder: an advisory lock that ends with the process, however it ends.
#pragma once

#include <string>

#include "base/result.h"

namespace kmesh {

class FolderLock {
 public:
  // Makes folder/lock and holds it. Errors: another process does; the folder holds files but no lock, so it
  // is somebody else's.
  static Result<FolderLock> take(const std::string& folder);
  // Holds a folder of the system, in which no lock is to lie: the folder itself is locked.
  static Result<FolderLock> hold(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  // Takes over the open file; `hint` is for who comes too late.
  static Result<FolderLock> lock(int fd, const std::string& folder, std::string hint);
  int fd_;
};

}  // namespace kmesh
