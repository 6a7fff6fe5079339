// SPDX-License-Identifier: Apache-2.0
// The text of the files a series touches, read from a source without unpacking it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/baseline.h"
#include "kit/kit.h"
#include "kit/plan.h"

namespace kmesh {

// Reads the paths (below the source's top folder); what is not there is not in the answer.
Result<TouchedFiles> read_touched(Kit& kit, const Source& source, const std::vector<std::string>& paths);

// The same from and to a folder: where they are kept for the next run, or a tree.
Result<std::vector<std::string>> keep_touched(Kit& kit, const TouchedFiles& files, const std::string& folder);
Result<TouchedFiles> kept_touched(Kit& kit, const std::vector<std::string>& paths, const std::string& folder);

}  // namespace kmesh
