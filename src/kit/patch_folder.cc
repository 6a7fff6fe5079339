// SPDX-License-Identifier: Apache-2.0
#include "kit/patch_folder.h"

#include <fmt/format.h>

namespace kmesh {
namespace {

Result<std::vector<SeriesEntry>> entries_of(Disk& disk, const std::string& folder, WithoutSeries otherwise) {
  const std::string file = join(folder, "series");
  if (disk.exists(file)) {
    KMESH_LET(text, disk.read(file));
    return parse_series(text);
  }
  std::vector<SeriesEntry> entries;
  if (otherwise == WithoutSeries::kRefuse)
    return fail(fmt::format("there is no series file {}", file),
                "it names the patches in the order they are applied, one file name a line");
  if (const auto names = disk.list(folder)) {
    for (const auto& name : *names) {
      if (name.ends_with(".patch") || name.ends_with(".diff")) entries.push_back({name, ""});
    }
  }
  if (entries.empty())
    return fail(fmt::format("there is no series file {}, nor any patch beside it", file),
                "a series names the patches in the order they are applied, one file name a line; without one "
                "they are taken by name");
  return entries;
}

}  // namespace

Result<std::vector<Patch>> read_patch_folder(Disk& disk, const std::string& folder, WithoutSeries otherwise) {
  std::vector<Patch> patches;
  KMESH_LET(entries, entries_of(disk, folder, otherwise));
  for (const auto& entry : entries) {
    const auto text = disk.read(join(folder, entry.file));
    if (!text)
      return fail(fmt::format("the series names {}, and there is no such file", entry.file),
                  fmt::format("put the patch into {}, or take the line out of its series file", folder));
    KMESH_LET(patch, parse_patch_file(entry, *text));
    patches.push_back(std::move(patch));
  }
  return patches;
}

}  // namespace kmesh
