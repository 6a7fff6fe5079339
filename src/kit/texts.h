// SPDX-License-Identifier: Apache-2.0
// What was once read out of a source is kept by the source's content, so that a second question reads no
// archive.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "kit/plan.h"

namespace kmesh {

// The texts of sources' files, below one folder: FINGERPRINT/files/PATH, and FINGERPRINT/known with a
// checksum a path
// ("-": the source has no such file). A text that does not have its checksum any more is read again.
class TextCache {
 public:
  using Reader = std::function<Result<TouchedFiles>(const std::vector<std::string>& paths)>;

  TextCache(Disk& disk, std::string folder) : disk_(disk), folder_(std::move(folder)) {}

  // `reader` is asked once, for the paths that are not kept; never where all are.
  Result<TouchedFiles> read(const std::string& fingerprint, const std::vector<std::string>& paths,
                            const Reader& reader);

 private:
  Disk& disk_;
  std::string folder_;
};

// SHA-256 of files that were hashed before and have their size and time still. A file that changed in the
// last two seconds is not remembered: it may change again within the same tick.
class FileHashes {
 public:
  FileHashes(Disk& disk, std::string file) : disk_(disk), file_(std::move(file)) {}

  Result<std::string> sha256(const std::string& path);

 private:
  Disk& disk_;
  std::string file_;
};

}  // namespace kmesh
