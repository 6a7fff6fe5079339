// SPDX-License-Identifier: Apache-2.0
#include "help/completion.h"

#include <algorithm>
#include <cctype>

namespace kmesh {

Values values_of(const OptionText& option, const Kinds& kinds) {
  Values values;
  for (const auto& word : option.words) {
    const auto kind = kinds.find(word);
    if (word == "FILE") {
      values.file = true;
    } else if (word == "DIR") {
      values.folder = true;
    } else if (kind != kinds.end()) {
      values.words.insert(values.words.end(), kind->second.begin(), kind->second.end());
    } else if (std::islower(static_cast<unsigned char>(word[0]))) {
      values.words.push_back(word);
    }
  }
  return values;
}

std::string function_of(const ProgramText& program) {
  std::string name = "_" + program.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace kmesh
