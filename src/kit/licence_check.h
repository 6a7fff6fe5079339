// SPDX-License-Identifier: Apache-2.0
// Modules of another licence than the GPL that call what the kernel keeps for GPL ones: modpost refuses them
// after all has been compiled, and their sources say so before.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kit/finding.h"
#include "kit/kit.h"
#include "kit/side.h"

namespace kmesh {

// The licence that a source declares with MODULE_LICENSE; empty where it declares none. Pure.
std::string declared_licence(std::string_view source);

// Whether the kernel gives a module of that licence what it exports for GPL ones. Pure.
// Source: include/linux/license.h.
bool is_gpl_compatible(std::string_view licence);

// "licences": of the module's own sources (ko_src), of those that lie in the side for a module's build, and
// of the sources in `tree` that patches touched. What macros and inline functions of headers call is not
// seen.
Finding licence_check(Kit& kit, const Side& side, const std::string& tree,
                      const std::vector<std::string>& touched);

}  // namespace kmesh
