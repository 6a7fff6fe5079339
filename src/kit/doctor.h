// SPDX-License-Identifier: Apache-2.0
// What would fail in half an hour, said now: what a host must have before anything is fetched. What a tree
// needs besides is asked by tree_checks once there is one.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/finding.h"
#include "kit/kit.h"

namespace kmesh {

// check_host at the start of a build: its warnings. What was `built` once has its room on the disk already.
// Errors: what will fail, all of it.
Result<std::vector<std::string>> check_before(Kit& kit, const Options& options, bool built);

// The verb: the host, and the tree that lies prepared in the work folder.
Result<std::vector<Finding>> examine(Kit& kit, const Options& options);

}  // namespace kmesh
