// SPDX-License-Identifier: Apache-2.0
#include "kit/tree_edit.h"

#include <fmt/format.h>

namespace kmesh {

Result<void> patch_tree(Kit& kit, const std::string& series, const std::vector<const PlannedPatch*>& needed,
                        const Side& side) {
  for (const auto* planned : needed) {
    kit.status.doing(planned->patch.file);
    Command command;
    command.argv = {"patch", "-s",
                    "-F0",   "-E",
                    "-p1",   "--no-backup-if-mismatch",
                    "-i",    join(series, planned->patch.file)};
    command.folder = side.path("tree");
    command.log = side.log;
    KMESH_LET(exit, kit.processes.run(command));
    if (exit.ok()) continue;
    KMESH_TRY(kit.disk.remove_all(side.path("tree")));
    return program_failed(
        fmt::format("{} was planned, but patch refused it", planned->patch.file),
        "the tree was removed; run the same command again, and report this as a defect of the plan", exit);
  }
  return {};
}

}  // namespace kmesh
