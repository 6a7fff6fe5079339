// SPDX-License-Identifier: Apache-2.0
// C header text as the preprocessor's first phases leave it: lines joined, comments gone, directives apart
// from tokens; and macros with the place where each holds, which expand into tokens again. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

using Tokens = std::vector<std::string>;

// Identifiers, numbers and single punctuation marks, but "##" and "..."; literals of any kind become "\"".
Tokens tokens_of(std::string_view text);
bool is_identifier(std::string_view token);

struct Macro {
  bool function = false;
  Tokens parameters;      // without "..."
  bool variadic = false;  // the last parameter takes the rest
  Tokens body;
  std::size_t from = 0;  // holds for the tokens from here
  std::size_t until = 0;
};

struct CText {
  Tokens tokens;                             // those that are in no directive
  std::multimap<std::string, Macro> macros;  // the include guard is none
  [[nodiscard]] const Macro* macro(const std::string& name, std::size_t at) const;
};

// Errors: a comment without end.
Result<CText> read_c_text(std::string_view text);

// The tokens with the macros that hold at `at` expanded. Errors: they grow without bound.
Result<Tokens> expand(const CText& text, const Tokens& tokens, std::size_t at);

}  // namespace kmesh
