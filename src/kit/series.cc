// SPDX-License-Identifier: Apache-2.0
#include "kit/series.h"

#include <fmt/format.h>

#include <set>
#include <sstream>

#include "base/disk.h"
#include "base/relative_path.h"
#include "kit/ere.h"

namespace kmesh {
namespace {

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1));
}

// "Name: value" of a header line; the name is empty where the line is none.
std::pair<std::string, std::string> field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  if (line.substr(0, colon).find_first_of(" \t") != std::string_view::npos) return {};
  return {std::string(line.substr(0, colon)), trimmed(line.substr(colon + 1))};
}

Result<PresentIf> parse_present_if(const std::string& value, const std::string& file) {
  const auto tilde = value.find(" ~ ");
  if (tilde == std::string::npos)
    return fail(fmt::format("{}: a Kmesh-Present-If field reads '{}'", file, value),
                "its form is: Kmesh-Present-If: PATH ~ POSIX-ERE");
  PresentIf check{trimmed(value.substr(0, tilde)), trimmed(value.substr(tilde + 3))};
  if (!safe_relative_path(check.path))
    return fail(fmt::format("{}: a Kmesh-Present-If field names '{}', which is no path in the source", file,
                            check.path));
  if (auto compiled = Ere::compile(check.pattern); !compiled) {
    compiled.error().what = file + ": " + compiled.error().what;
    return tl::make_unexpected(std::move(compiled).error());
  }
  return check;
}

void add_files(const Patch& patch, std::set<std::string>& paths) {
  for (const auto& file : patch.files) {
    for (const auto& path : {file.old_path, file.new_path}) {
      if (!path.empty()) paths.insert(path);
    }
  }
}

// The line that a merge leaves behind; empty where the patch adds none. (A line of = alone may be an
// underlined title.)
std::string conflict_mark(const Patch& patch) {
  for (const auto& file : patch.files) {
    for (const auto line : added_lines(file)) {
      if (line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "))
        return std::string(line.substr(0, line.find_first_of("\r\n")));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<SeriesEntry>> parse_series(std::string_view text) {
  std::vector<SeriesEntry> entries;
  std::set<std::string> seen;
  std::string section;
  std::istringstream lines{std::string(text)};
  int number = 0;
  for (std::string raw; std::getline(lines, raw);) {
    ++number;
    const std::string line = trimmed(raw);
    if (line.empty()) continue;
    if (line.front() == '#') {
      section = trimmed(line.substr(1));
      continue;
    }
    std::istringstream words(line);
    std::string file;
    std::string option;
    words >> file;
    while (words >> option && option.front() != '#') {
      if (option == "-p1") continue;
      return fail(fmt::format("series, line {}: '{}' is not understood", number, option),
                  "patches of the archive are applied with -p1; a comment begins with #");
    }
    if (file.find('/') != std::string::npos || file == "." || file == "..")
      return fail(fmt::format("series, line {}: '{}' must be a file name, without a folder", number, file));
    if (!seen.insert(file).second)
      return fail(fmt::format("series, line {}: {} is named twice", number, file),
                  "remove one of the two lines");
    entries.push_back({file, section});
  }
  return entries;
}

Result<Patch> parse_patch_file(const SeriesEntry& entry, std::string_view text) {
  Patch patch;
  patch.file = entry.file;
  patch.section = entry.section;
  patch.sha256 = sha256_text(text);
  std::istringstream lines{std::string(text)};
  std::string continued;  // a folded Subject goes on in the next line
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("diff --git ") || line.starts_with("--- a/") || line == "--- /dev/null") break;
    patch.header += line + "\n";
    if (continued == "Subject" && line.starts_with(" ")) {
      patch.subject += " " + trimmed(line);
      continue;
    }
    const auto [name, value] = field(line);
    continued = name == "Subject" && !patch.subject.empty() ? "" : name;
    if (name == "Subject" && patch.subject.empty()) patch.subject = value;
    if (name == "Kmesh-Feature") patch.feature = value;
    if (name == "Kmesh-Base") patch.base = value;
    if (name == "Kmesh-Present-If" || name == "Kmesh-Present-If-Any") {
      KMESH_LET(check, parse_present_if(value, patch.file));
      (name == "Kmesh-Present-If" ? patch.present_if_all : patch.present_if_any).push_back(std::move(check));
    }
  }
  if (patch.subject.starts_with("[")) {
    const auto end = patch.subject.find(']');
    if (end != std::string::npos) patch.subject = trimmed(patch.subject.substr(end + 1));
  }
  if (patch.feature.empty()) {
    patch.feature = patch.file.substr(0, patch.file.rfind(".patch"));
  }
  auto files = parse_diff(text);
  if (!files) {
    files.error().what = patch.file + ": " + files.error().what;
    return tl::make_unexpected(std::move(files).error());
  }
  patch.files = std::move(*files);
  if (const std::string line = conflict_mark(patch); !line.empty())
    return fail(fmt::format("{} adds a mark of a merge that was left undone: {}", entry.file, line),
                "decide between the two sides and make the patch anew");
  return patch;
}

std::vector<std::string> paths_to_read(const std::vector<Patch>& patches) {
  std::set<std::string> paths;
  for (const auto& patch : patches) {
    add_files(patch, paths);
    for (const auto& check : patch.present_if_all) paths.insert(check.path);
    for (const auto& check : patch.present_if_any) paths.insert(check.path);
  }
  return {paths.begin(), paths.end()};
}

std::vector<std::string> paths_touched(const std::vector<const Patch*>& patches) {
  std::set<std::string> paths;
  for (const Patch* patch : patches) add_files(*patch, paths);
  return {paths.begin(), paths.end()};
}

}  // namespace kmesh
