// SPDX-License-Identifier: Apache-2.0
// The plan verb: what each patch needs on each source named, before anything is unpacked or built.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"
#include "kit/matrix.h"
#include "kit/sources.h"

namespace kmesh {

struct PlanOptions {
  std::vector<std::string> baselines;  // names; none, and no other source: 5.10
  std::vector<std::string> tarballs;
  std::vector<std::string> packages;  // source RPMs
  std::vector<std::string> keys;      // files with the public keys that sign them
  std::vector<std::string> trees;
  std::vector<std::string> revisions;  // of the one tree, which is a git repository
  std::vector<std::string> sha256;     // of the tarballs, in their order
  std::string series;                  // a folder of patches; empty: the archive's
  SourceOptions sources;
};

// Errors: what a source or a series has; a source the archive has no series for, unless one is named.
Result<Matrix> plan_sources(Kit& kit, const PlanOptions& options);

}  // namespace kmesh
