// SPDX-License-Identifier: Apache-2.0
#include "kit/known_failures.h"

namespace kmesh {

const std::vector<KnownFailure>& known_failures() {
  static const std::vector<KnownFailure> all = [] {
    std::vector<KnownFailure> rows;
    for (const auto* part : {&host_failures(), &source_failures(), &tree_failures()})
      rows.insert(rows.end(), part->begin(), part->end());
    return rows;
  }();
  return all;
}

}  // namespace kmesh
