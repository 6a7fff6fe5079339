// SPDX-License-Identifier: Apache-2.0
// The earlier patch of a series that stands in the way of one that does not apply. Pure.
#pragma once

#include <string>
#include <vector>

#include "kit/plan.h"
#include "kit/trial.h"

namespace kmesh {

// Its file name; empty where the patch does not apply for reasons of its own. `forward` is the patch tried on
// `tree`, which is `pristine` with those of the earlier patches that are needed.
//
// A patch that went in is in the way where this one applies without it. One that did not is in the way where
// hunks that fit nowhere expect lines that it would have made and the tree lacks.
std::string blocker(const Patch& patch, const Trial& forward, const std::vector<PlannedPatch>& earlier,
                    const TouchedLines& pristine, const TouchedLines& tree);

}  // namespace kmesh
