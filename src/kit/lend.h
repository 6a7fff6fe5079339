// SPDX-License-Identifier: Apache-2.0
// What one kernel's build has compiled, lent to the other's: both have the same source and configuration but
// for what the patches touch.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"
#include "kit/series.h"

namespace kmesh {

// Copies what `from` has and `to` has not, with its times: make finds it up to date. What the patches created
// is taken away again, and what they changed counts as new, so that all that depends on it is compiled. Both
// are configured trees with absolute paths, `from` patched and built, `to` neither. Errors: a copy that
// fails, with what cp says; `to` must be made anew then.
Result<void> lend_objects(Kit& kit, const std::string& from, const std::string& to,
                          const std::vector<const Patch*>& patches);

}  // namespace kmesh
