// SPDX-License-Identifier: Apache-2.0
#include "kit/blocker.h"

#include <algorithm>
#include <unordered_set>

namespace kmesh {
namespace {

using Lines = std::vector<std::string>;
using Texts = std::unordered_set<std::string>;

bool share_a_file(const Patch& a, const Patch& b) {
  return std::any_of(a.files.begin(), a.files.end(), [&](const FilePatch& x) {
    return std::any_of(b.files.begin(), b.files.end(),
                       [&](const FilePatch& y) { return x.path() == y.path(); });
  });
}

// Single lines, and each two that follow one another: these tell of a line that was taken out between them.
void add_lines_and_pairs(const Lines& lines, Texts& into) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    into.insert(lines[i]);
    if (i > 0) into.insert(lines[i - 1] + lines[i]);
  }
}

// What a file patch makes that was not there before: lines it adds, and neighbours that were none.
Texts made_by(const FilePatch& file) {
  Texts made;
  for (const auto& hunk : file.hunks) {
    const HunkLine* before = nullptr;
    bool changed = false;  // since `before`
    for (const auto& line : hunk.lines) {
      if (line.kind == '-') {
        changed = true;
        continue;
      }
      const bool added = line.kind == '+';
      if (added) made.insert(line.text);
      if (before != nullptr && (changed || added)) made.insert(before->text + line.text);
      before = &line;
      changed = added;
    }
  }
  return made;
}

// Whether the hunks of `file` that fit nowhere in `text` expect something of what is made.
bool expects(const FilePatch& file, const FileMatch& match, const Texts& made, const Lines& text) {
  Texts wanted;
  for (const auto& hunk : match.hunks) {
    if (matches(hunk.match)) continue;
    Texts lines;
    add_lines_and_pairs(file.hunks[static_cast<std::size_t>(hunk.hunk)].side('-'), lines);
    for (const auto& line : lines) {
      if (made.contains(line)) wanted.insert(line);
    }
  }
  if (wanted.empty()) return false;
  Texts there;
  add_lines_and_pairs(text, there);
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const std::string& line) { return !there.contains(line); });
}

// Whether a patch that does not apply builds on one that did not go in.
bool builds_on(const Patch& patch, const Trial& forward, const Patch& absent, const TouchedLines& tree) {
  for (std::size_t i = 0; i < patch.files.size(); ++i) {
    const FilePatch& file = patch.files[i];
    if (forward.files[i].all) continue;
    const auto found = tree.find(file.path());
    static const Lines kNone;
    const Lines& text = found == tree.end() ? kNone : found->second;
    for (const auto& other : absent.files) {
      if (other.path() != file.path()) continue;
      const bool makes_room = file.old_path.empty() && other.new_path.empty() && found != tree.end();
      const bool creates = other.old_path.empty() && !file.old_path.empty() && found == tree.end();
      if (makes_room || creates || expects(file, forward.files[i], made_by(other), text)) return true;
    }
  }
  return false;
}

// The files of `patch` as the needed ones of the first `count` earlier patches leave them, without the one at
// `skipped`: what builds on that falls out as well.
TouchedLines replayed(const Patch& patch, const std::vector<PlannedPatch>& earlier, std::size_t count,
                      std::size_t skipped, const TouchedLines& pristine) {
  TouchedLines files;
  std::unordered_set<std::string> paths;
  for (const auto& file : patch.files) {
    paths.insert(file.path());
    if (const auto found = pristine.find(file.path()); found != pristine.end()) files.insert(*found);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (i == skipped || earlier[i].verdict != Verdict::kNeeded) continue;
    for (const auto& file : earlier[i].patch.files) {
      if (paths.contains(file.path())) try_file(file, files, Direction::kForward);
    }
  }
  return files;
}

}  // namespace

std::string blocker(const Patch& patch, const Trial& forward, const std::vector<PlannedPatch>& earlier,
                    const TouchedLines& pristine, const TouchedLines& tree) {
  const auto fits = [&](std::size_t count, std::size_t skipped) {
    return try_patch(patch, replayed(patch, earlier, count, skipped, pristine), Direction::kForward).all();
  };
  bool rivals = false;
  for (std::size_t i = earlier.size(); i-- > 0;) {
    if (!share_a_file(patch, earlier[i].patch)) continue;
    const bool went_in = earlier[i].verdict == Verdict::kNeeded;
    rivals = rivals || went_in;
    if (went_in && fits(earlier.size(), i)) return earlier[i].patch.file;
    if (stops(earlier[i].verdict) && builds_on(patch, forward, earlier[i].patch, tree))
      return earlier[i].patch.file;
  }
  // no single one: several of them are in the way, the first of which is named
  for (std::size_t i = earlier.size(); rivals && i-- > 0;) {
    const bool rival = earlier[i].verdict == Verdict::kNeeded && share_a_file(patch, earlier[i].patch);
    if (rival && fits(i, i)) return earlier[i].patch.file;
  }
  return {};
}

}  // namespace kmesh
