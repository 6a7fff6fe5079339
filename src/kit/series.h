// SPDX-License-Identifier: Apache-2.0
// The archive of a baseline: a quilt `series` file that gives the order, and the headers of its patches
// (DEP-3 and the Kmesh-* fields). Pure: takes text, returns values.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/hunks.h"

namespace kmesh {

struct PresentIf {
  std::string path;
  std::string pattern;  // POSIX ERE, matched per line
};

struct Patch {
  std::string file;     // name in the archive
  std::string section;  // the comment above it in `series`
  std::string subject;
  std::string feature;  // Kmesh-Feature; the file's name where a stranger's patch has none
  std::string base;     // Kmesh-Base
  std::vector<PresentIf> present_if_all;
  std::vector<PresentIf> present_if_any;
  std::string sha256;
  std::string header;  // everything before the first diff
  std::vector<FilePatch> files;
};

struct SeriesEntry {
  std::string file;
  std::string section;
};

// Errors name the line: a name with a folder in it, a -p other than 1, a file named twice.
Result<std::vector<SeriesEntry>> parse_series(std::string_view text);

// Reads header and hunks of one patch. Errors: a field that cannot be read, no hunks.
Result<Patch> parse_patch_file(const SeriesEntry& entry, std::string_view text);

// The paths that must be read to judge these patches.
std::vector<std::string> paths_to_read(const std::vector<Patch>& patches);

// The paths that they change, create or delete, each once, sorted.
std::vector<std::string> paths_touched(const std::vector<const Patch*>& patches);

}  // namespace kmesh
