// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "kit/hunks.h"

namespace kmesh {
namespace {

constexpr std::string_view kBegin = "# kmesh-kernel: added lines begin";
constexpr std::string_view kEnd = "# kmesh-kernel: added lines end";
constexpr int kFirstSource = 9003;

using Lines = std::vector<std::string>;

std::string_view stripped(std::string_view line) {
  const auto begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r\n") - begin + 1);
}

bool starts_section(std::string_view line) {
  static constexpr std::array<std::string_view, 18> kSections = {"%prep",
                                                                 "%build",
                                                                 "%install",
                                                                 "%check",
                                                                 "%clean",
                                                                 "%files",
                                                                 "%package",
                                                                 "%description",
                                                                 "%pre",
                                                                 "%post",
                                                                 "%preun",
                                                                 "%postun",
                                                                 "%changelog",
                                                                 "%pretrans",
                                                                 "%posttrans",
                                                                 "%triggerin",
                                                                 "%generate_buildrequires",
                                                                 "%conf"};
  const std::string_view word = line.substr(0, line.find_first_of(" \t\r\n"));
  return std::find(kSections.begin(), kSections.end(), word) != kSections.end();
}

// The number of a "SourceN:" or "PatchN:" line; nothing where it is none.
std::optional<int> tag_number(std::string_view line, std::string_view tag) {
  line = stripped(line);
  if (!line.starts_with(tag)) return std::nullopt;
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view digits = line.substr(tag.size(), colon - tag.size());
  if (digits.find_first_not_of("0123456789") != std::string_view::npos || digits.size() > 8)
    return std::nullopt;
  return digits.empty() ? -1 : std::stoi(std::string(digits));
}

bool opens(std::string_view line) {
  const auto text = stripped(line);
  return text.starts_with("%if");
}

bool closes(std::string_view line) { return stripped(line).starts_with("%endif"); }

// The line after the conditional that line `at` stands in, or after the line itself.
std::size_t after_conditional(const Lines& lines, std::size_t from, std::size_t at) {
  int depth = 0;
  for (std::size_t i = from; i <= at; ++i) depth += opens(lines[i]) ? 1 : closes(lines[i]) ? -1 : 0;
  std::size_t i = at;
  while (depth > 0 && i + 1 < lines.size()) {
    ++i;
    depth += opens(lines[i]) ? 1 : closes(lines[i]) ? -1 : 0;
  }
  return i + 1;
}

bool applies_patches(std::string_view line) {
  const auto text = stripped(line);
  return text.starts_with("%patch") || text.starts_with("%autopatch") || text.starts_with("patch -") ||
         text.starts_with("# The distribution's patches");
}

bool enters_tree(std::string_view line) {
  const auto text = stripped(line);
  return text.starts_with("%setup") || text.starts_with("%autosetup") || text.starts_with("cd linux");
}

struct Places {
  std::size_t kabi = 0;  // where the switch goes; 0: there is none
  std::size_t sources = 0;
  std::size_t prep = 0;
  std::set<int> taken;  // numbers of Source and Patch lines
};

Result<Places> find_places(const Lines& lines) {
  Places places;
  std::optional<std::size_t> source;
  std::optional<std::size_t> prep_begin;
  std::optional<std::size_t> last_patch;
  std::optional<std::size_t> tree;
  bool in_prep = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto text = stripped(lines[i]);
    for (const auto tag : {"Source", "Patch"}) {
      if (const auto number = tag_number(lines[i], tag)) places.taken.insert(*number);
    }
    if (!prep_begin && tag_number(lines[i], "Source")) source = i;
    for (const std::string_view define : {"%define", "%global"}) {
      if (text.starts_with(define) && stripped(text.substr(define.size())).starts_with("with_kabichk"))
        places.kabi = after_conditional(lines, 0, i);
    }
    if (starts_section(text)) {
      in_prep = text.starts_with("%prep");
      if (in_prep) prep_begin = i;
    }
    if (in_prep && applies_patches(lines[i])) last_patch = i;
    if (in_prep && enters_tree(lines[i])) tree = i;
  }
  if (!source) return fail("the spec has no Source line", "is it a kernel's spec?");
  if (!prep_begin)
    return fail("the spec has no %prep section", "patches are applied in %prep; is it a kernel's spec?");
  if (!last_patch && !tree)
    return fail("no place for the patches was found in %prep",
                "the spec unpacks its source in a way that is not understood: no %setup, no patch line");
  places.sources = after_conditional(lines, 0, *source);
  places.prep = after_conditional(lines, *prep_begin, last_patch ? *last_patch : *tree);
  const bool behind_all = std::max({places.kabi, places.sources, places.prep}) == lines.size();
  if (behind_all && !lines.back().ends_with('\n'))
    return fail("the spec ends without a newline where lines are to be added", "end its last line");
  return places;
}

}  // namespace

Result<std::string> edit_spec(std::string_view spec, const std::vector<std::string>& patches) {
  const Lines lines = split_lines(undo_spec(spec));
  KMESH_LET(places, find_places(lines));
  const std::string end = !lines.empty() && lines.front().ends_with("\r\n") ? "\r\n" : "\n";
  const auto block = [&](const std::vector<std::string>& added) {
    std::string text;
    text += fmt::format("{}{}", kBegin, end);
    for (const auto& line : added) text += line + end;
    text += fmt::format("{}{}", kEnd, end);
    return text;
  };
  std::vector<std::string> sources;
  std::vector<std::string> applied;
  int number = kFirstSource;
  for (const auto& patch : patches) {
    while (places.taken.contains(number)) ++number;
    sources.push_back(fmt::format("Source{}: {}", number, patch));
    applied.push_back(fmt::format("patch -s -F0 -E -p1 --no-backup-if-mismatch -i %{{SOURCE{}}}", number));
    ++number;
  }
  std::string text;
  for (std::size_t i = 0; i <= lines.size(); ++i) {
    if (places.kabi != 0 && i == places.kabi) text += block({"%define with_kabichk 0"});
    if (i == places.sources && !patches.empty()) text += block(sources);
    if (i == places.prep && !patches.empty()) text += block(applied);
    if (i < lines.size()) text += lines[i];
  }
  return text;
}

std::string undo_spec(std::string_view edited) {
  std::string text;
  std::string block;  // what a mark began; given back where its end is missing
  bool inside = false;
  for (const auto& line : split_lines(edited)) {
    if (stripped(line) == kBegin) inside = true;
    (inside ? block : text) += line;
    if (!inside || stripped(line) != kEnd) continue;
    inside = false;
    block.clear();
  }
  return text + block;
}

}  // namespace kmesh
