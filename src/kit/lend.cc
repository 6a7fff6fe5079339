// SPDX-License-Identifier: Apache-2.0
#include "kit/lend.h"

#include <array>

namespace kmesh {
namespace {

constexpr std::array kConfigured = {"include/config", "include/generated", "arch/x86/include/generated"};

Result<void> run_lender(Kit& kit, std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  command.keep_output = true;
  KMESH_LET(exit, kit.processes.run(command));
  // some versions of cp exit with 1 where they left a file alone, without a word
  if (exit.ok() || (exit.code == 1 && exit.output.empty())) return {};
  return program_failed("what was compiled before cannot be used for this kernel", "", exit);
}

bool same(Kit& kit, const std::string& one, const std::string& other) {
  const auto first = kit.disk.sha256(one);
  const auto second = kit.disk.sha256(other);
  return first && second && *first == *second;
}

}  // namespace

Result<void> lend_objects(Kit& kit, const std::string& from, const std::string& to,
                          const std::vector<std::string>& touched, Lending lending) {
  std::vector<std::string> now = {"touch", "-c", "--"};
  std::vector<std::string> foreign;
  std::vector<std::string> kept;
  for (const auto& path : touched) {
    if (!kit.disk.exists(join(to, path)))
      foreign.push_back(path);
    else if (same(kit, join(from, path), join(to, path)))
      kept.push_back(path);
    else
      now.push_back(join(to, path));
  }
  // Configuring has made these anew, and everything depends on them. The others are the same, or make sees by
  // the configuration, which is newer, in what they are not.
  for (const auto* made : kConfigured) {
    const std::string folder = join(from, made);
    if (kit.disk.exists(folder)) KMESH_TRY(run_lender(kit, {"cp", "-a", "-T", "--", folder, join(to, made)}));
  }
  std::vector<std::string> copy = {"cp", "-a", "-n", "--", from + "/.", to};
  if (lending == Lending::kGive) copy.insert(copy.begin() + 1, "-l");
  KMESH_TRY(run_lender(kit, std::move(copy)));
  for (const auto& path : foreign) KMESH_TRY(kit.disk.remove_all(join(to, path)));
  for (const auto& path : kept)
    KMESH_TRY(run_lender(kit, {"touch", "-r", join(from, path), "--", join(to, path)}));
  return now.size() == 3 ? Result<void>() : run_lender(kit, std::move(now));
}

}  // namespace kmesh
