// SPDX-License-Identifier: Apache-2.0
// One of the two kernels of a build: the baseline as it comes, or the enhanced one. Both are made the same
// way, each in a folder of its own that its sandbox sees as /kmesh.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/baseline.h"
#include "kit/kit.h"
#include "kit/sandbox.h"

namespace kmesh {

struct Side {
  std::string name;    // "baseline" | "enhanced"
  std::string folder;  // absolute; /kmesh inside
  std::string log;     // absolute
  Sandbox sandbox;

  [[nodiscard]] std::string path(std::string_view below) const { return join(folder, below); }
  [[nodiscard]] std::string inside(std::string_view below) const { return sandbox.inside(path(below)); }
};

// The failure of a program that ran there: `what`, with the cause where the table of known failures has it,
// and the first line that tells of it.
tl::unexpected<Error> run_failed(const std::string& what, const Exit& exit, const Side& side);

// Runs it in the side's sandbox; what it says goes to the side's log. Errors: run_failed's.
Result<void> run_inside(Kit& kit, const Side& side, Command command, const std::string& what);
// The same as root of the sandbox, for what installs.
Result<void> run_inside_as_root(Kit& kit, const Side& side, Command command, const std::string& what);

// What `make` is told besides its targets.
struct Make {
  unsigned jobs = 1;
  std::string compiler;  // "ccache gcc"
  bool wrapped =
      false;  // the spec is somebody's and calls gcc: the compiler stands in its way under that name
  std::vector<std::string> first = {};  // objects, below the tree, that are compiled before the others
};

}  // namespace kmesh
