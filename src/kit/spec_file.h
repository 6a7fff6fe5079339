// SPDX-License-Identifier: Apache-2.0
// The spec verb: edits a spec where it lies, or takes the edit back. Whole or not at all.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"
#include "kit/spec_edit.h"

namespace kmesh {

struct SpecOptions {
  std::string file;                  // absolute
  std::vector<std::string> patches;  // files, absolute
  std::string sources;               // absolute: the folder of its sources; empty: as rpmbuild lays them out
  std::string work;                  // absolute: for what rpm is asked
  bool undo = false;
  bool sandbox = true;
};

struct SpecReport {
  std::string file;
  bool undo = false;
  bool changed = false;
  SpecEdit edit;
};

// Errors: what edit_with_rpm says; a patch that is not there. The file is as it was then.
Result<SpecReport> change_spec_file(Kit& kit, const SpecOptions& options);

std::string spec_text(const SpecReport& report);
std::string spec_json(const SpecReport& report);

}  // namespace kmesh
