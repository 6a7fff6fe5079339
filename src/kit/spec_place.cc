// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "kit/spec_folder.h"
#include "kit/spec_patching.h"
#include "kit/spec_shell.h"

namespace kmesh {
namespace {

using Kind = ShellCommand::Kind;

struct Event {
  std::size_t line = 0;  // index into SpecText::lines
  std::vector<std::size_t> inside;
  Folder folder;
};

// Follows %prep from its first to its last line.
class Walk {
 public:
  Walk(const SpecText& spec, const ShellText& shell, std::size_t begin, std::size_t end)
      : spec_(spec), shell_(shell), begin_(begin), end_(end), macros_(patching_macros(spec)) {}

  void run() {
    std::size_t next = 0;
    for (std::size_t line = begin_; line < end_; ++line) {
      directive(directive_of(spec_.lines[line].text));
      for (; next < shell_.commands.size() && shell_.commands[next].line == line; ++next)
        step(shell_.commands[next]);
      after_.push_back(folder_);
    }
  }

  [[nodiscard]] bool covers(std::size_t line) const { return line >= begin_ && line < end_; }
  // The folder behind a line.
  [[nodiscard]] const Folder& after(std::size_t line) const { return after_[line - begin_]; }

  std::vector<Event> patches;
  std::vector<Event> entries;  // %setup, and cd into what looks like a kernel's tree
  std::vector<Event> uses;     // the tree is copied, configured or packed
  std::vector<Event> unknown;  // a program that is not known is handed patches
  std::vector<Event> scripts;  // a program of the source package is run
  std::vector<Event> commits;  // what follows comes out of a commit
  struct Copy {
    std::size_t line = 0;
    Folder from;
    Folder to;
  };
  std::vector<Copy> copies;

 private:
  struct Branch {
    Folder start;
    std::vector<Folder> ends;
    bool has_else = false;
  };
  struct Function {
    bool patches = false;
    bool moves = false;
  };

  void directive(Directive what) {
    if (what == Directive::kOpen) open_branch();
    if (what == Directive::kElse) next_branch(true);
    if (what == Directive::kClose) close_branch();
  }
  void open_branch() { branches_.push_back({folder_, {}, false}); }
  void next_branch(bool is_else) {
    if (branches_.empty()) return;
    branches_.back().ends.push_back(folder_);
    branches_.back().has_else = branches_.back().has_else || is_else;
    folder_ = branches_.back().start;
  }
  // Where the branches do not lead to one folder it is not known.
  void close_branch() {
    if (branches_.empty()) return;
    Branch branch = std::move(branches_.back());
    branches_.pop_back();
    if (!branch.has_else) branch.ends.push_back(branch.start);
    for (const auto& end : branch.ends) {
      if (!(end == folder_)) folder_.lose();
    }
  }

  void step(const ShellCommand& command) {
    switch (command.kind) {
      case Kind::kEnter:
        open_branch();
        return;
      case Kind::kElse:
        next_branch(command.words.front() == "else");
        return;
      case Kind::kLeave: {
        const auto& compound = shell_.compounds[command.inside.back()];
        if (compound.kind == "(" || compound.kind == "function") {
          folder_ = branches_.back().start;
          branches_.pop_back();
        } else if (compound.kind == "{") {
          branches_.pop_back();
        } else {
          close_branch();
        }
        return;
      }
      case Kind::kCommand:
        execute(command);
    }
  }

  [[nodiscard]] Function* function_around(const ShellCommand& command) {
    for (auto at = command.inside.rbegin(); at != command.inside.rend(); ++at) {
      const auto& compound = shell_.compounds[*at];
      if (compound.kind == "function") return &functions_[compound.name];
    }
    return nullptr;
  }

  void execute(const ShellCommand& command) {
    const auto words = without_assignments(command.words);
    if (function_around(command) == nullptr && substitutes_patching(command.words))
      unknown.push_back({command.line, command.inside, folder_});
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
      entries.push_back({command.line, command.inside, folder_});
    }
    if (patching) {
      Folder folder = folder_;
      const auto directory = directory_option(words);
      if (!directory.empty()) folder.enter(directory);
      patches.push_back({command.line, command.inside, folder});
    } else if (uses_tree(words)) {
      uses.push_back({command.line, command.inside, folder_});
    }
    if (kind == Patching::kUnknown) unknown.push_back({command.line, command.inside, folder_});
    if (kind == Patching::kNo && runs_source(words))
      scripts.push_back({command.line, command.inside, folder_});
    if (uses_commit(words)) commits.push_back({command.line, command.inside, folder_});
    note_copy(command, words);
    if (known && called->second.moves) folder_.lose();
    if (!sets_up) move(command, words);
  }

  void note_copy(const ShellCommand& command, const std::vector<std::string>& words) {
    const auto operands = copied(words);
    for (std::size_t i = 0; i + 1 < operands.size(); ++i) {
      Copy copy{command.line, folder_, folder_};
      const auto& from = operands[i];
      // all that is in a folder is the folder
      copy.from.enter(from.ends_with("/*") ? from.substr(0, from.size() - 2) : from == "*" ? "." : from);
      copy.to.enter(operands.back());
      copies.push_back(copy);
    }
  }

  void move(const ShellCommand& command, const std::vector<std::string>& words) {
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
        folder_.enter(*target);
        if (name == "cd" && looks_like_a_kernel(*target))
          entries.push_back({command.line, command.inside, folder_});
      }
    } else {
      return;
    }
    previous_ = before;
  }

  static bool looks_like_a_kernel(std::string_view path) {
    return path.find("linux") != std::string_view::npos || path.find("kernel") != std::string_view::npos;
  }

  const SpecText& spec_;
  const ShellText& shell_;
  std::size_t begin_;
  std::size_t end_;
  PatchingMacros macros_;
  std::map<std::string, Function> functions_;
  std::vector<Branch> branches_;
  std::vector<Folder> pushed_;
  Folder folder_;
  Folder previous_;
  std::vector<Folder> after_;
};

class Finder {
 public:
  Finder(const SpecText& spec, const ShellText& shell, const Walk& walk)
      : spec_(spec), shell_(shell), walk_(walk) {}

  Result<PrepPlace> find() const {
    KMESH_TRY(check_readable());
    if (!walk_.unknown.empty())
      return fail(
          fmt::format("{}: what this does to the kernel's tree is not known",
                      quote(walk_.unknown.front().line)),
          "it is handed patches, or does more than apply them, and nothing tells where ours could follow");
    KMESH_TRY(check_elsewhere());
    if (!walk_.patches.empty()) return behind_patches();
    if (!walk_.scripts.empty())
      return fail(fmt::format("{}: what this does to the kernel's tree is not known",
                              quote(walk_.scripts.front().line)),
                  "it is a program of the package's, and no other line of %prep applies patches: it may");
    if (walk_.entries.empty())
      return fail(
          "no place for the patches was found in %prep",
          "the spec unpacks its source in a way that is not understood: no %setup, no patch line, no cd into "
          "a kernel's tree");
    return behind_entry();
  }

 private:
  // What %prep does where this reading does not follow: another file's lines, and those that Lua prints.
  Result<void> check_readable() const {
    for (std::size_t i = 0; i < spec_.lines.size(); ++i) {
      const auto& line = spec_.lines[i];
      if (line.section != Section::kPrep || line.comment || line.starts_section) continue;
      const auto text = stripped(line.text);
      const bool lua = text.starts_with("%{lua:") && text.find("patch") != std::string_view::npos;
      if (lua || text.starts_with("%include"))
        return fail(fmt::format("{}: what this does to the kernel's tree is not known", quote(i)),
                    "the lines that rpm puts there are not those of the spec");
    }
    return {};
  }

  // Patches that %prep does not apply: no place in it comes behind them.
  Result<void> check_elsewhere() const {
    std::size_t listed = spec_.lines.size();
    for (std::size_t i = 0; i < spec_.lines.size(); ++i) {
      const auto& line = spec_.lines[i];
      SourceTag tag;
      if (line.may_be_tag() && listed == spec_.lines.size() && source_tag(line.text, tag) && tag.patch)
        listed = i;
      if (line.section == Section::kBuild && !line.comment && mentions_patching(line.text))
        return fail(fmt::format("{}: patches are applied behind %prep", quote(i)),
                    "ours would come before them");
    }
    if (walk_.patches.empty() && listed < spec_.lines.size())
      return fail(fmt::format("{}: the spec lists patches, and nothing that is known applies them in %prep",
                              quote(listed)),
                  "nothing tells where ours could follow");
    return {};
  }

  [[nodiscard]] std::size_t number(std::size_t line) const { return spec_.lines[line].begin + 1; }
  [[nodiscard]] std::string quote(std::size_t line) const {
    const auto text = stripped(spec_.lines[line].text);
    return fmt::format("line {}: {}", number(line), text.substr(0, text.find('\n')));
  }

  // The last line of whatever compounds and conditionals the line stands in.
  [[nodiscard]] std::size_t outermost_end(std::size_t line) const {
    for (bool grew = true; grew;) {
      grew = false;
      const auto grow = [&](std::size_t opened, std::size_t closed) {
        if (opened > line || closed <= line) return;
        line = closed;
        grew = true;
      };
      for (; shell_.goes_on.contains(line); grew = true) ++line;
      for (const auto& compound : shell_.compounds) grow(compound.opened, compound.closed);
      for (const auto& conditional : spec_.conditionals) grow(conditional.opened, conditional.closed);
    }
    return line;
  }

  Result<PrepPlace> place(const Event& event, std::string_view what) const {
    if (!event.folder.known())
      return fail(fmt::format("the folder in which %prep {} is not known ({})", what, quote(event.line)),
                  "it depends on a condition or on a variable of the shell");
    const std::size_t last = outermost_end(event.line);
    if (!walk_.covers(last))
      return fail(fmt::format("{}: the condition around it reaches over the end of %prep", quote(event.line)),
                  "there is no place in %prep that holds in every case");
    for (const auto& use : walk_.uses) {
      if (use.line > event.line && use.line <= last)
        return fail(fmt::format("the kernel's tree is used before patches can follow the last one ({}; {})",
                                quote(event.line), quote(use.line)),
                    "both stand inside of one condition, and patches must go in whatever it says");
    }
    for (const auto& commit : walk_.commits) {
      if (commit.line > event.line)
        return fail(fmt::format("what is built comes out of a commit ({})", quote(commit.line)),
                    "patches that are applied to the files would not be in it");
    }
    const auto& here = walk_.after(last);
    if (!here.known())
      return fail(fmt::format("behind {} it is not known in which folder %prep is", quote(last)),
                  "the branches of a condition leave it in different ones");
    return PrepPlace{spec_.lines[last].end, event.folder.from(here), "behind " + quote(event.line)};
  }

  Result<PrepPlace> behind_patches() const {
    const auto& last = walk_.patches.back();
    for (const auto& copy : walk_.copies) {
      if (copy.line < last.line && copy.from == last.folder && !(copy.to == last.folder))
        return fail(fmt::format("the kernel's tree is copied before its last patch ({}; {})",
                                quote(copy.line), quote(last.line)),
                    "the copy would be without ours");
    }
    for (const auto& use : walk_.uses) {
      const bool copies = std::any_of(walk_.copies.begin(), walk_.copies.end(),
                                      [&](const auto& copy) { return copy.line == use.line; });
      if (!copies && use.line < last.line && use.folder == last.folder)
        return fail(fmt::format("the kernel's tree is used before its last patch ({}; {})", quote(use.line),
                                quote(last.line)),
                    "what is made of it there would be without ours");
    }
    for (const auto& event : walk_.patches) {
      if (event.folder == last.folder) continue;
      // a tree that was patched and became this one
      const bool copied = std::any_of(walk_.copies.begin(), walk_.copies.end(), [&](const auto& copy) {
        return copy.line > event.line && copy.from == event.folder && copy.to == last.folder;
      });
      if (copied) continue;
      return fail(fmt::format("%prep patches in two folders: {} ({}) and {} ({})", event.folder.text(),
                              quote(event.line), last.folder.text(), quote(last.line)),
                  "which of them is the kernel's tree is not known");
    }
    return place(last, "applies its patches");
  }

  // No patch of its own: behind the last step into the tree that comes before its first use.
  Result<PrepPlace> behind_entry() const {
    const Event* entry = nullptr;
    for (const auto& candidate : walk_.entries) {
      const bool used_before = std::any_of(walk_.uses.begin(), walk_.uses.end(),
                                           [&](const Event& use) { return use.line < candidate.line; });
      if (entry == nullptr || !used_before) entry = &candidate;
    }
    const bool used = std::any_of(walk_.uses.begin(), walk_.uses.end(),
                                  [&](const Event& use) { return use.line < entry->line; });
    if (used)
      return fail(fmt::format("the kernel's tree is used before %prep is in it ({}; {})",
                              quote(walk_.uses.front().line), quote(entry->line)),
                  "the patches would miss what was made of it before");
    return place(*entry, "has its tree");
  }

  const SpecText& spec_;
  const ShellText& shell_;
  const Walk& walk_;
};

}  // namespace

Result<PrepPlace> find_prep_place(const SpecText& spec) {
  std::optional<std::size_t> begin;
  std::size_t end = spec.lines.size();
  for (std::size_t i = 0; i < spec.lines.size(); ++i) {
    const auto& line = spec.lines[i];
    if (!line.starts_section) continue;
    if (line.section == Section::kPrep) {
      if (begin)
        return fail(fmt::format("lines {} and {}: the spec has two %prep sections",
                                spec.lines[*begin - 1].begin + 1, line.begin + 1),
                    "it is not known in which of them the patches belong");
      begin = i + 1;
      end = spec.lines.size();
    } else if (begin && end == spec.lines.size()) {
      end = i;
    }
  }
  if (!begin)
    return fail("the spec has no %prep section", "patches are applied in %prep; is it a kernel's spec?");
  KMESH_LET(shell, read_shell(spec, *begin, end));
  Walk walk(spec, shell, *begin, end);
  walk.run();
  return Finder(spec, shell, walk).find();
}

}  // namespace kmesh
