// SPDX-License-Identifier: Apache-2.0
// Walking over text without copying it.
#pragma once

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

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

// What stands between blanks, tabs and line ends.
inline std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(std::move(word));
  return words;
}

}  // namespace kmesh
