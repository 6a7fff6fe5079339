// SPDX-License-Identifier: Apache-2.0
// What a call of a verb must be before anything is made or fetched: the names it gives stand for something.
#pragma once

#include <string>

#include "base/result.h"
#include "kit/adapting.h"
#include "kit/kit.h"
#include "kit/planning.h"

namespace kmesh {

// Errors are wrong calls: an unknown baseline or configuration (with the nearest one), a checksum that is
// none, options that contradict each other.
Result<void> check_call(Disk& disk, const Data& data, const Options& options);
Result<void> check_plan_call(Disk& disk, const Data& data, const PlanOptions& options);
Result<void> check_adapt_call(Disk& disk, const Data& data, const AdaptOptions& options);

// Sets the compiler and, where it is one of a farm (distcc, icecc), what the sandbox must let it have: the
// network and the variables that say where the others are.
void take_compiler(Options& options, const std::string& words);

}  // namespace kmesh
