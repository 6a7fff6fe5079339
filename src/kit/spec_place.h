// SPDX-License-Identifier: Apache-2.0
// Where in %prep further patches are applied: in the kernel tree's own folder, behind the distribution's last
// patch, before the tree is copied, configured or packed, and whatever the spec's conditions are. Pure. What
// is not understood is refused, never guessed.
#pragma once

#include <cstddef>
#include <string>

#include "kit/spec_lines.h"

namespace kmesh {

struct PrepPlace {
  std::size_t line = 0;  // of the file, from 0: lines go before it
  std::string folder;    // of the kernel tree, from where the shell is at that place; empty: it is there
  std::string reason;    // "behind line 12: %patch2 -p1, in linux-5.10"
};

// Errors: no %prep or several, no tree that is entered, patches in two trees, a copy in between, a folder
// that depends on a condition. Each names its lines.
Result<PrepPlace> find_prep_place(const SpecText& spec);

}  // namespace kmesh
