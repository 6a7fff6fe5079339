// SPDX-License-Identifier: Apache-2.0
#include "kit/applied.h"

#include <fmt/format.h>

#include <algorithm>

#include "kit/plan.h"
#include "kit/touched.h"

namespace kmesh {

Result<void> check_applied(Kit& kit, const std::string& tree, const std::vector<const Patch*>& patches) {
  KMESH_LET(texts, kept_touched(kit, paths_touched(patches), tree));
  std::vector<Patch> series;
  for (const auto* patch : patches) series.push_back(*patch);
  for (const auto& planned : make_plan(series, texts).patches) {
    const bool some = planned.verdict == Verdict::kPartial &&
                      std::any_of(planned.evidence.begin(), planned.evidence.end(),
                                  [](const Evidence& item) { return item.match == "forward"; });
    if (planned.verdict != Verdict::kNeeded && !some) continue;
    return fail(
        fmt::format("%prep ended well, and {} is not in a tree that is built ({})", planned.patch.file, tree),
        "the line that applies it was not run, or ran in another folder, or behind a copy of the tree: the "
        "spec's %prep goes another way than its lines tell. Apply the patches in the spec yourself, and "
        "build "
        "that");
  }
  return {};
}

}  // namespace kmesh
