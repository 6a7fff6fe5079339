// SPDX-License-Identifier: Apache-2.0
// Walking over text without copying it.
#pragma once

#include <string_view>

namespace kmesh {

// Calls `each` with every line, without its end; what follows the last line end is one too, unless it is
// empty.
template <typename Each>
void each_line(std::string_view text, Each each) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    each(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace kmesh
