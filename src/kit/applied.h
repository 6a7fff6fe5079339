// SPDX-License-Identifier: Apache-2.0
// Whether a prepared tree has the patches: a spec's %prep is somebody's, and may go another way than its
// lines tell.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"
#include "kit/series.h"

namespace kmesh {

// `tree` is absolute. Errors: a patch that would still go in, or goes in by halves; one whose lines were
// changed after it went in is no error.
Result<void> check_applied(Kit& kit, const std::string& tree, const std::vector<const Patch*>& patches);

}  // namespace kmesh
