// SPDX-License-Identifier: Apache-2.0
// libFuzzer on the reading and matching of diffs. The input is a diff, a NUL, and the text of the files it
// touches.
#include <cstdint>
#include <cstdlib>
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto nul = input.find('\0');
  const std::string text(nul == std::string_view::npos ? "" : input.substr(nul + 1));
  const auto lines = kmesh::split_lines(text);
  require(joined(lines) == text);

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
  // what goes in is there afterwards
  if (plan.patches[0].verdict == kmesh::Verdict::kNeeded) {
    const auto again = kmesh::make_plan({*patch}, plan.after);
    require(again.patches.size() == 1);
  }
  for (const auto& name : kmesh::added_names(*patch)) {
    require(!name.name.empty());
    static_cast<void>(kmesh::number_of(name, text));
  }
  return 0;
}
