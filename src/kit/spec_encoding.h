// SPDX-License-Identifier: Apache-2.0
// Which of a spec's lines are no UTF-8: rpm takes a package's texts in no other encoding, and names no line.
// Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"

namespace kmesh {

bool is_utf8(std::string_view text);

// The error of a spec that rpm refused for its encoding, with the lines that are in another; nothing where
// rpm's words (`said`) are about something else. The kit's own lines are not counted.
std::optional<Error> encoding_error(std::string_view spec, std::string_view said);

}  // namespace kmesh
