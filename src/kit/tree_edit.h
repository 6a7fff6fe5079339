// SPDX-License-Identifier: Apache-2.0
// The patches applied to a tree of our own, for the outputs that are made without rpm: by GNU patch, as
// strictly as the spec's lines do it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/plan.h"
#include "kit/side.h"

namespace kmesh {

// Applies them in order to SIDE/tree. A patch that fails leaves the side without a tree, so that nothing
// half-patched can be taken for good.
Result<void> patch_tree(Kit& kit, const std::string& series, const std::vector<const PlannedPatch*>& needed,
                        const Side& side);

}  // namespace kmesh
