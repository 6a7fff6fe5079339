// SPDX-License-Identifier: Apache-2.0
#include "kit/trial.h"

#include <algorithm>

namespace kmesh {

FileMatch try_file(const FilePatch& file, TouchedLines& tree, Direction direction) {
  static const std::vector<std::string> kNone;
  const auto found = tree.find(file.path());
  const bool exists = found != tree.end();
  FileMatch match = match_file(file, exists ? found->second : kNone, exists, direction);
  if (!match.all) return match;
  const bool gone = (direction == Direction::kForward ? file.new_path : file.old_path).empty();
  if (gone)
    tree.erase(file.path());
  else
    tree[file.path()] = std::move(match.result);
  return match;
}

Trial try_patch(const Patch& patch, const TouchedLines& tree, Direction direction) {
  Trial trial;
  trial.result = tree;
  for (const auto& file : patch.files) {
    FileMatch match = try_file(file, trial.result, direction);
    trial.hunks += match.hunks.size();
    trial.matched += static_cast<std::size_t>(std::count_if(
        match.hunks.begin(), match.hunks.end(), [](const HunkMatch& hunk) { return matches(hunk.match); }));
    trial.files.push_back(std::move(match));
  }
  return trial;
}

}  // namespace kmesh
