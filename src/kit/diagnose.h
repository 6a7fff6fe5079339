// SPDX-License-Identifier: Apache-2.0
// What went wrong, from a build's log: rows of a table (known_failures.cc), each with the log that showed it
// below tests/data/failures. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kmesh {

// What the kit does about it itself.
enum class Mend { kNone, kHelperType };

// In the texts {} stands for what the pattern's group caught, in all lines together: "flex, bison"; in the
// command {packages} stands for the Debian packages that have these, and
// {folder} for the work folder.
struct KnownFailure {
  std::string_view name;
  std::string_view mark;     // stands in every line of it: few lines are held against the pattern
  std::string_view pattern;  // POSIX ERE for one line
  std::size_t group = 0;     // 0: nothing is caught
  std::string_view cause;
  std::string_view remedy;
  std::string_view command = {};  // to copy
  std::string_view resume;        // the stage that the same command goes on with
  std::string_view seen_by = {};  // the check that finds it before anything is compiled; empty: none does
  Mend mend = Mend::kNone;
};

const std::vector<KnownFailure>& known_failures();

struct Diagnosis {
  const KnownFailure* failure = nullptr;
  std::size_t line = 0;               // of the log, from 1: the first that shows it
  std::string text;                   // that line
  std::vector<std::string> subjects;  // what the group caught, each once, in the log's order

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
