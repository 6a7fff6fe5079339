// SPDX-License-Identifier: Apache-2.0
#include "kit/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "kit/ere.h"

namespace kmesh {
namespace {

using Lines = std::vector<std::string>;
using Tree = std::map<std::string, Lines>;

struct Trial {
  std::vector<FileMatch> files;  // in the order of the patch's files
  std::size_t matched = 0;
  std::size_t hunks = 0;
  Tree result;

  [[nodiscard]] bool all() const { return matched == hunks; }
};

bool stands(const HunkMatch& hunk) { return matches(hunk.match); }

Trial try_patch(const Patch& patch, const Tree& tree, Direction direction) {
  Trial trial;
  trial.result = tree;
  const auto each = [&](const FilePatch& file) {
    const auto found = trial.result.find(file.path());
    const bool exists = found != trial.result.end();
    FileMatch match = match_file(file, exists ? found->second : Lines{}, exists, direction);
    trial.hunks += match.hunks.size();
    trial.matched += static_cast<std::size_t>(std::count_if(match.hunks.begin(), match.hunks.end(), stands));
    if (match.all) {
      const bool gone = (direction == Direction::kForward ? file.new_path : file.old_path).empty();
      if (gone) {
        trial.result.erase(file.path());
      } else {
        trial.result[file.path()] = std::move(match.result);
      }
    }
    return match;
  };
  for (const auto& file : patch.files) trial.files.push_back(each(file));
  return trial;
}

// Each patch taken back from the source after those behind it were, as far as they could be: a later patch of
// the series may have changed the lines by which an earlier one is recognised.
std::vector<Trial> taken_back(const std::vector<Patch>& series, Tree tree) {
  std::vector<Trial> trials(series.size());
  for (std::size_t i = series.size(); i-- > 0;) {
    trials[i] = try_patch(series[i], tree, Direction::kReverse);
    if (trials[i].all()) tree = trials[i].result;
  }
  return trials;
}

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

std::string conflict_text(const FilePatch& file, int index, const Tree& tree) {
  const Hunk& hunk = file.hunks[static_cast<std::size_t>(index)];
  const auto found = tree.find(file.path());
  std::string text = fmt::format("  {}, hunk {} of {} (expected at line {}):\n", file.path(), index + 1,
                                 file.hunks.size(), hunk.old_start);
  if (found == tree.end()) return text + "    the file is not there\n";
  if (file.old_path.empty()) return text + "    the patch creates this file, and it is already there\n";
  if (file.new_path.empty())
    text += "    (the patch deletes the file, which must hold these lines and no others)\n";
  const Lines wanted = hunk.side('-');
  const int nearest = most_similar(found->second, wanted);
  if (nearest == 0) return text + side_by_side(wanted, {}, "found: no line of it");
  const auto from = found->second.begin() + (nearest - 1);
  const auto count = std::min(found->second.end() - from, static_cast<std::ptrdiff_t>(wanted.size()));
  return text +
         side_by_side(wanted, {from, from + count}, fmt::format("found, nearest, at line {}", nearest));
}

void say_hunks(const Patch& patch, const Trial& forward, const Trial& reverse, const Tree& tree,
               std::vector<Evidence>& evidence) {
  for (std::size_t f = 0; f < patch.files.size(); ++f) {
    const FilePatch& file = patch.files[f];
    for (std::size_t h = 0; h < file.hunks.size(); ++h) {
      const Match& ahead = forward.files[f].hunks[h].match;
      const Match& back = reverse.files[f].hunks[h].match;
      Evidence item;
      item.path = file.path();
      if (matches(ahead)) {
        item.line = ahead.line;
        item.offset = ahead.offset;
        item.match = "forward";
      } else if (matches(back)) {
        item.line = back.line;
        item.offset = back.offset;
        item.match = "reverse";
      } else {
        item.match = tree.contains(file.path()) || file.old_path.empty() ? word_of(ahead.found) : "missing";
        item.text = conflict_text(file, static_cast<int>(h), tree);
      }
      evidence.push_back(std::move(item));
    }
  }
}

std::optional<Evidence> find_pattern(const PresentIf& check, const Tree& tree) {
  const auto file = tree.find(check.path);
  if (file == tree.end()) return std::nullopt;
  const auto pattern = Ere::compile(check.pattern);
  if (!pattern) return std::nullopt;  // refused when the series was read
  for (std::size_t i = 0; i < file->second.size(); ++i) {
    std::string line = file->second[i];
    while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
    if (pattern->matches(line)) return Evidence{check.path, static_cast<int>(i) + 1, 0, "pattern", line};
  }
  return std::nullopt;
}

// Evidence of the same feature by another change; nothing where the patch's own checks do not say so.
std::optional<std::vector<Evidence>> equivalent(const Patch& patch, const Tree& tree) {
  std::vector<Evidence> found;
  for (const auto& check : patch.present_if_all) {
    auto hit = find_pattern(check, tree);
    if (!hit) return std::nullopt;
    found.push_back(std::move(*hit));
  }
  if (patch.present_if_any.empty()) {
    if (found.empty()) return std::nullopt;
    return found;
  }
  for (const auto& check : patch.present_if_any) {
    if (auto hit = find_pattern(check, tree)) {
      found.push_back(std::move(*hit));
      return found;
    }
  }
  return std::nullopt;
}

bool share_a_file(const Patch& a, const Patch& b) {
  return std::any_of(a.files.begin(), a.files.end(), [&](const FilePatch& x) {
    return std::any_of(b.files.begin(), b.files.end(),
                       [&](const FilePatch& y) { return x.path() == y.path(); });
  });
}

// The earlier patch that stands in the way of one that does not apply; empty where none does.
std::string blocker(const Patch& patch, const std::vector<PlannedPatch>& earlier, const Tree& pristine) {
  const bool applies_alone = try_patch(patch, pristine, Direction::kForward).all();
  for (auto it = earlier.rbegin(); it != earlier.rend(); ++it) {
    if (!share_a_file(patch, it->patch)) continue;
    if (stops(it->verdict) || (it->verdict == Verdict::kNeeded && applies_alone)) return it->patch.file;
  }
  return {};
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNeeded:
      return "needed";
    case Verdict::kPresent:
      return "present";
    case Verdict::kEquivalent:
      return "equivalent";
    case Verdict::kPartial:
      return "partial";
    case Verdict::kBlocked:
      return "blocked";
    case Verdict::kConflict:
      break;
  }
  return "conflict";
}

bool stops(Verdict verdict) {
  return verdict == Verdict::kPartial || verdict == Verdict::kBlocked || verdict == Verdict::kConflict;
}

std::size_t PlannedPatch::moved() const {
  return static_cast<std::size_t>(
      std::count_if(evidence.begin(), evidence.end(), [](const Evidence& item) { return item.offset != 0; }));
}

std::vector<const PlannedPatch*> Plan::needed() const {
  std::vector<const PlannedPatch*> all;
  for (const auto& patch : patches) {
    if (patch.verdict == Verdict::kNeeded) all.push_back(&patch);
  }
  return all;
}

Plan make_plan(const std::vector<Patch>& series, const TouchedFiles& files) {
  Tree pristine;
  for (const auto& [path, text] : files) pristine[path] = split_lines(text);
  Tree tree = pristine;
  Plan plan;
  const std::vector<Trial> backwards = taken_back(series, pristine);
  for (std::size_t i = 0; i < series.size(); ++i) {
    const Patch& patch = series[i];
    PlannedPatch planned;
    planned.patch = patch;
    Trial forward = try_patch(patch, tree, Direction::kForward);
    Trial reverse = try_patch(patch, tree, Direction::kReverse);
    auto other = equivalent(patch, tree);
    if (reverse.all()) {
      planned.verdict = Verdict::kPresent;
    } else if (other) {
      planned.verdict = Verdict::kEquivalent;
      planned.evidence = std::move(*other);
    } else if (forward.all()) {
      planned.verdict = Verdict::kNeeded;
    } else if (backwards[i].all()) {
      planned.verdict = Verdict::kPresent;
      reverse = backwards[i];
    } else if (reverse.matched > 0) {
      planned.verdict = Verdict::kPartial;
    } else {
      planned.blocked_by = blocker(patch, plan.patches, pristine);
      planned.verdict = planned.blocked_by.empty() ? Verdict::kConflict : Verdict::kBlocked;
    }
    if (planned.verdict != Verdict::kEquivalent)
      say_hunks(patch, planned.verdict == Verdict::kPresent ? reverse : forward, reverse, tree,
                planned.evidence);
    if (planned.verdict == Verdict::kPresent) {
      for (auto& item : planned.evidence) item.match = "reverse";
    }
    if (planned.verdict == Verdict::kNeeded) tree = std::move(forward.result);
    plan.patches.push_back(std::move(planned));
  }
  for (const auto& [path, lines] : tree) {
    std::string& text = plan.after[path];
    for (const auto& line : lines) text += line;
  }
  return plan;
}

Result<void> check_plan(const Plan& plan, std::string_view baseline) {
  std::string detail;
  std::string first;
  for (const auto& planned : plan.patches) {
    if (!stops(planned.verdict)) continue;
    if (first.empty())
      first =
          fmt::format("{} does not apply to {} ({})", planned.patch.file, baseline, name_of(planned.verdict));
    detail += fmt::format("{}: {}\n", planned.patch.file, name_of(planned.verdict));
    if (!planned.blocked_by.empty()) detail += fmt::format("  blocked by {}\n", planned.blocked_by);
    for (const auto& item : planned.evidence) {
      if (item.match == "reverse") detail += fmt::format("  {}:{}: already there\n", item.path, item.line);
      detail += item.text;
    }
  }
  if (first.empty()) return {};
  return fail(first,
              "nothing was changed; refresh the patch against this source (the hunks are shown above), "
              "or take it out of the series",
              "", detail);
}

}  // namespace kmesh
