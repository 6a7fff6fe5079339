// SPDX-License-Identifier: Apache-2.0
// A verdict's evidence, in a few words and as JSON, for every report that shows one. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "kit/plan.h"

namespace kmesh {

// "3 hunks, each at its own line"
std::string evidence_text(const PlannedPatch& planned);

// [{path, line, offset, match, text?}]
nlohmann::ordered_json evidence_json(const PlannedPatch& planned);

}  // namespace kmesh
