// SPDX-License-Identifier: Apache-2.0
// dpkg's diversions: a package's versions of a file go to another name, and what lies at its own stays. Of
// any root; paths are as that root sees them.
#pragma once

#include <string>

#include "base/result.h"
#include "kit/kit.h"

namespace kmesh {

// Whether the root is one of dpkg's and this host has dpkg-divert.
bool can_divert(Kit& kit, const std::string& root);

// The package that owns the file; empty: none does.
Result<std::string> package_of(Kit& kit, const std::string& root, const std::string& path);

// Who diverts it: a package, or LOCAL; empty: nobody.
Result<std::string> diverted_by(Kit& kit, const std::string& root, const std::string& path);

// Adds a local diversion, or takes it away where it is. Neither touches the file.
Result<void> divert(Kit& kit, const std::string& root, const std::string& path, const std::string& to);
Result<void> undivert(Kit& kit, const std::string& root, const std::string& path, const std::string& to);

}  // namespace kmesh
