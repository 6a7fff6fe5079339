// SPDX-License-Identifier: Apache-2.0
#include "kit/patch_folder.h"

#include <fmt/format.h>

namespace kmesh {
namespace {

// Whether the name is a patch's, packed or not.
bool names_patch(const std::string& name) {
  const std::string text = is_packed(name) ? name.substr(0, name.rfind('.')) : name;
  return text.ends_with(".patch") || text.ends_with(".diff");
}

Result<std::vector<SeriesEntry>> entries_of(Disk& disk, const std::string& folder, Rules rules) {
  const std::string file = join(folder, "series");
  if (disk.exists(file)) {
    KMESH_LET(text, disk.read(file));
    if (rules == Rules::kBuild) return parse_series(text);
    return parse_quilt_series(text);
  }
  std::vector<SeriesEntry> entries;
  if (rules == Rules::kBuild)
    return fail(fmt::format("there is no series file {}", file),
                "it names the patches in the order they are applied, one file name a line");
  if (const auto names = disk.list(folder)) {
    for (const auto& name : *names) {
      if (names_patch(name)) entries.push_back({name, ""});
    }
  }
  if (entries.empty())
    return fail(fmt::format("there is no series file {}, nor any patch beside it", file),
                "a series names the patches in the order they are applied, one file name a line; without one "
                "they are taken by name");
  return entries;
}

Result<Patch> read_patch(Disk& disk, const std::string& folder, const SeriesEntry& entry) {
  if (entry.refused) return tl::make_unexpected(*entry.refused);
  const std::string path = join(folder, entry.file);
  const auto real = disk.real_path(path);
  if (!real)
    return fail(fmt::format("the series names {}, and there is no such file", entry.file),
                fmt::format("put the patch into {}, or take the line out of its series file", folder));
  KMESH_LET(home, disk.real_path(folder));
  if (!real->starts_with(home + "/"))
    return fail(fmt::format("{} is a link that leads out of the folder, to {}", entry.file, *real),
                "what is read is what lies in the folder: put the patch itself there");
  KMESH_LET(text, disk.read(path));
  return parse_patch_file(entry, text);
}

}  // namespace

Result<std::vector<Patch>> read_patch_folder(Disk& disk, const std::string& folder, Rules rules) {
  std::vector<Patch> patches;
  KMESH_LET(entries, entries_of(disk, folder, rules));
  for (const auto& entry : entries) {
    KMESH_LET(patch, read_patch(disk, folder, entry));
    patches.push_back(std::move(patch));
  }
  return patches;
}

Result<std::vector<Patch>> read_each_patch(Disk& disk, const std::string& folder) {
  std::vector<Patch> patches;
  KMESH_LET(entries, entries_of(disk, folder, Rules::kQuilt));
  for (const auto& entry : entries) {
    auto patch = read_patch(disk, folder, entry);
    if (!patch) {
      Patch unread;
      unread.file = unread.feature = entry.file;
      unread.section = entry.section;
      unread.unread = std::move(patch).error();
      patches.push_back(std::move(unread));
    } else {
      patches.push_back(std::move(*patch));
    }
  }
  return patches;
}

}  // namespace kmesh
