// SPDX-License-Identifier: Apache-2.0
#include "kit/applied.h"

#include <fmt/format.h>

#include <algorithm>

#include "kit/plan.h"

namespace kmesh {

Result<void> check_applied(Disk& disk, const std::string& tree, const std::vector<const Patch*>& patches) {
  TouchedFiles texts;
  for (const auto& path : paths_touched(patches)) {
    const std::string file = join(tree, path);
    if (!disk.exists(file)) continue;
    KMESH_LET(text, disk.read(file));
    texts[path] = std::move(text);
  }
  std::vector<Patch> series;
  for (const auto* patch : patches) series.push_back(*patch);
  for (const auto& planned : make_plan(series, texts).patches) {
    const bool some = planned.verdict == Verdict::kPartial &&
                      std::any_of(planned.evidence.begin(), planned.evidence.end(),
                                  [](const Evidence& item) { return item.match == "forward"; });
    if (planned.verdict != Verdict::kNeeded && !some) continue;
    return fail(
        fmt::format("%prep ended well, and {} is not in the tree that it left ({})", planned.patch.file,
                    tree),
        "the line that applies it was not run, or ran in another folder: the spec's %prep goes another way "
        "than its lines tell. Apply the patches in the spec yourself, and build that");
  }
  return {};
}

}  // namespace kmesh
