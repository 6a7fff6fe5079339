// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <optional>

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
  std::size_t* at = nullptr;  // told where in the text it begins
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

// Numbers as runs from the first to the last: there are thousands of numbers, and few runs.
class Numbers {
 public:
  void add(int number) { add(number, number); }
  void add(const Numbers& other) {
    for (const auto& [first, last] : other.runs_) add(first, last);
  }
  // What may come after any of them is there, too.
  void count_on() {
    const auto before = runs_;
    for (const auto& [first, last] : before) add(first, last + 1);
  }
  [[nodiscard]] std::vector<int> all() const {
    std::vector<int> numbers;
    for (const auto& [first, last] : runs_) {
      for (int number = first; number <= last; ++number) numbers.push_back(number);
    }
    return numbers;
  }

 private:
  void add(int first, int last) {
    auto next = runs_.upper_bound(first);
    if (next != runs_.begin() && std::prev(next)->second >= first - 1) {
      --next;
      first = next->first;
    }
    while (next != runs_.end() && next->first <= last + 1) {
      last = std::max(last, next->second);
      next = runs_.erase(next);
    }
    runs_[first] = last;
  }

  std::map<int, int> runs_;
};

// Ours come nowhere near it.
constexpr int kLargest = 1'000'000;

// The number behind a word of the line; none where there is no such thing.
std::optional<int> number_at(std::string_view text, std::size_t at) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [past, error] = std::from_chars(text.data() + at, end, number);
  if (error != std::errc() || number > kLargest ||
      !stripped({past, static_cast<std::size_t>(end - past)}).starts_with(':'))
    return std::nullopt;
  return number;
}

// Every number that a Source or a Patch may have, whichever branches are taken: those in digits, also within
// a macro ("%{?x:Source9003: y}"), and what rpm counts on from each of them.
std::vector<int> numbers_taken(const SpecText& spec) {
  Numbers sources;
  Numbers patches;
  sources.add(-1);
  patches.add(-1);
  for (const auto& line : spec.lines) {
    if (!line.may_be_tag()) continue;
    SourceTag tag;
    if (source_tag(line.text, tag) && tag.number.empty()) {
      (tag.patch ? patches : sources).count_on();
      continue;
    }
    const std::string text = lower(line.text);
    for (const std::string_view word : {"source", "patch"}) {
      for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        if (const auto number = number_at(text, at + word.size()))
          (word == "patch" ? patches : sources).add(*number);
      }
    }
  }
  sources.add(patches);
  return sources.all();
}

// "%{?with_x:Source: config}": one without a number is counted on from the one before it.
bool has_source(std::string_view line) {
  if (!line.starts_with("%{")) return false;
  const std::string text = lower(line);
  const auto at = text.find(":source");
  return at != std::string::npos && text.find(':', at + 1) != std::string::npos;
}

Result<SourcePlace> find_source_place(const SpecText& spec) {
  SourcePlace place;
  std::optional<std::size_t> last;
  std::optional<std::size_t> list;
  for (std::size_t i = 0; i < spec.lines.size(); ++i) {
    const auto& line = spec.lines[i];
    if (line.section == Section::kSourceList && line.starts_section) list = i;
    SourceTag tag;
    const bool source = source_tag(line.text, tag) ? !tag.patch : has_source(line.text);
    if (line.may_be_tag() && source) last = i;
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

Result<void> check_patch_names(const std::vector<std::string>& patches) {
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
      if (next->at != nullptr) *next->at = text.size();
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
  KMESH_TRY(check_patch_names(patches));
  const auto& [text, source, prep, switches] = spec;
  SpecEdit edit;
  edit.place = prep.reason;
  Block sources{source.line, {}, false, &edit.sources_at};
  Block applied{prep.line, {}, true};
  int number = kFirstSource;
  for (const auto& patch : patches) {
    while (std::binary_search(source.taken.begin(), source.taken.end(), number) ||
           std::binary_search(taken.begin(), taken.end(), number))
      ++number;
    edit.sources.push_back(number);
    sources.lines.push_back(fmt::format("Source{}: {}", number, patch));
    applied.lines.push_back(
        in_folder(prep, fmt::format("patch -s -F0 -E -p1 --no-backup-if-mismatch -i %{{SOURCE{}}}", number)) +
        // a %prep may have said set +e
        " || exit 1");
    ++number;
  }
  std::vector<Block> blocks;
  for (const auto& kabi : switches) {
    if (std::find(edit.kabi.begin(), edit.kabi.end(), kabi.name) == edit.kabi.end()) {
      edit.kabi.push_back(kabi.name);
      if (kabi.bcond) edit.bcond.push_back(kabi.name);
    }
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
