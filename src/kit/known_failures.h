// SPDX-License-Identifier: Apache-2.0
// The table of known failures, by where they come from. Each has the log that showed it in
// tests/data/failures, named in rows.tsv there. Rows of one name are one failure in other words. Pure.
#pragma once

#include <string_view>
#include <vector>

namespace kmesh {

// What the kit does about it itself.
enum class Mend { kNone, kHelperType };

// The check that says what is compiled before the rest, because patches touch it.
inline constexpr std::string_view kTouchedFirst = "touched";

// In the texts {} stands for what the pattern's group caught, in all lines together: "flex, bison"; in the
// command {packages} stands for the Debian packages that have these, and {folder} for the work folder.
struct KnownFailure {
  std::string_view name;
  std::string_view mark;     // stands in every line of it: few lines are held against the pattern
  std::string_view pattern;  // POSIX ERE for one line
  std::size_t group = 0;     // 0: nothing is caught
  std::string_view cause;
  std::string_view remedy;
  std::string_view command = {};  // to copy
  std::string_view resume;        // the stage that the same command goes on with
  // the checks or stages that find it before the kernel is compiled, with blanks between; empty: none does.
  // tests/failures/preflight.sh measures it.
  std::string_view seen_by = {};
  std::string_view over = {};  // the row that it takes the place of where both are in a log, this one later
  Mend mend = Mend::kNone;
  bool tried =
      false;  // a shell says so of what a script merely tries, too: a compiler's error after it weighs more
};

const std::vector<KnownFailure>& host_failures();
const std::vector<KnownFailure>& source_failures();
const std::vector<KnownFailure>& tree_failures();

// All of them, in this order: where two rows fit one line the first is taken.
const std::vector<KnownFailure>& known_failures();

}  // namespace kmesh
