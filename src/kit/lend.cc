// SPDX-License-Identifier: Apache-2.0
#include "kit/lend.h"

#include <array>
#include <set>

namespace kmesh {
namespace {

constexpr std::array kConfigured = {"include/config", "include/generated", "arch/x86/include/generated"};

Result<void> run(Kit& kit, std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  command.keep_output = true;
  KMESH_LET(exit, kit.processes.run(command));
  // some versions of cp exit with 1 where they left a file alone, without a word
  if (exit.ok() || (exit.code == 1 && exit.output.empty())) return {};
  return program_failed("what the enhanced kernel has compiled cannot be used for the other one", "", exit);
}

}  // namespace

Result<void> lend_objects(Kit& kit, const std::string& from, const std::string& to,
                          const std::vector<const Patch*>& patches) {
  KMESH_TRY(run(kit, {"cp", "-a", "-n", "--", from + "/.", to}));
  // Configuring has made these anew, and everything depends on them. The others are the same, or make sees by
  // the configuration, which is newer, in what they are not.
  for (const auto* made : kConfigured) {
    const std::string folder = join(from, made);
    if (kit.disk.exists(folder)) KMESH_TRY(run(kit, {"cp", "-a", "-T", "--", folder, join(to, made)}));
  }
  std::set<std::string> changed;
  for (const Patch* patch : patches) {
    for (const auto& file : patch->files) {
      if (file.old_path.empty()) {
        KMESH_TRY(kit.disk.remove_all(join(to, file.new_path)));
        changed.erase(file.new_path);
      } else {
        changed.insert(file.old_path);
      }
    }
  }
  if (changed.empty()) return {};
  std::vector<std::string> touch = {"touch", "-c", "--"};
  for (const auto& path : changed) touch.push_back(join(to, path));
  return run(kit, std::move(touch));
}

}  // namespace kmesh
