// SPDX-License-Identifier: Apache-2.0
// Which patch of a series is behind a type's or a symbol's change, read from its hunks. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kit/series.h"
#include "kit/type_diff.h"

namespace kmesh {

struct Cause {
  std::string patch;     // its file
  std::string evidence;  // "include/net/tcp.h:2264: +u32 flags;"
};

// A line that a patch takes away or adds, and what it stands in.
struct ChangedLine {
  std::string patch;
  std::string path;
  int number = 0;  // in the new file; in the old one for a line that goes
  char kind = '+';
  std::string text;    // blanks as one, comments gone
  std::string within;  // "struct tcp_ulp_ops"; kOutside; empty: the hunk does not show it
  bool indented = false;
};

inline constexpr std::string_view kOutside = "outside";

std::vector<ChangedLine> changed_lines(const std::vector<Patch>& patches);

// The patches that change lines of the type's definition; where hunks do not show whose lines they are, those
// that declare the same member. None: no patch explains it.
std::vector<Cause> causes_of_type(const TypeChange& type, const std::vector<ChangedLine>& lines);

// The patches that export the symbol, or no longer do, or in another way.
std::vector<Cause> causes_of_export(std::string_view symbol, const std::vector<ChangedLine>& lines);

// The patches that change a function's declaration.
std::vector<Cause> causes_of_declaration(std::string_view function, const std::vector<ChangedLine>& lines);

// What a line of C declares within a type: "flags" of "u32 flags;", "init" of "int (*init)(void);", "A" of
// "A = 1,". Empty: nothing.
std::string declared_name(std::string_view line);

}  // namespace kmesh
