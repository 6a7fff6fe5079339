// SPDX-License-Identifier: Apache-2.0
// What a kernel is made with, beside what it is made of. What one set of tools has compiled no other goes on
// with.
#pragma once

#include "kit/facts.h"
#include "kit/kit.h"

namespace kmesh {

// The programs whose output is in a kernel, each as the first line it says of its version; and without a
// sandbox the work folder's path and what make takes from the environment, for both are in what it makes.
Facts means_of(Kit& kit, const Options& options, const std::string& compiler);

}  // namespace kmesh
