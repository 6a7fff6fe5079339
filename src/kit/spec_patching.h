// SPDX-License-Identifier: Apache-2.0
// What the commands of a %prep do to the kernel's tree: which patch it, and which copy, configure or pack it.
// Pure: words in, yes or no out.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kit/spec_lines.h"

namespace kmesh {

// The macros of this spec whose bodies apply patches; `more`: that do more than that, unpack, copy or
// configure; `using_tree`: that copy or configure, and apply none.
struct PatchingMacros {
  std::set<std::string> patching;
  std::set<std::string> more;
  std::set<std::string> using_tree;
};
PatchingMacros patching_macros(const SpecText& spec);

// A command without the variables that are set for it, and without what only runs another: env, nice.
std::vector<std::string> without_assignments(const std::vector<std::string>& words);

// kYes: patch, git am, quilt push, %patch..., %autosetup, scripts and functions that have their name from it.
// kUnknown: a program that is not known is handed patches, or a macro does more than patching.
enum class Patching { kNo, kYes, kUnknown };
Patching patching_of(const std::vector<std::string>& words, const PatchingMacros& macros);

// Words that apply patches wherever they stand: in a macro's body, or in what is piped into a shell.
bool mentions_patching(std::string_view text);

// A command substitution among the words applies patches: what it says of that is the command's business.
bool substitutes_patching(const std::vector<std::string>& words);

// A shell or an interpreter is given a file of the source package to run, or such a file is the command;
// those that say they configure do not count.
bool runs_source(const std::vector<std::string>& words);

// %setup, %autosetup
bool is_set_up(std::string_view word);

// The tree is copied, configured or packed: by the command, or by a macro's, "%{?with_x:cp -a . ../x}".
bool uses_tree(const std::vector<std::string>& words, const PatchingMacros& macros);

// The command in "%{?with_x:cp -a . ../x}"; empty where the words are no such thing.
std::vector<std::string> conditional_command(const std::vector<std::string>& words);

// What cp copies with all that is in it: the last operand is where to. Empty where it is no such command.
std::vector<std::string> copied(const std::vector<std::string>& words);

// What follows is taken from a commit, in which lines of ours are not.
bool uses_commit(const std::vector<std::string>& words);

// DIR of patch -d DIR, git -C DIR and make -C DIR; empty where there is none.
std::string directory_option(const std::vector<std::string>& words);

}  // namespace kmesh
