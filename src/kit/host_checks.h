// SPDX-License-Identifier: Apache-2.0
// What a host must have before anything is fetched.
#pragma once

#include <vector>

#include "kit/finding.h"
#include "kit/kit.h"

namespace kmesh {

// Every check, in the order of its table. The work folder is there and may be written.
std::vector<Finding> check_host(Kit& kit, const Options& options);

}  // namespace kmesh
