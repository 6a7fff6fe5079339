// SPDX-License-Identifier: Apache-2.0
// The files of a source RPM as its own %prep leaves them, before anything of ours: with the distribution's
// patches applied, in its order, by its own means. %prep runs in the sandbox on a source that is reduced to
// the files that any patch touches, and ends where our patches would follow.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/plan.h"
#include "kit/side.h"

namespace kmesh {

// The paths that the diffs of a text touch, without their first part. Pure; anything may stand around them.
std::set<std::string> paths_of_diffs(std::string_view text);

// The spec with lines that copy the files named in `list` to `target`, and end %prep, where patches would be
// applied. Pure.
Result<std::string> stopping_spec(std::string_view spec, const std::string& list, const std::string& target);

// The named files of the package (paths below the tree's top). Errors: what find_prep_place refuses; a %prep
// that fails on the whole source as well.
Result<TouchedFiles> read_prep_texts(Kit& kit, const Side& side, const std::string& package,
                                     const std::vector<std::string>& paths);

}  // namespace kmesh
