// SPDX-License-Identifier: Apache-2.0
#include "kit/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "base/disk.h"
#include "base/relative_path.h"
#include "base/text.h"
#include "kit/ere.h"

namespace kmesh {
namespace {

// "Name: value" of a header line; the name is empty where the line is none.
std::pair<std::string, std::string> field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  if (line.substr(0, colon).find_first_of(" \t") != std::string_view::npos) return {};
  return {std::string(line.substr(0, colon)), std::string(stripped(line.substr(colon + 1)))};
}

Result<PresentIf> parse_present_if(const std::string& value, const std::string& file) {
  const auto tilde = value.find(" ~ ");
  if (tilde == std::string::npos)
    return fail(fmt::format("{}: a Kmesh-Present-If field reads '{}'", file, value),
                "its form is: Kmesh-Present-If: PATH ~ POSIX-ERE");
  PresentIf check{std::string(stripped(value.substr(0, tilde))),
                  std::string(stripped(value.substr(tilde + 3)))};
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

// Each line that names a patch, with the words behind the name.
template <class Read>
Result<void> each_entry(std::string_view text, const Read& read) {
  std::string section;
  std::istringstream lines{std::string(text)};
  int number = 0;
  for (std::string raw; std::getline(lines, raw);) {
    ++number;
    const std::string line(stripped(raw));
    if (line.empty()) continue;
    if (line.front() == '#') {
      section = stripped(line.substr(1));
      continue;
    }
    std::istringstream words(line);
    SeriesEntry entry;
    if (!(words >> entry.file)) continue;  // a form feed is a blank as well
    entry.section = section;
    KMESH_TRY(read(std::move(entry), number, words));
  }
  return {};
}

bool next_option(std::istringstream& words, std::string& option) {
  return words >> option && option.front() != '#';
}

// N of -pN
std::optional<int> strip_of(std::string_view option) {
  if (!option.starts_with("-p") || option.size() != 3 || option[2] < '0' || option[2] > '9')
    return std::nullopt;
  return option[2] - '0';
}

bool named(const std::vector<SeriesEntry>& entries, const std::string& file) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const SeriesEntry& entry) { return entry.file == file; });
}

// What a packed patch's name ends with, and who unpacks that.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kPacked = {
    {{".gz", "gzip"}, {".bz2", "bzip2"}, {".xz", "xz"}, {".lzma", "xz"}, {".zst", "zstd"}, {".Z", "gzip"}}};

Result<void> check_unpacked(const std::string& file) {
  for (const auto& [ending, tool] : kPacked) {
    if (!file.ends_with(ending)) continue;
    const std::string name = file.substr(0, file.size() - ending.size());
    return fail(fmt::format("{} is packed, and only texts are read", file),
                fmt::format("unpack it in the folder of the series, and let its line name {}", name),
                fmt::format("{} -dk {}", tool, file));
  }
  return {};
}

}  // namespace

Result<std::vector<SeriesEntry>> parse_series(std::string_view text) {
  std::vector<SeriesEntry> entries;
  KMESH_TRY(each_entry(text, [&](SeriesEntry entry, int number, std::istringstream& words) -> Result<void> {
    for (std::string option; next_option(words, option);) {
      if (option == "-p1") continue;
      return fail(fmt::format("series, line {}: '{}' is not understood", number, option),
                  "patches that are built from are applied with -p1; a comment begins with #");
    }
    if (entry.file.find('/') != std::string::npos || entry.file == "." || entry.file == "..")
      return fail(
          fmt::format("series, line {}: '{}' must be a file name, without a folder", number, entry.file));
    if (named(entries, entry.file))
      return fail(fmt::format("series, line {}: {} is named twice", number, entry.file),
                  "remove one of the two lines");
    entries.push_back(std::move(entry));
    return {};
  }));
  return entries;
}

std::vector<SeriesEntry> parse_quilt_series(std::string_view text) {
  std::vector<SeriesEntry> entries;
  const auto read = [&](SeriesEntry entry, int number, std::istringstream& words) -> Result<void> {
    const auto refuse = [&](const std::string& what, std::string_view hint) {
      if (!entry.refused)
        entry.refused = fail(fmt::format("series, line {}: {}", number, what), std::string(hint)).value();
    };
    for (std::string option; next_option(words, option);) {
      std::string level;  // -p 0
      if (option == "-p" && words >> level) option += level;
      if (const auto strip = strip_of(option))
        entry.strip = strip;
      else if (option == "-R")
        refuse("-R would take the patch back",
               "a plan is of patches that go in: turn it round, and name that one without -R\n"
               "  interdiff -q PATCH /dev/null > REVERSED");
      else
        refuse(fmt::format("'{}' is not understood", option),
               "of patch's options only -pN is; a comment begins with #");
    }
    if (!safe_relative_path(entry.file))
      refuse(fmt::format("'{}' leaves the folder of the series", entry.file),
             "put the patch into the folder");
    if (named(entries, entry.file)) {
      refuse(fmt::format("{} is named twice", entry.file), "remove one of the two lines");
      entry.file += fmt::format(" (line {})", number);  // the first one stands, under its own name
    }
    entries.push_back(std::move(entry));
    return {};
  };
  static_cast<void>(each_entry(text, read));  // which has no errors of its own
  return entries;
}

bool is_packed(std::string_view file) {
  return std::any_of(kPacked.begin(), kPacked.end(),
                     [&](const auto& packed) { return file.ends_with(packed.first); });
}

Result<Patch> parse_patch_file(const SeriesEntry& entry, std::string_view text) {
  KMESH_TRY(check_unpacked(entry.file));
  Patch patch;
  patch.file = entry.file;
  patch.section = entry.section;
  patch.strip = entry.strip.value_or(1);
  patch.sha256 = sha256_text(text);
  std::istringstream lines{std::string(text)};
  std::string continued;  // a folded Subject goes on in the next line
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("diff --git ") || line.starts_with("Index: ")) break;
    // what is no diff's is the "---" of a mail, or of a text
    if (line.starts_with("--- ") && lines.peek() == '+') break;
    patch.header += line + "\n";
    if (continued == "Subject" && line.starts_with(" ")) {
      patch.subject.append(" ").append(stripped(line));
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
    if (end != std::string::npos) patch.subject = stripped(patch.subject.substr(end + 1));
  }
  if (patch.feature.empty()) {
    patch.feature = patch.file.substr(0, patch.file.rfind(".patch"));
  }
  auto files = parse_diff(text, entry.strip);
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
