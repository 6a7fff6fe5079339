// SPDX-License-Identifier: Apache-2.0
// The shell of a spec's %prep, as far as an editor must understand it: which commands stand where, inside of
// which compound, function or here-document. Pure. It reads; it expands nothing.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "kit/spec_lines.h"

namespace kmesh {

// "if", "for", "case", "{", "(", or "function", from its first to its last line; both are indexes into
// SpecText::lines.
struct Compound {
  std::string kind;
  std::string name;  // of a function
  std::size_t opened = 0;
  std::size_t closed = 0;
};

struct ShellCommand {
  enum class Kind {
    kCommand,
    kEnter,
    kElse,
    kLeave
  };  // kEnter...kLeave: the edges of compounds, for who follows the folder
  Kind kind = Kind::kCommand;
  std::vector<std::string> words;   // raw, quotes and macros included
  std::size_t line = 0;             // index into SpecText::lines
  std::vector<std::size_t> inside;  // the compounds around it, outermost first
  std::string joined;               // "&&" or "||" where the one before it decides whether it runs
};

struct ShellText {
  std::vector<ShellCommand> commands;
  std::vector<Compound> compounds;
  // Lines whose command goes on in the next: inside of a quote or a here-document, or with a list's operator
  // at the end.
  std::set<std::size_t> goes_on;
};

// Reads the lines [begin, end) of the spec. Errors name the line: a quote, compound or here-document without
// its end.
Result<ShellText> read_shell(const SpecText& spec, std::size_t begin, std::size_t end);

}  // namespace kmesh
