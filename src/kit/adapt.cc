// SPDX-License-Identifier: Apache-2.0
#include "kit/adapt.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/git.h"

namespace kmesh {
namespace {

std::optional<std::string> text_at(const TouchedFiles& files, const std::string& path) {
  const auto found = files.find(path);
  return found == files.end() ? std::nullopt : std::optional<std::string>(found->second);
}

std::set<std::string> paths_of(const Patch& patch) {
  std::set<std::string> paths;
  for (const auto& file : patch.files) paths.insert(file.path());
  return paths;
}

// git's name of a mode, where the patch names none.
std::string mode_text(int mode) { return mode == 0 ? "100644" : fmt::format("{:o}", mode); }

// A diff of two texts knows no modes: its header says what the old patch says of the file.
std::string with_modes(std::string diff, const Patch& patch, const std::string& path) {
  int old_mode = 0;
  int new_mode = 0;
  bool sets = false;
  for (const auto& file : patch.files) {
    if (file.path() != path) continue;
    if (old_mode == 0) old_mode = file.old_mode;
    if (file.new_mode != 0) new_mode = file.new_mode;
    sets = sets || file.sets_mode();
  }
  const auto replace = [&](std::string_view text, const std::string& by) {
    const auto at = diff.find(text);
    if (at == std::string::npos || at > diff.find("\n@@ ")) return false;
    diff.replace(at, text.size(), by);
    return true;
  };
  if (replace("\nnew file mode 100644", "\nnew file mode " + mode_text(new_mode))) return diff;
  if (replace("\ndeleted file mode 100644", "\ndeleted file mode " + mode_text(old_mode))) return diff;
  if (!sets) {
    replace(" 100644\n--- ", " " + mode_text(old_mode) + "\n--- ");
    return diff;
  }
  replace(" 100644\n--- ", "\n--- ");
  replace("\nindex ",
          fmt::format("\nold mode {}\nnew mode {}\nindex ", mode_text(old_mode), mode_text(new_mode)));
  return diff;
}

Result<std::string> diff_of(const Patch& patch, const TouchedFiles& before, const TouchedFiles& after) {
  std::string diff;
  for (const auto& path : paths_of(patch)) {
    KMESH_LET(one, diff_texts(path, text_at(before, path), text_at(after, path)));
    diff += with_modes(std::move(one), patch, path);
  }
  return diff;
}

// The modes that go with files whose text is there already: no diff is left that could carry them.
std::string lost_modes(const Patch& patch, const TouchedFiles& before, const TouchedFiles& after) {
  std::string text;
  for (const auto& file : patch.files) {
    if (file.sets_mode() && text_at(before, file.path()) == text_at(after, file.path()))
      text +=
          fmt::format("; see to the mode of {} ({:o}), which nobody looked at", file.path(), file.new_mode);
  }
  return text;
}

// One patch merged into the target: the tree after it, or the files with a conflict.
struct Merge {
  TouchedFiles tree;
  std::map<std::string, std::string> conflicts;
  std::string why;  // what of it cannot be merged at all
};

Result<Merge> merge_patch(const Patch& patch, const Written& written, const std::string& target,
                          const TouchedFiles& files) {
  Merge merge{files, {}, ""};
  if (!written.applies) {
    merge.why = fmt::format("it does not apply to {} either, which it says it was written for", written.name);
    return merge;
  }
  for (const auto& path : paths_of(patch)) {
    const auto ancestor = text_at(written.before, path);
    const auto theirs = text_at(written.after, path);
    const auto ours = text_at(files, path);
    if (ours == theirs) continue;
    if (ours == ancestor) {
      if (theirs)
        merge.tree[path] = *theirs;
      else
        merge.tree.erase(path);
      continue;
    }
    if (!ours || !theirs) {
      if (!merge.why.empty()) merge.why += "; ";
      merge.why += ours ? fmt::format("it deletes {}, which {} has changed", path, target)
                        : fmt::format("{} has no {}; where did its code go?", target, path);
      continue;
    }
    KMESH_LET(merged,
              merge_texts({written.name, ancestor.value_or("")}, {target, *ours}, {patch.file, *theirs}));
    if (merged.clean)
      merge.tree[path] = merged.text;
    else
      merge.conflicts[path] = merged.text;
  }
  return merge;
}

// The files of a patch that could be merged though others could not; those that it deletes become words.
std::map<std::string, std::string> clean_files(const Patch& patch, const TouchedFiles& before,
                                               const Merge& merge, std::string& why) {
  std::map<std::string, std::string> clean;
  for (const auto& path : paths_of(patch)) {
    auto text = text_at(merge.tree, path);
    if (text == text_at(before, path)) continue;
    if (text)
      clean[path] = std::move(*text);
    else
      why += fmt::format("; it deletes {}, which is as it was", path);
  }
  return clean;
}

// A patch that does not apply as it is.
Result<AdaptedPatch> merged(AdaptedPatch adapted, const Written& written, const std::string& target,
                            TouchedFiles& tree) {
  KMESH_LET(merge, merge_patch(adapted.patch, written, target, tree));
  if (!merge.why.empty() || !merge.conflicts.empty()) {
    adapted.why = merge.why;
    if (!merge.conflicts.empty()) {
      if (!adapted.why.empty()) adapted.why += "; ";
      adapted.why += fmt::format("{} file{} changed at the same lines", merge.conflicts.size(),
                                 merge.conflicts.size() == 1 ? " was" : "s were");
    }
    adapted.clean = clean_files(adapted.patch, tree, merge, adapted.why);
    adapted.conflicts = std::move(merge.conflicts);
    return adapted;
  }
  KMESH_LET(diff, diff_of(adapted.patch, tree, merge.tree));
  if (diff.empty()) {
    adapted.outcome = Adapted::kDropped;
    adapted.why = fmt::format("merged, it changes nothing: {} has all of it", target) +
                  lost_modes(adapted.patch, tree, merge.tree);
    return adapted;
  }
  adapted.outcome = Adapted::kMerged;
  adapted.why = "merged without a conflict: read it, for a merge knows lines and not what they mean" +
                lost_modes(adapted.patch, tree, merge.tree);
  adapted.diff = std::move(diff);
  tree = std::move(merge.tree);
  return adapted;
}

std::string dropped_because(const PlannedPatch& planned, const std::string& target) {
  if (planned.verdict == Verdict::kPresent)
    return fmt::format("{} has the same change", target) + lost_modes(planned.patch, {}, {});
  const Evidence& first = planned.evidence.front();
  return fmt::format("{} has it by another change ({}:{})", target, first.path, first.line);
}

}  // namespace

std::string_view name_of(Adapted outcome) {
  switch (outcome) {
    case Adapted::kKept:
      return "kept";
    case Adapted::kRefreshed:
      return "refreshed";
    case Adapted::kMerged:
      return "merged";
    case Adapted::kDropped:
      return "dropped";
    case Adapted::kUndecided:
      break;
  }
  return "undecided";
}

bool Adaptation::decided() const {
  return std::all_of(patches.begin(), patches.end(),
                     [](const AdaptedPatch& patch) { return patch.outcome != Adapted::kUndecided; });
}

bool Adaptation::has_files() const {
  return std::any_of(patches.begin(), patches.end(), [](const AdaptedPatch& patch) {
    return !patch.conflicts.empty() || !patch.clean.empty();
  });
}

std::vector<Written> as_written(const std::vector<Patch>& series, const std::string& source,
                                const TouchedFiles& files) {
  std::vector<Written> all;
  TouchedFiles tree = files;
  for (const auto& patch : series) {
    if (patch.unread) {
      all.push_back({source, {}, {}, false});
      continue;
    }
    Plan plan = make_plan({patch}, tree);
    Written written{source, tree, {}, plan.patches.front().verdict == Verdict::kNeeded};
    if (written.applies) {
      written.after = plan.after;
      tree = std::move(plan.after);
    }
    all.push_back(std::move(written));
  }
  return all;
}

Result<Adaptation> adapt_series(const std::vector<Patch>& series, const std::vector<Written>& written,
                                const std::string& target, const TouchedFiles& files) {
  Adaptation adaptation;
  TouchedFiles tree = files;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (series[i].unread) {
      AdaptedPatch unread;
      unread.patch = series[i];
      unread.why = "it could not be judged: " + series[i].unread->what;
      adaptation.patches.push_back(std::move(unread));
      continue;
    }
    Plan plan = make_plan({series[i]}, tree);
    PlannedPatch& planned = plan.patches.front();
    AdaptedPatch adapted;
    adapted.patch = series[i];
    adapted.verdict = planned.verdict;
    if (planned.verdict == Verdict::kPresent || planned.verdict == Verdict::kEquivalent) {
      adapted.outcome = Adapted::kDropped;
      adapted.why = dropped_because(planned, target);
    } else if (planned.verdict == Verdict::kNeeded) {
      const bool moved = planned.moved() > 0;
      const bool again = moved || series[i].strip != 1;
      adapted.outcome = again ? Adapted::kRefreshed : Adapted::kKept;
      adapted.why = moved ? "the same change, at other lines"
                    : again
                        ? fmt::format("the same change, with paths for -p1 (it had -p{})", series[i].strip)
                        : "it applies as it is";
      if (again) {
        KMESH_LET(diff, diff_of(series[i], tree, plan.after));
        adapted.diff = std::move(diff);
      }
      tree = std::move(plan.after);
    } else {
      KMESH_LET(decided, merged(std::move(adapted), written[i], target, tree));
      adapted = std::move(decided);
    }
    adaptation.patches.push_back(std::move(adapted));
  }
  return adaptation;
}

}  // namespace kmesh
