// SPDX-License-Identifier: Apache-2.0
#include "kit/side.h"

#include <fmt/format.h>

#include <utility>

namespace kmesh {
namespace {

Result<void> run_logged(Kit& kit, const Side& side, Command wrapped, const std::string& what) {
  wrapped.log = side.log;
  KMESH_LET(exit, kit.processes.run(wrapped));
  if (!exit.ok()) return program_failed(what, fmt::format("the whole log is {}", side.log), exit);
  return {};
}

}  // namespace

Result<void> run_inside(Kit& kit, const Side& side, Command command, const std::string& what) {
  return run_logged(kit, side, side.sandbox.wrap(std::move(command)), what);
}

Result<void> run_inside_as_root(Kit& kit, const Side& side, Command command, const std::string& what) {
  return run_logged(kit, side, side.sandbox.wrap_as_root(std::move(command)), what);
}

}  // namespace kmesh
