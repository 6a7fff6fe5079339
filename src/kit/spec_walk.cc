// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_walk.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace kmesh {
namespace {

using CommandKind = ShellCommand::Kind;
using Words = std::vector<std::string>;

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
bool has_set_up_option(const Words& words, char option) {
  return std::any_of(words.begin() + 1, words.end(), [&](std::string_view word) {
    if (word.size() < 2 || word.front() != '-' || word[1] == '-') return false;
    // what takes a value may have it in the same word
    return word.substr(0, word.find_first_of("nab")).find(option) != std::string_view::npos;
  });
}

// "linux-%{version}" of "%define srcdir linux-%{version}", of all macros without arguments and of one
// definition.
std::map<std::string, std::string, std::less<>> texts_of(const SpecText& spec) {
  std::map<std::string, std::string, std::less<>> texts;
  std::map<std::string, int, std::less<>> times;
  for (const auto& line : spec.lines) {
    const auto text = stripped(line.text);
    if (!text.starts_with("%define ") && !text.starts_with("%global ")) continue;
    const auto rest = stripped(text.substr(8));
    const auto name = name_at(rest);
    const auto body = rest.substr(name.size());
    ++times[std::string(name)];
    if (body.starts_with(' ') || body.starts_with('\t')) texts[std::string(name)] = stripped(body);
  }
  std::erase_if(texts, [&](const auto& text) {
    return times[text.first] != 1 || text.second.find_first_of(" \t\n") != std::string::npos;
  });
  return texts;
}

}  // namespace

bool looks_like_a_kernel(std::string_view path) {
  return path.find("linux") != std::string_view::npos || path.find("kernel") != std::string_view::npos;
}

PrepWalk::PrepWalk(const SpecText& spec, const ShellText& shell, std::size_t begin, std::size_t end)
    : spec_(spec),
      shell_(shell),
      begin_(begin),
      end_(end),
      macros_(patching_macros(spec)),
      texts_(texts_of(spec)) {
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
    if (command.kind != CommandKind::kCommand) continue;
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
    case CommandKind::kEnter:
      follow_list(command, {});
      open_branch(conditional_ || command.words.front() != "{");
      return;
    case CommandKind::kElse:
      next_branch(command.words.front() == "else");
      return;
    case CommandKind::kLeave:
      leave(command);
      return;
    case CommandKind::kCommand:
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

// What the function's body does is done where it is called.
void PrepWalk::define(Function& function, const ShellCommand& command, const Words& words) {
  const auto called = functions_.find(words.front());
  const Function inner = called == functions_.end() ? Function() : called->second;
  const bool patching = called == functions_.end() && patching_of(words, macros_) == Patching::kYes;
  function.patches = function.patches || patching || inner.patches;
  function.elsewhere =
      function.elsewhere || inner.elsewhere || (patching && !directory_option(words).empty());
  function.moves = function.moves || words.front() == "cd" || words.front() == "pushd" || inner.moves;
  function.uses = function.uses || uses_tree(words, macros_) || inner.uses;
  function.commits = function.commits || uses_commit(words) || inner.commits;
  if (patching_of(words, macros_) == Patching::kUnknown) unknown.push_back(here(command));
}

void PrepWalk::execute(const ShellCommand& command) {
  ++order_;
  auto words = without_assignments(command.words);
  follow_list(command, words);
  Function* const inside = function_around(command);
  if (inside == nullptr && substitutes_patching(command.words)) unknown.push_back(here(command));
  if (words.empty()) return;
  if (inside != nullptr) {
    define(*inside, command, words);
    return;
  }
  if (auto body = conditional_command(words); !body.empty() && patching_of(words, macros_) == Patching::kNo)
    words = std::move(body);
  const auto& name = words.front();
  const auto called = functions_.find(name);
  const Function function = called == functions_.end() ? Function() : called->second;
  const auto kind = called == functions_.end() ? patching_of(words, macros_)
                    : function.patches         ? Patching::kYes
                                               : Patching::kNo;
  const bool patching = kind == Patching::kYes;
  const bool sets_up = is_set_up(name);
  if (sets_up) {
    folder_.set_up(words);
    folder_.expand(texts_);
    PrepEvent entry = here(command);
    entry.around = has_set_up_option(words, 'c');
    entry.anew = !has_set_up_option(words, 'D');
    entries.push_back(std::move(entry));
  }
  PrepEvent event = here(command);
  if (const auto directory = directory_option(words); !directory.empty()) {
    enter(event.folder, directory, command.line);
    if (patching && looks_like_a_kernel(directory)) entries.push_back(event);
  }
  if (function.elsewhere) event.folder.lose();
  event.whole_paths = patching && takes_whole_paths(words);
  if (patching) patches.push_back(event);
  if (function.uses || (!patching && uses_tree(words, macros_))) uses.push_back(event);
  if (patching && function.uses) unknown.push_back(event);
  if (kind == Patching::kUnknown) unknown.push_back(event);
  if (kind == Patching::kNo && runs_source(words)) scripts.push_back(event);
  if (function.commits || uses_commit(words)) commits.push_back(event);
  note_copy(command, words);
  const Folder before = folder_;
  if (function.moves) folder_.lose();
  if (!sets_up) move(command, words);
  if (conditional_ && !(before == folder_)) folder_.lose();
}

void PrepWalk::note_copy(const ShellCommand& command, const Words& words) {
  const auto operands = copied(words);
  for (std::size_t i = 0; i + 1 < operands.size(); ++i) {
    PrepCopy copy{order_, command.line, folder_, folder_};
    const auto& from = operands[i];
    // all that is in a folder is the folder
    enter(copy.from,
          from.ends_with("/*") ? from.substr(0, from.size() - 2)
          : from == "*"        ? "."
                               : from,
          command.line);
    enter(copy.to, operands.back(), command.line);
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
      if (looks_like_a_kernel(*target)) entries.push_back(here(command));
    }
  } else {
    return;
  }
  previous_ = before;
}

// A name with a variable in it is the same one later only where nothing sets the variable again.
void PrepWalk::enter(Folder& folder, std::string_view path, std::size_t line) const {
  folder.enter(path);
  folder.expand(texts_);
  for (auto at = path.find('$'); at != std::string_view::npos; at = path.find('$', at + 1)) {
    auto word = path.substr(at + 1);
    if (word.starts_with('{')) word.remove_prefix(1);
    const auto variable = variables_.find(name_at(word));
    if (variable != variables_.end() && (variable->second.loops || variable->second.last > line))
      folder.lose();
  }
}

}  // namespace kmesh
