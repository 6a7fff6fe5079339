// SPDX-License-Identifier: Apache-2.0
// What one kernel's build has compiled, lent to another's: both have the same source and configuration but
// for what patches touch.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"

namespace kmesh {

// kGive: the lender's tree is not used any more, and its files may be the other's.
enum class Lending { kCopy, kGive };

// Puts into `to` what `from` has and `to` has not, with its times: make finds it up to date. Of the paths in
// `touched` (below the trees) those that are the same in both keep the lender's times, the others count as
// new, so that all that depends on them is compiled; and what only the lender has of them is taken away. Both
// are configured trees with absolute paths, `from` built, `to` not. Errors: a copy that fails, with what cp
// says; `to` must be made anew then.
Result<void> lend_objects(Kit& kit, const std::string& from, const std::string& to,
                          const std::vector<std::string>& touched, Lending lending);

}  // namespace kmesh
