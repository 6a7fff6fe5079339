// SPDX-License-Identifier: Apache-2.0
// What a build that was killed leaves: kbuild changes objects after they are there (objtool, symbol versions,
// sorted tables), programs are written in steps, and one that was killed in between is newer than its source
// and not whole. make would take it for done.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"
#include "kit/side.h"

namespace kmesh {

// Removes below `folder` what make made in the last minute before it was killed: the times are those of the
// files, so it may be called at any later time. Of the tree in that folder `seal` tells what is a source;
// without one, and beside the tree, names tell what is not. All absolute. Errors: the files cannot be listed
// or removed.
Result<void> remove_half_made(Kit& kit, const std::string& folder, const std::string& tree,
                              const std::string& seal);

// Of the lines of list_files: the paths make may have been at. `made` says what is not a source. Pure.
std::vector<std::string> half_made_in(std::string_view listing,
                                      const std::function<bool(std::string_view)>& made);

// A side's mark: it says from the moment make begins until it has come to its end that something may be
// half-made. `log`: what make said, where it did not make everything.
Result<void> note_compiling(Disk& disk, const Side& side);
Result<void> note_compiled(Disk& disk, const Side& side, bool made, const std::string& log);
// Make did not come to its end.
bool was_cut_off(Disk& disk, const Side& side);
// Nor did the kit that had begun it.
bool was_killed(Disk& disk, const Side& side);

// Whether make came to its end though something failed: then it has waited for all that it had begun, and
// removed what did not get ready. `log` is the whole one. Pure.
bool make_gave_up(std::string_view log);

// Whether the name is one of kbuild's that are changed after they are there. Pure.
bool is_made_in_steps(std::string_view path);

}  // namespace kmesh
