// SPDX-License-Identifier: Apache-2.0
// A verdict's evidence, in a few words and as JSON, for every report that shows one. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "kit/plan.h"

namespace kmesh {

// "3 hunks, each at its own line"
std::string evidence_text(const PlannedPatch& planned);

// "net/core/filter.c:10-16: forward, 2 lines further down"; of a pattern the line that has it
std::string hunk_text(const Evidence& item);

// Puts in "evidence": [{path, line, offset, match, old_lines, new_lines, expected?, found?, text?}] and,
// where it does not tell all, "notes".
void put_evidence(const PlannedPatch& planned, nlohmann::ordered_json& into);

}  // namespace kmesh
