// SPDX-License-Identifier: Apache-2.0
// What went wrong, from a build's log: the table of known failures, held against each of its lines. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kit/known_failures.h"

namespace kmesh {

struct Diagnosis {
  const KnownFailure* failure = nullptr;
  std::size_t line = 0;               // of the log, from 1: the first that shows it
  std::string text;                   // that line
  std::vector<std::string> subjects;  // what the group caught, each once, in the log's order
  bool several = false;               // rows tell of what is missing, not `failure` alone

  [[nodiscard]] std::string cause() const;
  [[nodiscard]] std::string remedy() const;
  // `folder`: where the build is, for {folder}.
  [[nodiscard]] std::string command(std::string_view folder = ".") const;
};

// The known failure that a log shows first; nothing where there is none.
std::optional<Diagnosis> diagnose(std::string_view log);

// The number, from 1, of the first line that tells of an error rather than of make's giving up; 0: none.
std::size_t first_error_line(std::string_view log);

// That line with what belongs to it; the end of the log where no line tells.
std::string first_error(std::string_view log);

// Lines around one, for a person.
std::string around(std::string_view log, std::size_t line);

}  // namespace kmesh
