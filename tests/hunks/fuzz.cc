// SPDX-License-Identifier: Apache-2.0
// libFuzzer on the reading and matching of diffs. The input is a diff, a NUL, and the text of the files it
// touches.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "kit/hunks.h"
#include "kit/ledger.h"
#include "kit/plan.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line;
  return text;
}

using Lines = std::vector<std::string>;

// The patch with the lines where its hunks were found in its heads. As it was, the numbers of its new side
// may be anything, and the place it went to one of several that look alike.
void renumber(kmesh::FilePatch& file, const kmesh::FileMatch& match) {
  int shift = 0;
  for (std::size_t i = 0; i < file.hunks.size(); ++i) {
    kmesh::Hunk& hunk = file.hunks[i];
    const int old_lines = static_cast<int>(hunk.side('-').size());
    const int new_lines = static_cast<int>(hunk.side('+').size());
    const int line = match.hunks[i].match.line;
    hunk.old_start = line - (old_lines == 0 ? 1 : 0);
    hunk.new_start = line + shift - (new_lines == 0 ? 1 : 0);
    shift += new_lines - old_lines;
  }
}

// What goes in is there afterwards, at its lines, and taken back it leaves what was before.
void goes_in_and_is_there(kmesh::Patch patch, const kmesh::TouchedFiles& files) {
  std::set<std::string> paths;
  bool leaves_a_trace = true;
  for (auto& file : patch.files) {
    if (!paths.insert(file.path()).second) return;  // its sections build on each other
    const bool exists = files.contains(file.path());
    const Lines before = exists ? kmesh::split_lines(files.at(file.path())) : Lines{};
    const auto found = kmesh::match_file(file, before, exists, kmesh::Direction::kForward);
    require(found.all);
    renumber(file, found);
    const auto in = kmesh::match_file(file, before, exists, kmesh::Direction::kForward);
    require(in.all && in.result == found.result);
    for (const auto& hunk : in.hunks) require(hunk.match.found == kmesh::Found::kHere);
    const bool gone = file.new_path.empty();
    // a removal without context is nowhere to be seen, unless it has left an empty file
    bool traced = true;
    bool empty = in.result.empty();
    for (const auto& hunk : file.hunks) {
      traced = traced && (empty || !hunk.side('+').empty());
      empty = empty && hunk.side('-').empty();
    }
    leaves_a_trace = leaves_a_trace && traced;
    const auto back = kmesh::match_file(file, in.result, !gone, kmesh::Direction::kReverse);
    require(back.all == traced);
    require(!traced || back.result == before);
  }
  const auto plan = kmesh::make_plan({patch}, files);
  require(!kmesh::stops(plan.patches[0].verdict));
  const auto again = kmesh::make_plan({patch}, plan.after);
  require(!leaves_a_trace || again.patches[0].verdict == kmesh::Verdict::kPresent);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto nul = input.find('\0');
  const std::string text(nul == std::string_view::npos ? "" : input.substr(nul + 1));
  const auto lines = kmesh::split_lines(text);
  require(joined(lines) == text);

  for (const auto& entry : kmesh::parse_quilt_series(input.substr(0, nul)))
    require(!entry.file.empty() && (entry.refused || entry.strip.value_or(1) >= 0));
  for (const int strip : {0, 2}) {
    const auto files = kmesh::parse_diff(input.substr(0, nul), strip);
    require(files || !files.error().what.empty());
  }
  const auto patch = kmesh::parse_patch_file({"fuzz.patch", ""}, input.substr(0, nul));
  if (!patch) {
    require(!patch.error().what.empty());
    return 0;
  }
  kmesh::TouchedFiles files;
  for (const auto& file : patch->files) {
    require(!file.path().empty() && !file.hunks.empty());
    require(file.path().front() != '/' && ("/" + file.path() + "/").find("/../") == std::string::npos);
    if (!file.old_path.empty()) files[file.path()] = text;
    for (const auto direction : {kmesh::Direction::kForward, kmesh::Direction::kReverse}) {
      const auto match = kmesh::match_file(file, lines, true, direction);
      require(match.hunks.size() == file.hunks.size());
      require(match.all || match.result.empty());
      for (const auto& hunk : match.hunks)
        require(hunk.match.line >= 0 && hunk.match.line <= static_cast<int>(lines.size()) + 1);
    }
  }
  const auto plan = kmesh::make_plan({*patch}, files);
  require(plan.patches.size() == 1);
  if (plan.patches[0].verdict == kmesh::Verdict::kNeeded) goes_in_and_is_there(*patch, files);
  for (const auto& name : kmesh::added_names(*patch)) {
    require(!name.name.empty());
    static_cast<void>(kmesh::number_of(name, text));
  }
  return 0;
}
