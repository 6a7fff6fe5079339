// SPDX-License-Identifier: Apache-2.0
// A folder of patches: a quilt `series` file that gives the order, and the headers of its patches (DEP-3 and
// the Kmesh-* fields). Pure: takes text, returns values.
#pragma once

#include <map>
#include <optional>
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
  std::string file;     // name in the archive; of a stranger's series the path below its folder
  std::string section;  // the comment above it in `series`
  std::string subject;
  std::string feature;  // Kmesh-Feature; the file's name where a stranger's patch has none
  std::string base;     // Kmesh-Base
  std::vector<PresentIf> present_if_all;
  std::vector<PresentIf> present_if_any;
  std::string sha256;
  int strip = 1;       // folders in front of the paths in its text: patch's -pN
  std::string header;  // everything before the first diff
  std::vector<FilePatch> files;
  std::optional<Error> unread;  // why it could not be read: it has no files
};

struct SeriesEntry {
  std::string file;
  std::string section;
  std::optional<int> strip = {};      // the -pN of its line
  std::optional<Error> refused = {};  // why its line is not taken
};

// What a series that is built from may have: names without folders, and -p1. Errors name the line: anything
// else, a file named twice.
Result<std::vector<SeriesEntry>> parse_series(std::string_view text);

// As quilt reads it: names may have folders, each line has a -pN of its own. A line that is not taken says
// so, and the others stand.
std::vector<SeriesEntry> parse_quilt_series(std::string_view text);

// Whether a file of that name is packed (.gz, .xz ...): quilt would unpack it.
bool is_packed(std::string_view file);

// Reads header and hunks of one patch. Errors: a field that cannot be read, no hunks, a packed file.
Result<Patch> parse_patch_file(const SeriesEntry& entry, std::string_view text);

// The paths that must be read to judge these patches.
std::vector<std::string> paths_to_read(const std::vector<Patch>& patches);

// The paths that they change, create or delete, each once, sorted.
std::vector<std::string> paths_touched(const std::vector<const Patch*>& patches);

}  // namespace kmesh
