// SPDX-License-Identifier: Apache-2.0
// What a shell offers for the next word of a call: verbs, options, and the values of those. Both scripts are
// complete in themselves and ask no program.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "help/page.h"

namespace kmesh {

// What a kind of value (page.h) stands for: {"BASELINE", {"5.10", ...}}. FILE and DIR are the shell's own
// business.
using Kinds = std::map<std::string, std::vector<std::string>>;

// A value's words, each kind in its place, and whether it may be a file or a folder besides.
struct Values {
  std::vector<std::string> words;
  bool file = false;
  bool folder = false;
};
Values values_of(const OptionText& option, const Kinds& kinds);

// The shell's function that completes the program: "_kmesh_kernel".
std::string function_of(const ProgramText& program);

std::string bash_completion(const ProgramText& program, const Kinds& kinds);
std::string zsh_completion(const ProgramText& program, const Kinds& kinds);

}  // namespace kmesh
