// SPDX-License-Identifier: Apache-2.0
// What a build that was killed leaves: kbuild changes objects after they are there (objtool, symbol versions,
// sorted tables), and one that was killed in between is newer than its source. make would take it for done.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"

namespace kmesh {

// Removes from the tree (absolute) what make made in the last minute before it was killed: the times are
// those of the files, so it may be called at any later time. Errors: the files cannot be listed or removed.
Result<void> remove_half_made(Kit& kit, const std::string& tree);

// Of the lines of list_files: the paths make may have been at. Pure.
std::vector<std::string> half_made_in(std::string_view listing);

}  // namespace kmesh
