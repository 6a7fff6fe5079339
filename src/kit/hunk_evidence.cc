// SPDX-License-Identifier: Apache-2.0
#include "kit/hunk_evidence.h"

#include <fmt/format.h>

#include <algorithm>

namespace kmesh {
namespace {

using Lines = std::vector<std::string>;

// Lines looked at for nearest places, for one patch: about two seconds.
constexpr std::size_t kMostLookedAt = 50'000'000;

std::string_view word_of(Found found) {
  switch (found) {
    case Found::kAmbiguous:
      return "ambiguous";
    case Found::kNo:
      return "none";
    default:
      return "forward";
  }
}

// A line as a column can show it: tabs are blanks, and its end is left out.
std::string shown(std::string_view line) {
  std::string text;
  for (const char c : line) {
    if (c == '\t')
      text.append(8 - text.size() % 8, ' ');
    else if (c != '\n' && c != '\r')
      text += c;
  }
  return text;
}

// Pairs of lines that stand beside each other: equal ones, in order, as many as there can be; -1 where one
// side has no counterpart. Windows too long for that are paired line by line.
std::vector<std::pair<int, int>> paired(const Lines& left, const Lines& right) {
  const std::size_t rows = left.size();
  const std::size_t columns = right.size();
  std::vector<std::pair<int, int>> pairs;
  if (rows * columns > 1'000'000) {
    for (std::size_t i = 0; i < std::max(rows, columns); ++i)
      pairs.emplace_back(i < rows ? static_cast<int>(i) : -1, i < columns ? static_cast<int>(i) : -1);
    return pairs;
  }
  // common[i][j]: equal lines in order from left[i] and right[j] on
  std::vector<std::vector<int>> common(rows + 1, std::vector<int>(columns + 1, 0));
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = columns; j-- > 0;)
      common[i][j] =
          left[i] == right[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rows || j < columns) {
    const bool both = i < rows && j < columns;
    const bool equal = both && left[i] == right[j];
    // a changed line stands beside what it was changed to
    const bool changed = both && !equal && common[i + 1][j + 1] == common[i][j];
    if (equal || changed)
      pairs.emplace_back(static_cast<int>(i++), static_cast<int>(j++));
    else if (i < rows && (j == columns || common[i + 1][j] == common[i][j]))
      pairs.emplace_back(static_cast<int>(i++), -1);
    else
      pairs.emplace_back(-1, static_cast<int>(j++));
  }
  return pairs;
}

// Two columns, with a mark where they differ.
std::string side_by_side(const Lines& expected, const Lines& found, std::string_view title) {
  std::size_t width = 8;
  for (const auto& line : expected) width = std::max(width, shown(line).size());
  std::string text = fmt::format("      {:<{}} | {}\n", "expected", width, title);
  for (const auto& [left, right] : paired(expected, found)) {
    const std::string* wanted = left < 0 ? nullptr : &expected[static_cast<std::size_t>(left)];
    const std::string* there = right < 0 ? nullptr : &found[static_cast<std::size_t>(right)];
    const bool same = wanted != nullptr && there != nullptr && *wanted == *there;
    text += fmt::format("    {} {:<{}} | {}", same ? ' ' : '!', wanted != nullptr ? shown(*wanted) : "",
                        width, there != nullptr ? shown(*there) : "");
    while (text.ends_with(' ')) text.pop_back();
    text += '\n';
  }
  return text;
}

// The first lines of many.
Lines some(Lines lines) {
  if (lines.size() > kMostShown) lines.resize(kMostShown);
  return lines;
}

Lines without_ends(Lines lines) {
  for (auto& line : lines) {
    while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
  }
  return lines;
}

// The lines of a hunk that fits nowhere, and those of the place that is most like them.
void show_nearest(const Hunk& hunk, const Lines& text, std::size_t& left, Evidence& item) {
  const Lines wanted = hunk.side('-');
  const Lines shown_lines = some(wanted);
  item.expected = without_ends(shown_lines);
  if (text.size() > left) {
    left = 0;
    item.text += side_by_side(shown_lines, {}, "found: not looked for, it would take too long");
  } else if (item.found_line = most_similar(text, wanted); item.found_line == 0) {
    left -= text.size();
    item.text += side_by_side(shown_lines, {}, "found: no line of it");
  } else {
    left -= text.size();
    const auto from = text.begin() + (item.found_line - 1);
    const auto count = std::min(text.end() - from, static_cast<std::ptrdiff_t>(wanted.size()));
    const Lines there = some({from, from + count});
    item.found = without_ends(there);
    item.text += side_by_side(shown_lines, there, fmt::format("found, nearest, at line {}", item.found_line));
  }
  if (wanted.size() > kMostShown)
    item.text += fmt::format("    ({} further lines are not shown)\n", wanted.size() - kMostShown);
}

void show_places(const Hunk& hunk, const Match& match, Evidence& item) {
  item.expected = without_ends(some(hunk.side('-')));
  item.places = {match.line, match.second};
  item.text +=
      fmt::format("    ambiguous: it fits at line {} and at line {}, and the patch does not say which\n",
                  match.line, match.second);
}

void show_conflict(const FilePatch& file, std::size_t index, const Match& match, const TouchedLines& tree,
                   std::size_t& left, Evidence& item) {
  const Hunk& hunk = file.hunks[index];
  const auto found = tree.find(file.path());
  item.text = fmt::format("  {}, hunk {} of {} (expected at line {}):\n", file.path(), index + 1,
                          file.hunks.size(), hunk.old_start);
  if (file.old_path.empty() && found != tree.end()) {
    item.text += "    the patch creates this file, and it is already there\n";
  } else if (found == tree.end()) {
    item.expected = without_ends(some(hunk.side('-')));
    item.text += "    the file is not there\n";
  } else {
    if (file.new_path.empty())
      item.text += "    (the patch deletes the file, which must hold these lines and no others)\n";
    if (match.found == Found::kAmbiguous)
      show_places(hunk, match, item);
    else
      show_nearest(hunk, found->second, left, item);
  }
}

Evidence evidence_of(const FilePatch& file, const Hunk& hunk, const Match& match, std::string_view word) {
  Evidence item;
  item.path = file.path();
  item.line = match.line;
  item.offset = match.offset;
  item.match = word;
  for (const auto& line : hunk.lines) {
    item.old_lines += line.kind == '+' ? 0 : 1;
    item.new_lines += line.kind == '-' ? 0 : 1;
  }
  return item;
}

// What hunks do not tell.
void add_notes(const std::vector<FileMatch>& forward, const std::vector<FileMatch>& reverse,
               PlannedPatch& planned) {
  for (const auto& file : planned.patch.files) {
    if (file.sets_mode())
      planned.notes.push_back(fmt::format("the patch sets the mode of {} to {:o}, which no verdict looks at",
                                          file.path(), file.new_mode));
  }
  const auto gave_up = [](const FileMatch& file) { return file.gave_up; };
  if (std::any_of(forward.begin(), forward.end(), gave_up) ||
      std::any_of(reverse.begin(), reverse.end(), gave_up))
    planned.notes.emplace_back(
        "hunks that do not stand at their own lines are so many that some were not looked for elsewhere: "
        "they count as not there");
  if (planned.unlisted.all() > 0)
    planned.notes.push_back(fmt::format(
        "{} more hunks are not listed: {} match forward, {} in reverse, {} not", planned.unlisted.all(),
        planned.unlisted.forward, planned.unlisted.reverse, planned.unlisted.stuck));
}

}  // namespace

void say_hunks(const std::vector<FileMatch>& forward, const std::vector<FileMatch>& reverse,
               const TouchedLines& tree, PlannedPatch& planned) {
  std::size_t matched = 0;
  std::size_t stuck = 0;
  std::size_t left = kMostLookedAt;
  for (std::size_t f = 0; f < planned.patch.files.size(); ++f) {
    const FilePatch& file = planned.patch.files[f];
    for (std::size_t h = 0; h < file.hunks.size(); ++h) {
      const Match ahead = forward.empty() ? Match{} : forward[f].hunks[h].match;
      const Match& back = reverse[f].hunks[h].match;
      if (matches(ahead) || matches(back)) {
        const Match& there = matches(ahead) ? ahead : back;
        if (++matched <= kMostListed) {
          planned.evidence.push_back(
              evidence_of(file, file.hunks[h], there, matches(ahead) ? "forward" : "reverse"));
        } else {
          ++(matches(ahead) ? planned.unlisted.forward : planned.unlisted.reverse);
          planned.unlisted.moved += there.offset != 0 ? 1 : 0;
        }
      } else if (++stuck <= kMostListed) {
        const bool missing = !tree.contains(file.path()) && !file.old_path.empty();
        planned.evidence.push_back(
            evidence_of(file, file.hunks[h], {}, missing ? "missing" : word_of(ahead.found)));
        show_conflict(file, h, ahead, tree, left, planned.evidence.back());
      } else {
        ++planned.unlisted.stuck;
      }
    }
  }
  add_notes(forward, reverse, planned);
}

}  // namespace kmesh
