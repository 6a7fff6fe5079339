// SPDX-License-Identifier: Apache-2.0
#include "kit/side.h"

#include <fmt/format.h>

#include <utility>

#include "kit/diagnose.h"

namespace kmesh {
namespace {

Result<void> run_logged(Kit& kit, const Side& side, Command wrapped, const std::string& what) {
  wrapped.log = side.log;
  wrapped.keep_output = true;
  KMESH_LET(exit, kit.processes.run(wrapped));
  if (!exit.ok()) return run_failed(what, exit, side);
  return {};
}

}  // namespace

tl::unexpected<Error> run_failed(const std::string& what, const Exit& exit, const Side& side) {
  const std::string log = fmt::format("the whole log is {}", side.log);
  const std::string& said = exit.output.empty() ? exit.tail : exit.output;
  const auto known = diagnose(said);
  if (!known) return fail(what, log, "", first_error(said));
  return fail(fmt::format("{}: {}", what, known->cause()),
              fmt::format("{}; then run the same command again, it goes on where it stopped\n  {}",
                          known->remedy(), log),
              known->command(side.folder), around(said, known->line));
}

Result<void> run_inside(Kit& kit, const Side& side, Command command, const std::string& what) {
  return run_logged(kit, side, side.sandbox.wrap(std::move(command)), what);
}

Result<void> run_inside_as_root(Kit& kit, const Side& side, Command command, const std::string& what) {
  return run_logged(kit, side, side.sandbox.wrap_as_root(std::move(command)), what);
}

}  // namespace kmesh
