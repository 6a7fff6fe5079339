// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "kit/hunks.h"

namespace kmesh {
namespace {

constexpr std::string_view kBegin = "# kmesh-kernel: added lines begin";
// The line before had no end: it got one, which is taken back.
constexpr std::string_view kBeginWithEnd =
    "# kmesh-kernel: added lines begin, with the end of the line before";
constexpr std::string_view kEnd = "# kmesh-kernel: added lines end";
constexpr int kFirstSource = 9003;

struct Block {
  std::size_t line = 0;  // of the file: it goes before it
  std::vector<std::string> lines;
  bool shell = false;
};

// Behind the head of the first %package that comes after a list of sources: a list takes no numbers, and rpm
// reads a Source there as well.
Result<std::size_t> behind_source_list(const SpecText& spec, std::size_t list) {
  for (std::size_t i = list + 1; i < spec.lines.size(); ++i) {
    const auto& line = spec.lines[i];
    if (line.starts_section && line.section == Section::kPackage && line.inside.empty()) return line.end;
  }
  return fail(
      fmt::format("line {}: the spec lists sources in a section of their own", spec.lines[list].begin + 1),
      "rpm counts them on from the last Source line, and no %package follows where ours would not shift "
      "them");
}

// Every number that a Source or a Patch may have, whichever branches are taken: those in digits, also within
// a macro ("%{?x:Source9003: y}"), and what rpm counts on from each of them.
std::vector<int> numbers_taken(const SpecText& spec) {
  std::map<std::string_view, std::set<int>> taken = {{"source", {-1}}, {"patch", {-1}}};
  for (const auto& line : spec.lines) {
    if (!line.may_be_tag()) continue;
    SourceTag tag;
    if (source_tag(line.text, tag) && tag.number.empty()) {
      auto& numbers = taken[tag.patch ? "patch" : "source"];
      std::set<int> next;
      for (const int number : numbers) next.insert(number + 1);
      numbers.merge(next);
      continue;
    }
    const std::string text = lower(line.text);
    for (auto& [word, numbers] : taken) {
      for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        int number = 0;
        const char* const end = text.data() + text.size();
        const auto [past, error] = std::from_chars(text.data() + at + word.size(), end, number);
        if (error != std::errc()) continue;
        if (stripped({past, static_cast<std::size_t>(end - past)}).starts_with(':')) numbers.insert(number);
      }
    }
  }
  auto& all = taken["source"];
  all.merge(taken["patch"]);
  return {all.begin(), all.end()};
}

Result<SourcePlace> find_source_place(const SpecText& spec) {
  SourcePlace place;
  std::optional<std::size_t> last;
  std::optional<std::size_t> list;
  for (std::size_t i = 0; i < spec.lines.size(); ++i) {
    const auto& line = spec.lines[i];
    if (line.section == Section::kSourceList && line.starts_section) list = i;
    SourceTag tag;
    if (line.may_be_tag() && source_tag(line.text, tag) && !tag.patch) last = i;
  }
  place.taken = numbers_taken(spec);
  if (!last && !list) return fail("the spec has no Source line", "is it a kernel's spec?");
  if (list && (!last || *last < *list)) {
    KMESH_LET(behind, behind_source_list(spec, *list));
    place.line = behind;
    return place;
  }
  place.line = behind_conditionals(spec, *last);
  const bool reaches = std::any_of(spec.lines.begin(), spec.lines.end(), [&](const SpecLine& line) {
    return line.starts_section && line.begin >= spec.lines[*last].end && line.begin < place.line;
  });
  if (reaches)
    return fail(fmt::format("line {}: the condition around the last Source reaches over a section's start",
                            spec.lines[*last].begin + 1),
                "there is no place for Source lines that holds in every case");
  return place;
}

Result<void> check_names(const std::vector<std::string>& patches) {
  for (const auto& patch : patches) {
    const bool bad = patch.empty() ||
                     patch.find_first_of("%/\\ \t\r\n;&|<>()$`'\"*?[]{}!#~") != std::string_view::npos ||
                     patch.starts_with('-');
    if (bad)
      return fail(fmt::format("\"{}\" cannot stand in a Source line and in a command", patch),
                  "rpm reads % as a macro and a blank as the end, and the shell has signs of its own; rename "
                  "the patch");
    if (std::count(patches.begin(), patches.end(), patch) > 1)
      return fail(fmt::format("two patches are called {}", patch),
                  "they go into one folder; rename one of them");
  }
  return {};
}

std::string_view end_of(std::string_view line) { return line.ends_with("\r\n") ? "\r\n" : "\n"; }

// The text with the blocks put in, and where each of their lines came to stand.
std::string put_in(const SpecText& spec, const std::vector<Block>& blocks, std::vector<std::string>& added) {
  const auto& file = spec.file;
  // as the lines before it: a spec may have been put together on two systems
  std::string_view end = file.empty() ? "\n" : end_of(file.front());
  std::string text;
  text.reserve(spec.text->size() + 4096);
  std::size_t number = 0;
  auto next = blocks.begin();
  for (std::size_t i = 0; i <= file.size(); ++i) {
    for (; next != blocks.end() && next->line == i; ++next) {
      const bool ends = text.empty() || text.ends_with('\n');
      text += ends ? "" : end;
      text += fmt::format("{}{}", ends ? kBegin : kBeginWithEnd, end);
      ++number;
      for (const auto& line : next->lines) {
        // a shell takes a carriage return for the end of the last word; of a comment it may be the end
        const bool comment = next->shell && end == "\r\n";
        text += fmt::format("{}{}{}", line, comment ? " #" : "", end);
        added.push_back(fmt::format("line {}: {}", ++number, line));
      }
      text += fmt::format("{}{}", kEnd, end);
      ++number;
    }
    if (i == file.size()) break;
    text += file[i];
    if (file[i].ends_with('\n')) end = end_of(file[i]);
    ++number;
  }
  return text;
}

// A command for the place, wherever the shell is there.
std::string in_folder(const PrepPlace& place, const std::string& command) {
  return place.folder.empty() ? command : fmt::format("(cd {} && {})", place.folder, command);
}

}  // namespace

Result<std::string> insert_at_place(std::string_view spec, const std::vector<std::string>& in_tree,
                                    const std::vector<std::string>& after) {
  KMESH_LET(text, read_spec(spec));
  KMESH_LET(place, find_prep_place(text));
  Block block{place.line, {}, true};
  for (const auto& command : in_tree) block.lines.push_back(in_folder(place, command));
  block.lines.insert(block.lines.end(), after.begin(), after.end());
  std::vector<std::string> added;
  return put_in(text, {block}, added);
}

Result<EditableSpec> read_editable(std::string_view spec) {
  KMESH_LET(text, read_spec(undo_spec(spec)));
  KMESH_LET(source, find_source_place(text));
  KMESH_LET(prep, find_prep_place(text));
  KMESH_LET(switches, find_kabi_switches(text));
  return EditableSpec{std::move(text), std::move(source), std::move(prep), std::move(switches)};
}

Result<SpecEdit> edit_spec(std::string_view spec, const std::vector<std::string>& patches) {
  KMESH_LET(read, read_editable(spec));
  return edit_spec(read, patches, {});
}

Result<SpecEdit> edit_spec(const EditableSpec& spec, const std::vector<std::string>& patches,
                           const std::vector<int>& taken) {
  KMESH_TRY(check_names(patches));
  const auto& [text, source, prep, switches] = spec;
  SpecEdit edit;
  edit.place = prep.reason;
  Block sources{source.line, {}};
  Block applied{prep.line, {}, true};
  int number = kFirstSource;
  for (const auto& patch : patches) {
    while (std::binary_search(source.taken.begin(), source.taken.end(), number) ||
           std::binary_search(taken.begin(), taken.end(), number))
      ++number;
    edit.sources.push_back(number);
    sources.lines.push_back(fmt::format("Source{}: {}", number, patch));
    applied.lines.push_back(
        in_folder(prep, fmt::format("patch -s -F0 -E -p1 --no-backup-if-mismatch -i %{{SOURCE{}}}", number)));
    ++number;
  }
  std::vector<Block> blocks;
  for (const auto& kabi : switches) {
    edit.kabi.push_back(kabi.name);
    if (kabi.bcond) edit.bcond.push_back(kabi.name);
    if (!blocks.empty() && blocks.back().line == kabi.line) {
      blocks.back().lines.push_back(kabi.off);
    } else {
      blocks.push_back({kabi.line, {kabi.off}});
    }
  }
  if (!patches.empty()) blocks.insert(blocks.end(), {sources, applied});
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const Block& a, const Block& b) { return a.line < b.line; });
  edit.text = put_in(text, blocks, edit.added);
  return edit;
}

std::string undo_spec(std::string_view edited) {
  if (edited.find(kBegin) == std::string_view::npos) return std::string(edited);
  std::string text;
  std::string block;  // what a mark began; given back where its end is missing
  bool inside = false;
  bool with_end = false;
  for (const auto& line : split_lines(edited)) {
    const auto mark = stripped(line);
    if (mark == kBegin || mark == kBeginWithEnd) {
      inside = true;
      with_end = mark == kBeginWithEnd;
    }
    (inside ? block : text) += line;
    if (!inside || mark != kEnd) continue;
    inside = false;
    block.clear();
    if (!with_end || !text.ends_with('\n')) continue;
    text.resize(text.size() - (line.ends_with("\r\n") && text.ends_with("\r\n") ? 2 : 1));
  }
  return text + block;
}

}  // namespace kmesh
