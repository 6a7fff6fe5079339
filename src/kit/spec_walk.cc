// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_walk.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace kmesh {
namespace {

using Kind = ShellCommand::Kind;
using Words = std::vector<std::string>;

bool is_name(unsigned char c) { return std::isalnum(c) != 0 || c == '_'; }

std::string_view name_at(std::string_view text) {
  return text.substr(
      0, static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_name) - text.begin()));
}

// The variables that a command sets.
std::vector<std::string_view> set_by(const Words& words) {
  std::vector<std::string_view> names;
  const auto add_assigned = [&](auto from) {
    for (auto word = from; word != words.end(); ++word) {
      const auto name = name_at(*word);
      if (name.empty() || !std::string_view(*word).substr(name.size()).starts_with('=')) break;
      names.push_back(name);
    }
  };
  add_assigned(words.begin());
  const auto rest = words.begin() + static_cast<std::ptrdiff_t>(names.size());
  if (rest == words.end()) return names;
  names.clear();  // set for one command, and not for what follows
  if (*rest == "export" || *rest == "local" || *rest == "declare" || *rest == "readonly")
    add_assigned(rest + 1);
  if (*rest == "for" && rest + 1 != words.end()) names.emplace_back(*(rest + 1));
  if (*rest == "read") {
    for (auto word = rest + 1; word != words.end(); ++word) {
      if (!word->starts_with('-')) names.push_back(name_at(*word));
    }
  }
  return names;
}

bool is_test(std::string_view word) {
  return word == "[" || word == "[[" || word == "test" || word == "false" || word == "grep";
}

bool takes_whole_paths(const Words& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "-p0" || words[i] == "--strip=0") return true;
    if ((words[i] == "-p" || words[i] == "--strip") && i + 1 < words.size() && words[i + 1] == "0")
      return true;
  }
  return false;
}

// %setup -c, "-qcn NAME"
bool makes_folder(const Words& words) {
  return std::any_of(words.begin() + 1, words.end(), [](std::string_view word) {
    if (word.size() < 2 || word.front() != '-' || word[1] == '-') return false;
    return word.substr(0, word.find('n')).find('c') != std::string_view::npos;
  });
}

}  // namespace

bool looks_like_a_kernel(std::string_view path) {
  return path.find("linux") != std::string_view::npos || path.find("kernel") != std::string_view::npos;
}

PrepWalk::PrepWalk(const SpecText& spec, const ShellText& shell, std::size_t begin, std::size_t end)
    : spec_(spec), shell_(shell), begin_(begin), end_(end), macros_(patching_macros(spec)) {
  find_variables();
  std::size_t next = 0;
  for (std::size_t line = begin_; line < end_; ++line) {
    directive(directive_of(spec_.lines[line].text));
    for (; next < shell_.commands.size() && shell_.commands[next].line == line; ++next)
      step(shell_.commands[next]);
    after_.push_back(folder_);
  }
}

void PrepWalk::find_variables() {
  for (const auto& command : shell_.commands) {
    if (command.kind != Kind::kCommand) continue;
    const bool loops = std::any_of(command.inside.begin(), command.inside.end(), [&](std::size_t at) {
      const auto& kind = shell_.compounds[at].kind;
      return kind == "for" || kind == "while" || kind == "until" || kind == "select";
    });
    for (const auto name : set_by(command.words)) {
      auto& variable = variables_[std::string(name)];
      variable.last = command.line;
      variable.loops = variable.loops || loops;
    }
  }
}

void PrepWalk::directive(Directive what) {
  if (what == Directive::kOpen) open_branch(true);
  if (what == Directive::kElse) next_branch(true);
  if (what == Directive::kClose) close_branch();
}

void PrepWalk::open_branch(bool conditional) { branches_.push_back({folder_, {}, false, conditional}); }

void PrepWalk::next_branch(bool is_else) {
  if (branches_.empty()) return;
  branches_.back().ends.push_back(folder_);
  branches_.back().has_else = branches_.back().has_else || is_else;
  folder_ = branches_.back().start;
}

// Where the branches do not lead to one folder it is not known.
void PrepWalk::close_branch() {
  if (branches_.empty()) return;
  Branch branch = std::move(branches_.back());
  branches_.pop_back();
  if (!branch.has_else) branch.ends.push_back(branch.start);
  for (const auto& end : branch.ends) {
    if (!(end == folder_)) folder_.lose();
  }
}

void PrepWalk::step(const ShellCommand& command) {
  switch (command.kind) {
    case Kind::kEnter:
      follow_list(command, {});
      open_branch(conditional_ || command.words.front() != "{");
      return;
    case Kind::kElse:
      next_branch(command.words.front() == "else");
      return;
    case Kind::kLeave:
      leave(command);
      return;
    case Kind::kCommand:
      execute(command);
  }
}

void PrepWalk::leave(const ShellCommand& command) {
  const auto& compound = shell_.compounds[command.inside.back()];
  if (compound.kind == "(" || compound.kind == "function") {
    folder_ = branches_.back().start;
    branches_.pop_back();
  } else if (!branches_.back().conditional) {
    branches_.pop_back();
  } else {
    close_branch();
  }
}

PrepWalk::Function* PrepWalk::function_around(const ShellCommand& command) {
  for (auto at = command.inside.rbegin(); at != command.inside.rend(); ++at) {
    const auto& compound = shell_.compounds[*at];
    if (compound.kind == "function") return &functions_[compound.name];
  }
  return nullptr;
}

// "[ -d x ] && cd x" and "cd x || cd y": whether what follows runs is not known. All other commands of a list
// are taken to succeed: what does not ends %prep.
void PrepWalk::follow_list(const ShellCommand& command, const Words& words) {
  if (command.joined.empty()) conditional_ = false;
  if (command.joined == "||" || (command.joined == "&&" && tested_)) conditional_ = true;
  tested_ = !words.empty() && is_test(words.front());
}

void PrepWalk::execute(const ShellCommand& command) {
  const auto words = without_assignments(command.words);
  follow_list(command, words);
  if (function_around(command) == nullptr && substitutes_patching(command.words))
    unknown.push_back({command.line, folder_});
  if (words.empty()) return;
  const auto& name = words.front();
  const auto called = functions_.find(name);
  const bool known = called != functions_.end();
  const auto kind =
      known ? (called->second.patches ? Patching::kYes : Patching::kNo) : patching_of(words, macros_);
  const bool patching = kind == Patching::kYes;
  Function* const function = function_around(command);
  if (function != nullptr) {
    function->patches = function->patches || patching;
    function->moves = function->moves || name == "cd" || name == "pushd" || (known && called->second.moves);
    return;
  }
  const bool sets_up = is_set_up(name);
  if (sets_up) {
    folder_.set_up(words);
    entries.push_back({command.line, folder_, false, makes_folder(words)});
  }
  if (patching) {
    Folder folder = folder_;
    const auto directory = directory_option(words);
    if (!directory.empty()) enter(folder, directory, command.line);
    if (looks_like_a_kernel(directory)) entries.push_back({command.line, folder});
    patches.push_back({command.line, folder, takes_whole_paths(words)});
  } else if (uses_tree(words)) {
    uses.push_back({command.line, folder_});
  }
  if (kind == Patching::kUnknown) unknown.push_back({command.line, folder_});
  if (kind == Patching::kNo && runs_source(words)) scripts.push_back({command.line, folder_});
  if (uses_commit(words)) commits.push_back({command.line, folder_});
  note_copy(command, words);
  if (known && called->second.moves) folder_.lose();
  const Folder before = folder_;
  if (!sets_up) move(command, words);
  if (conditional_ && !(before == folder_)) folder_.lose();
}

void PrepWalk::note_copy(const ShellCommand& command, const Words& words) {
  const auto operands = copied(words);
  for (std::size_t i = 0; i + 1 < operands.size(); ++i) {
    PrepCopy copy{command.line, folder_, folder_};
    const auto& from = operands[i];
    // all that is in a folder is the folder
    copy.from.enter(from.ends_with("/*") ? from.substr(0, from.size() - 2) : from == "*" ? "." : from);
    copy.to.enter(operands.back());
    copies.push_back(copy);
  }
}

void PrepWalk::move(const ShellCommand& command, const Words& words) {
  const auto& name = words.front();
  const Folder before = folder_;
  if (name == "popd") {
    if (pushed_.empty()) {
      folder_.lose();
    } else {
      folder_ = pushed_.back();
      pushed_.pop_back();
    }
  } else if (name == "pushd" || name == "cd") {
    if (name == "pushd") pushed_.push_back(folder_);
    const auto target = std::find_if(words.begin() + 1, words.end(), [](const std::string& word) {
      return word == "-" || !word.starts_with('-');
    });
    if (target == words.end()) {
      folder_.lose();
    } else if (*target == "-") {
      folder_ = previous_;
    } else {
      enter(folder_, *target, command.line);
      if (name == "cd" && looks_like_a_kernel(*target)) entries.push_back({command.line, folder_});
    }
  } else {
    return;
  }
  previous_ = before;
}

// A name with a variable in it is the same one later only where nothing sets the variable again.
void PrepWalk::enter(Folder& folder, std::string_view path, std::size_t line) const {
  folder.enter(path);
  for (auto at = path.find('$'); at != std::string_view::npos; at = path.find('$', at + 1)) {
    auto word = path.substr(at + 1);
    if (word.starts_with('{')) word.remove_prefix(1);
    const auto variable = variables_.find(name_at(word));
    if (variable != variables_.end() && (variable->second.loops || variable->second.last > line))
      folder.lose();
  }
}

}  // namespace kmesh
