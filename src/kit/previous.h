// SPDX-License-Identifier: Apache-2.0
// The tree that was built before a patch was edited: what it has compiled and the patch does not touch is not
// compiled again. It is kept in WORK/previous from the moment its side is laid out anew until the new tree is
// prepared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"
#include "kit/side.h"

namespace kmesh {

struct Previous {
  std::string key;                   // of all but the patches: source, configuration, compiler
  std::vector<std::string> touched;  // by its patches, below the tree
};

// Moves the side's tree aside. `folder` is WORK/previous.
Result<void> keep_previous(Kit& kit, const Side& side, Output output, const std::string& folder,
                           const Previous& previous);

// Gives what was kept to the prepared side, if its key is the same, and removes the rest. `touched`: by the
// patches of the new tree. True if it was of use.
Result<bool> use_previous(Kit& kit, const Side& side, Output output, const std::string& folder,
                          const Previous& now);

}  // namespace kmesh
