// SPDX-License-Identifier: Apache-2.0
// What a host must have before anything is fetched.
#pragma once

#include <string>
#include <vector>

#include "kit/finding.h"
#include "kit/kit.h"

namespace kmesh {

// Every check, in the order of its table. The work folder is there and may be written.
std::vector<Finding> check_host(Kit& kit, const Options& options);

// NAME=VALUE of the environment, where a kernel's makefiles would take it: what a build without a sandbox is
// under.
std::vector<std::string> environment_for_make(Kit& kit);

}  // namespace kmesh
