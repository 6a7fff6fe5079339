// SPDX-License-Identifier: Apache-2.0
// The report of a build in its work folder: report.json, report.txt, report.html.
#pragma once

#include <string>

#include "base/result.h"
#include "kit/kit.h"
#include "kit/report.h"

namespace kmesh {

Result<void> write_report(Kit& kit, const Report& report, const std::string& work);

// An older report must not speak for a new run, not even where a full disk keeps a new one from being
// written.
Result<void> forget_report(Kit& kit, const std::string& work);

}  // namespace kmesh
