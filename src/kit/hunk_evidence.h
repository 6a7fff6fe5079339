// SPDX-License-Identifier: Apache-2.0
// What is said of a patch's hunks: where each stands, and where one fits nowhere, its lines beside those of
// the place that is most like them. A patch of a million hunks does not get a million lines. Pure.
#pragma once

#include <vector>

#include "kit/plan.h"
#include "kit/trial.h"

namespace kmesh {

// Hunks listed of each kind, those that match and those that do not; lines shown of one hunk.
constexpr std::size_t kMostListed = 1000;
constexpr std::size_t kMostShown = 300;

// Puts evidence and notes into `planned`. `forward` and `reverse` have one entry a file of the patch;
// without `forward` only the reverse match counts.
void say_hunks(const std::vector<FileMatch>& forward, const std::vector<FileMatch>& reverse,
               const TouchedLines& tree, PlannedPatch& planned);

}  // namespace kmesh
