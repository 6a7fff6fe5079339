// SPDX-License-Identifier: Apache-2.0
// A whole patch tried on the files it touches. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "kit/series.h"

namespace kmesh {

using TouchedLines = std::map<std::string, std::vector<std::string>>;  // path -> lines, with their ends

struct Trial {
  std::vector<FileMatch> files;  // in the order of the patch's files
  std::size_t matched = 0;
  std::size_t hunks = 0;
  TouchedLines result;  // with those files changed that all hunks of theirs match

  [[nodiscard]] bool all() const { return matched == hunks; }
};

Trial try_patch(const Patch& patch, const TouchedLines& tree, Direction direction);

// One file of a patch; where all its hunks match, the tree has it changed.
FileMatch try_file(const FilePatch& file, TouchedLines& tree, Direction direction);

}  // namespace kmesh
