// SPDX-License-Identifier: Apache-2.0
// What one check of a host or of a tree found, and how many of them are told together.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

enum class Grade { kOk, kWarning, kFailure };

struct Finding {
  std::string check;  // "tools"; rows of known_failures name the check that sees them before
  Grade grade = Grade::kOk;
  std::string text;  // of one that is well
  Error error;       // of the others
};

inline Finding well(std::string_view check, std::string text) {
  return {std::string(check), Grade::kOk, std::move(text), {}};
}
inline Finding bad(std::string_view check, Error error) {
  return {std::string(check), Grade::kFailure, {}, std::move(error)};
}
inline Finding doubtful(std::string_view check, Error error) {
  return {std::string(check), Grade::kWarning, {}, std::move(error)};
}

// One error of all that will fail. Alone, a failure speaks for itself; of several each is told whole.
Result<void> all_well(const std::vector<Finding>& findings);

// The warnings among them, a line each.
std::vector<std::string> warnings_of(const std::vector<Finding>& findings);

// For people, and as JSON: {ok, checks: [{check, grade, text | what, hint, command}]}.
std::string findings_text(const std::vector<Finding>& findings);
std::string findings_json(const std::vector<Finding>& findings);

}  // namespace kmesh
