// SPDX-License-Identifier: Apache-2.0
// The verbs, and what is said of all of them together.
#pragma once

#include <string>
#include <vector>

#include "help/form.h"

namespace kmesh {

const Verb* verb_named(const std::string& name);
std::vector<std::string> verb_names();

// With every verb's page.
ProgramText program_text();

}  // namespace kmesh
