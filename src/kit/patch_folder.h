// SPDX-License-Identifier: Apache-2.0
// A folder of patches, read through the disk's door.
#pragma once

#include <string>
#include <vector>

#include "base/disk.h"
#include "kit/series.h"

namespace kmesh {

// kBuild: what is built from has a series, with plain names and -p1. kQuilt: a stranger's folder as quilt
// reads it, or without a series file all its *.patch and *.diff by name.
enum class Rules { kBuild, kQuilt };

// The patches in the order of the folder's series file. Errors: no folder, nothing in it, a name in the
// series without a file or with one that a link leads out of the folder to, a patch that cannot be read.
Result<std::vector<Patch>> read_patch_folder(Disk& disk, const std::string& folder, Rules rules);

// The same by quilt's rules, where a patch that cannot be read stands among the others and says why (unread).
Result<std::vector<Patch>> read_each_patch(Disk& disk, const std::string& folder);

}  // namespace kmesh
