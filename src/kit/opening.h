// SPDX-License-Identifier: Apache-2.0
// The first stages of a build: from a baseline's name, or a source of one's own, to a source that is frozen,
// with what it wants installed and the configuration it is built with.
#pragma once

#include <string>

#include "base/result.h"
#include "kit/baseline.h"
#include "kit/journal.h"
#include "kit/kit.h"
#include "kit/report.h"
#include "kit/stage.h"
#include "kit/stages.h"

namespace kmesh {

// A stage of source packages alone, within the step baseline.
inline constexpr const char* kRequirements = "requirements";

struct Opened {
  BaselineRow row;
  Source source;
  ConfigChoice config;  // without meaning where the source is a package, which brings its own
};

// Says in the report what was opened, and its warnings. `cache` is the compiler cache, for the sandboxes.
Result<Opened> open_source(Kit& kit, const Options& options, Journal& journal, Stages& stages, Report& report,
                           const std::string& cache);

}  // namespace kmesh
