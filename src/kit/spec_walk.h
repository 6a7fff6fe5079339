// SPDX-License-Identifier: Apache-2.0
// Follows the shell of %prep from its first to its last line: which command does what to which tree, and in
// which folder. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kit/spec_folder.h"
#include "kit/spec_patching.h"
#include "kit/spec_shell.h"

namespace kmesh {

struct PrepEvent {
  std::size_t order = 0;  // of the command among all: several may stand on one line
  std::size_t line = 0;   // index into SpecText::lines
  Folder folder;
  bool whole_paths = false;  // of a patch: its names are taken as they are, -p0
  bool around = false;       // of %setup: -c, the folder is made, and the tree may be one in it
  bool anew = false;         // of %setup: without -D, what was in the folder is gone
};

struct PrepCopy {
  std::size_t order = 0;
  std::size_t line = 0;
  Folder from;
  Folder to;
};

class PrepWalk {
 public:
  // Of the lines [begin, end).
  PrepWalk(const SpecText& spec, const ShellText& shell, std::size_t begin, std::size_t end);

  [[nodiscard]] bool covers(std::size_t line) const { return line >= begin_ && line < end_; }
  // The folder behind a line.
  [[nodiscard]] const Folder& after(std::size_t line) const { return after_[line - begin_]; }

  std::vector<PrepEvent> patches;
  std::vector<PrepEvent> entries;  // %setup, and cd or pushd into what looks like a kernel's tree
  std::vector<PrepEvent> uses;     // the tree is copied, configured or packed
  std::vector<PrepEvent> unknown;  // a program that is not known is handed patches
  std::vector<PrepEvent> scripts;  // a program of the source package is run
  std::vector<PrepEvent> commits;  // what follows comes out of a commit
  std::vector<PrepCopy> copies;

 private:
  struct Branch {
    Folder start;
    std::vector<Folder> ends;
    bool has_else = false;
    bool conditional = false;  // a brace behind && or ||
  };
  struct Function {
    bool patches = false;
    bool elsewhere = false;  // in a folder that it names
    bool moves = false;
    bool uses = false;
    bool commits = false;
  };
  struct Variable {
    std::size_t last = 0;  // the last line that sets it
    bool loops = false;    // a loop sets it
  };

  void find_variables();
  void directive(Directive what);
  void open_branch(bool conditional);
  void next_branch(bool is_else);
  void close_branch();
  void step(const ShellCommand& command);
  void leave(const ShellCommand& command);
  [[nodiscard]] PrepEvent here(const ShellCommand& command) const { return {order_, command.line, folder_}; }
  void define(Function& function, const ShellCommand& command, const std::vector<std::string>& words);
  [[nodiscard]] Function* function_around(const ShellCommand& command);
  void follow_list(const ShellCommand& command, const std::vector<std::string>& words);
  void execute(const ShellCommand& command);
  void note_copy(const ShellCommand& command, const std::vector<std::string>& words);
  void move(const ShellCommand& command, const std::vector<std::string>& words);
  void enter(Folder& folder, std::string_view path, std::size_t line) const;

  const SpecText& spec_;
  const ShellText& shell_;
  std::size_t begin_;
  std::size_t end_;
  PatchingMacros macros_;
  std::map<std::string, std::string, std::less<>> texts_;  // what the spec's macros of one definition say
  std::map<std::string, Variable, std::less<>> variables_;
  std::map<std::string, Function> functions_;
  std::vector<Branch> branches_;
  std::vector<Folder> pushed_;
  std::size_t order_ = 0;
  Folder folder_;
  Folder previous_;
  bool tested_ = false;       // the list's command before was a test
  bool conditional_ = false;  // the list's commands from here on may not run
  std::vector<Folder> after_;
};

// "linux-5.10", "kernel": the name of what looks like a kernel's tree.
bool looks_like_a_kernel(std::string_view path);

}  // namespace kmesh
