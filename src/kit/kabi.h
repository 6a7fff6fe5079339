// SPDX-License-Identifier: Apache-2.0
// The kabi verb: what changed for modules between two kernels, and which patch did it; and the part of it
// that stands in a build's report.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/kabi_report.h"
#include "kit/kabi_summary.h"
#include "kit/kit.h"
#include "kit/plan.h"

namespace kmesh {

struct KabiOptions {
  std::string old;                   // absolute; what find_kabi_side takes
  std::string now;                   // absolute
  std::string old_vmlinux;           // absolute; empty: beside Module.symvers, if it is there
  std::string new_vmlinux;           // absolute
  std::string series;                // absolute: folder of patches; empty: none
  std::vector<std::string> modules;  // absolute
  bool abidiff = false;
  std::string work;  // absolute
  bool sandbox = true;
};

// Errors: a side, module or series that cannot be had; a program that is missing. What differs is none.
Result<KabiReport> compare_kabi(Kit& kit, const KabiOptions& options);

// The comparison of a build's two sides (their folders, absolute), kept below `work` for the next run.
// Nothing that goes wrong with it stops a build: it is said in the summary's note.
KabiSummary kabi_summary(Kit& kit, const std::string& old, const std::string& now, const std::string& work,
                         bool sandbox, const std::vector<const PlannedPatch*>& patches);

}  // namespace kmesh
