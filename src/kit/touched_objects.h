// SPDX-License-Identifier: Apache-2.0
// The objects that a build makes of what patches changed: compiled before the others, an error in a patch is
// seen within a minute and not in half an hour.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"

namespace kmesh {

// Paths below `tree`, sorted: the objects of each changed C and assembler file, and those that a changed
// Makefile lists and has no source for; all only where the configuration builds them. `touched`: what patches
// changed, below the tree. What is not plain in the Makefiles (conditions, computed names) is left out: the
// build itself comes to it. Source of the rules: Documentation/kbuild/makefiles.rst.
std::vector<std::string> touched_objects(Disk& disk, const std::string& tree,
                                         const std::vector<std::string>& touched, std::string_view config);

// Whether kbuild reads a file of that name for its folder's objects. Pure.
bool is_makefile(std::string_view name);

// How many objects the tree's Makefiles list that have a source of their own: about as many as a build of
// this configuration compiles, for the progress of a first one.
std::size_t objects_expected(Disk& disk, const std::string& tree, std::string_view config);

// What a Makefile of kbuild's lists and the configuration takes: objects, also those that others are linked
// of, and folders with their slash. Pure.
std::vector<std::string> listed_goals(std::string_view makefile, std::string_view config);

// Those of a touched Makefile's objects that have neither a source in the tree nor, in that Makefile, parts
// or a rule.
std::vector<std::string> objects_without_source(Disk& disk, const std::string& tree,
                                                const std::vector<std::string>& touched,
                                                std::string_view config);

}  // namespace kmesh
