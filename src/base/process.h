// SPDX-License-Identifier: Apache-2.0
// The door to other programs. A command is an argv vector, never a shell string; its output is read line by
// line, kept in a log, and its last lines stand in the result. Ctrl-C ends the whole process group.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

struct Command {
  std::vector<std::string> argv;
  std::string folder;                             // working directory; empty: the caller's
  std::map<std::string, std::string> env;         // added to the environment
  std::string log;                                // file the output is appended to; empty: none
  std::function<void(std::string_view)> on_line;  // called for each line of output
  std::function<void()> on_tick;                  // called some times a second while it runs
  std::chrono::seconds timeout{0};                // 0: none
  bool keep_output = false;                       // Exit::output holds stdout and stderr, up to 64 MiB
};

struct Exit {
  int code = 0;  // 128 + N where signal N ended it
  bool timed_out = false;
  std::string output;
  std::string tail;  // the last lines, for a message

  [[nodiscard]] bool ok() const { return code == 0 && !timed_out; }
};

class Processes {
 public:
  virtual ~Processes() = default;
  // An error where the program could not be started or the user pressed Ctrl-C; a failing program is no
  // error.
  virtual Result<Exit> run(const Command& command) = 0;
  // The program's path as the shell would find it; empty where it is not installed.
  virtual std::string find(const std::string& program) = 0;
};

class RealProcesses : public Processes {
 public:
  Result<Exit> run(const Command& command) override;
  std::string find(const std::string& program) override;
};

// What a program says; empty where it cannot be run or fails.
std::string answer_of(Processes& processes, Command ask);
std::string answer_of(Processes& processes, std::vector<std::string> argv);

// The failure of a program that ran, with its last words; where those say that the disk is full, that is the
// cause.
tl::unexpected<Error> program_failed(std::string what, std::string hint, const Exit& exit);

// For messages only: the argv as a person would type it.
std::string shown(const std::vector<std::string>& argv);

}  // namespace kmesh
