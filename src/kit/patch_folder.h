// SPDX-License-Identifier: Apache-2.0
// A folder of patches, read through the disk's door.
#pragma once

#include <string>
#include <vector>

#include "base/disk.h"
#include "kit/series.h"

namespace kmesh {

enum class WithoutSeries { kRefuse, kByName };

// The patches in the order of the folder's series file; where it has none, all its *.patch and *.diff by
// name, if that is good enough for who asks. Errors: no folder, nothing in it, a name in the series without a
// file, a patch that cannot be read.
Result<std::vector<Patch>> read_patch_folder(Disk& disk, const std::string& folder, WithoutSeries otherwise);

}  // namespace kmesh
