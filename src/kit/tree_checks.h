// SPDX-License-Identifier: Apache-2.0
// What a tree that is unpacked, patched and configured will stumble over while it is compiled: asked of it
// before.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/finding.h"
#include "kit/helper_docs.h"
#include "kit/kit.h"
#include "kit/side.h"

namespace kmesh {

struct TreeState {
  std::vector<Finding> findings;
  HelperDocs docs;  // what was mended of them, or is to be
};

// `tree` is absolute, below the side, and may have a .config. `compiler` as in Make. `touched`: what patches
// changed, below the tree. Where it only looks it changes nothing.
TreeState check_tree(Kit& kit, const Side& side, const std::string& tree, const std::string& compiler,
                     const std::vector<std::string>& touched, Docs docs);

}  // namespace kmesh
