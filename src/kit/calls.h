// SPDX-License-Identifier: Apache-2.0
// What a call of a verb must be before anything is made or fetched: the names it gives stand for something.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "kit/adapting.h"
#include "kit/kit.h"
#include "kit/planning.h"

namespace kmesh {

// slim, debug, distro: what --config takes besides a file.
bool is_named_config(const std::string& word);

// Errors are wrong calls: an unknown baseline or configuration (with the nearest one), a checksum that is
// none, options that contradict each other.
Result<void> check_call(Disk& disk, const Data& data, const Options& options);
Result<void> check_plan_call(Disk& disk, const Data& data, const PlanOptions& options);
Result<void> check_adapt_call(Disk& disk, const Data& data, const AdaptOptions& options);

// The environment's variables of a compiler farm, where the compiler is one (distcc, icecc).
std::map<std::string, std::string> farm_of(const std::string& compiler);

}  // namespace kmesh
