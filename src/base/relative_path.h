// SPDX-License-Identifier: Apache-2.0
// Names that come from inside packages and patches, checked before they become paths.
#pragma once

#include <algorithm>
#include <string_view>

namespace kmesh {

// True where the path names something below its folder: relative, no "." or "..", no empty part.
inline bool safe_relative_path(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return false;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    const bool trailing_slash = part.empty() && at > 0 && end == path.size();
    if (part == ".." || part == "." || (part.empty() && !trailing_slash)) return false;
    at = end + 1;
  }
  return true;
}

}  // namespace kmesh
