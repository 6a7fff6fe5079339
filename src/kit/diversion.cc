// SPDX-License-Identifier: Apache-2.0
#include "kit/diversion.h"

#include <fmt/format.h>

namespace kmesh {
namespace {

constexpr const char* kAdmin = "var/lib/dpkg";

Result<Exit> run_dpkg(Kit& kit, std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  command.env = {{"LC_ALL", "C.UTF-8"}};
  command.keep_output = true;
  return kit.processes.run(command);
}

Result<std::string> dpkg_divert(Kit& kit, const std::string& root, const std::vector<std::string>& what) {
  std::vector<std::string> argv = {"dpkg-divert", "--admindir", join(root, kAdmin), "--instdir", root};
  argv.insert(argv.end(), what.begin(), what.end());
  KMESH_LET(exit, run_dpkg(kit, argv));
  if (!exit.ok()) return program_failed("dpkg-divert failed", "", exit);
  return exit.output.substr(0, exit.output.find('\n'));
}

}  // namespace

bool can_divert(Kit& kit, const std::string& root) {
  return kit.disk.exists(join(root, kAdmin)) && !kit.processes.find("dpkg-divert").empty();
}

Result<std::string> package_of(Kit& kit, const std::string& root, const std::string& path) {
  KMESH_LET(exit, run_dpkg(kit, {"dpkg-query", "--admindir", join(root, kAdmin), "--search", path}));
  if (exit.code == 1 && !exit.timed_out) return std::string();
  if (!exit.ok()) return program_failed("dpkg-query cannot say whose the header is", "", exit);
  return exit.output.substr(0, exit.output.find(": "));
}

Result<std::string> diverted_by(Kit& kit, const std::string& root, const std::string& path) {
  return dpkg_divert(kit, root, {"--listpackage", path});
}

Result<void> divert(Kit& kit, const std::string& root, const std::string& path, const std::string& to) {
  KMESH_TRY(dpkg_divert(kit, root, {"--quiet", "--local", "--no-rename", "--divert", to, "--add", path}));
  return {};
}

Result<void> undivert(Kit& kit, const std::string& root, const std::string& path, const std::string& to) {
  KMESH_TRY(dpkg_divert(kit, root, {"--quiet", "--local", "--no-rename", "--divert", to, "--remove", path}));
  return {};
}

}  // namespace kmesh
