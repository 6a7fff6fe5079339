// SPDX-License-Identifier: Apache-2.0
// The seed's edit of a kernel.spec: kABI check off, a Source line for each patch, and a strict `patch` line
// in %prep. Pure: text in, text out; only adds lines, and adding them twice changes nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

// Errors: no %prep, no Source line, no place where the patches could be applied.
Result<std::string> edit_spec(std::string_view spec, const std::vector<std::string>& patches);

// The spec as it was before edit_spec, to the byte.
std::string undo_spec(std::string_view edited);

}  // namespace kmesh
