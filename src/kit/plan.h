// SPDX-License-Identifier: Apache-2.0
// What each patch of a series needs on a source: one verdict a patch, with evidence. Cumulative: a patch is
// judged on the tree as the ones before it leave it. Pure: it knows only the texts it is given.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/series.h"

namespace kmesh {

enum class Verdict { kNeeded, kPresent, kEquivalent, kPartial, kBlocked, kConflict };

std::string_view name_of(Verdict verdict);

// Whether a patch of that verdict stops a build: it is neither there nor can it be put in.
bool stops(Verdict verdict);

struct Evidence {
  std::string path;
  int line = 0;       // 1-based, in the file as it was before the patch; 0 where there is none
  int offset = 0;     // lines between where the patch expects it and where it is
  std::string match;  // "forward" | "reverse" | "pattern" | "none" | "ambiguous" | "missing"
  std::string text;   // for people: what was found, or the expected and the found lines
  int old_lines = 0;  // the hunk's length before the patch, and after it
  int new_lines = 0;
  std::vector<std::string> expected;  // where it does not fit: the lines it wants, without their ends
  std::vector<std::string> found;     // and those that stand at the place that is most like them
  int found_line = 0;                 // the first of these; 0: no line of it is in the file
  std::vector<int> places;            // "ambiguous": the first two lines where it fits
};

// Hunks that the evidence does not list, for there are too many.
struct Unlisted {
  std::size_t forward = 0;
  std::size_t reverse = 0;
  std::size_t stuck = 0;  // that match in neither direction
  std::size_t moved = 0;  // of the first two

  [[nodiscard]] std::size_t all() const { return forward + reverse + stuck; }
};

struct PlannedPatch {
  Patch patch;
  Verdict verdict = Verdict::kConflict;
  std::vector<Evidence> evidence;
  Unlisted unlisted;
  std::vector<std::string> notes;  // what the evidence does not tell, as sentences
  std::string blocked_by;          // an earlier patch's file name

  [[nodiscard]] std::size_t moved() const;  // hunks that are not at their own lines, listed or not
};

// Path -> text of the files the series touches or asks about; what is not in it does not exist.
using TouchedFiles = std::map<std::string, std::string>;

struct Plan {
  std::vector<PlannedPatch> patches;
  TouchedFiles after;  // as the needed patches leave them

  [[nodiscard]] std::vector<const PlannedPatch*> needed() const;
};

Plan make_plan(const std::vector<Patch>& series, const TouchedFiles& files);

// The error that stops a build, where a patch is partial, blocked or in conflict; its detail shows each hunk
// with the expected and the found lines. Nothing where the plan can be carried out.
Result<void> check_plan(const Plan& plan, std::string_view baseline);

}  // namespace kmesh
