// SPDX-License-Identifier: Apache-2.0
#include "kit/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "kit/blocker.h"
#include "kit/ere.h"
#include "kit/hunk_evidence.h"
#include "kit/trial.h"

namespace kmesh {
namespace {

using Tree = TouchedLines;

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

std::optional<Evidence> find_pattern(const PresentIf& check, const Tree& tree) {
  const auto file = tree.find(check.path);
  if (file == tree.end()) return std::nullopt;
  const auto pattern = Ere::compile(check.pattern);
  if (!pattern) return std::nullopt;  // refused when the series was read
  for (std::size_t i = 0; i < file->second.size(); ++i) {
    std::string line = file->second[i];
    while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
    if (!pattern->matches(line)) continue;
    Evidence item;
    item.path = check.path;
    item.line = static_cast<int>(i) + 1;
    item.match = "pattern";
    item.text = line;
    return item;
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

// The first hunk that stands at another line than its own, and its file; nothing where none does.
std::optional<std::string> moved_place(const Patch& patch, const Trial& trial) {
  for (std::size_t i = 0; i < trial.files.size(); ++i) {
    for (const auto& hunk : trial.files[i].hunks) {
      if (hunk.match.found == Found::kMoved)
        return fmt::format("{}:{}", patch.files[i].path(), hunk.match.line);
    }
  }
  return std::nullopt;
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
  return unlisted.moved +
         static_cast<std::size_t>(std::count_if(evidence.begin(), evidence.end(),
                                                [](const Evidence& item) { return item.offset != 0; }));
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
    // What it makes stands elsewhere, and at its own lines is what it changes: patch puts it in there.
    const auto twin = forward.all() && !moved_place(patch, forward) && reverse.all()
                          ? moved_place(patch, reverse)
                          : std::nullopt;
    if (reverse.all() && !twin) {
      planned.verdict = Verdict::kPresent;
    } else if (other) {
      planned.verdict = Verdict::kEquivalent;
      planned.evidence = std::move(*other);
    } else if (forward.all()) {
      planned.verdict = Verdict::kNeeded;
      if (twin)
        planned.notes.push_back(
            fmt::format("it applies at its own lines, and what it makes stands at {} as well", *twin));
    } else if (backwards[i].all()) {
      planned.verdict = Verdict::kPresent;
      reverse = backwards[i];
      planned.notes.emplace_back("its lines are those of the source without the patches behind it");
    } else if (reverse.matched > 0) {
      planned.verdict = Verdict::kPartial;
    } else {
      planned.blocked_by = blocker(patch, forward, plan.patches, pristine, tree);
      planned.verdict = planned.blocked_by.empty() ? Verdict::kConflict : Verdict::kBlocked;
    }
    if (planned.verdict == Verdict::kPresent)
      say_hunks({}, reverse.files, tree, planned);
    else if (planned.verdict != Verdict::kEquivalent)
      say_hunks(forward.files, reverse.files, tree, planned);
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
    for (const auto& note : planned.notes) detail += fmt::format("  {}\n", note);
  }
  if (first.empty()) return {};
  return fail(first,
              "nothing was changed; refresh the patch against this source (the hunks are shown above), "
              "or take it out of the series",
              "", detail);
}

}  // namespace kmesh
