// SPDX-License-Identifier: Apache-2.0
// The recipe: one call a stage, in the data's order. Stages never call each other.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/boot.h"
#include "kit/kit.h"
#include "kit/report.h"

namespace kmesh {

// Source to proven package, in options.work, going on where an earlier run stopped. The report is written to
// WORK/report.{json,txt,html} in any case that got as far as a plan.
Result<Report> build(Kit& kit, const Options& options);

// The names --until takes, in order.
std::vector<std::string> stage_names();

struct ProveOptions {
  std::string image;    // a bzImage, or a folder with one
  std::string against;  // the same; empty: no control
  std::string module;   // kmesh.ko for the image; empty: the one beside it
  std::string against_module;
  std::string work;
  BootOptions guest;  // of both
};

// Boots any image with the probes, alone or against another.
Result<Report> prove(Kit& kit, const ProveOptions& options);

}  // namespace kmesh
