// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_patching.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

#include "base/text.h"

namespace kmesh {
namespace {

using Words = std::vector<std::string>;

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), word) != names.end();
}

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The name in "%name", "%{name}", "%{?name}", "%{name:...}"; empty where the word is no macro.
std::string_view macro_name(std::string_view word) {
  if (!word.starts_with('%')) return {};
  word.remove_prefix(std::min(word.find_first_not_of("%{?!"), word.size()));
  return name_at(word);
}

// The program's name without folders, in small letters: also of rpm's macros for programs, %{__patch}.
std::string program_name(std::string_view word) {
  const auto macro = macro_name(word);
  return lower(macro.starts_with("__") ? macro.substr(2) : base_name(word));
}

bool has_letter_option(std::string_view word, std::string_view letters) {
  return word.size() > 1 && word[0] == '-' && word[1] != '-' &&
         word.find_first_of(letters) != std::string_view::npos;
}

// A file of the source package: copying it is no copy of the tree.
bool is_source_file(std::string_view word) {
  const std::string plain = lower(word);
  return contains(plain, "%{source") || contains(plain, "%source") || contains(plain, "%{s:") ||
         contains(plain, "rpm_source_dir") || contains(plain, "_sourcedir");
}

bool creates_archive(const Words& words) {
  if (words.size() < 2) return false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const bool letters = i == 1 ? !word.starts_with("--") : has_letter_option(word, "c");
    if (letters && contains(word, "x")) return false;
    if (word == "--create" || (letters && contains(word, "c"))) return true;
  }
  return false;
}

bool configures(const Words& words) {
  // "make -f %{SOURCE19} config" is about other files
  if (std::any_of(words.begin() + 1, words.end(), is_source_file)) return false;
  return std::any_of(words.begin() + 1, words.end(), [](std::string_view word) {
    return word.ends_with("config") && word.find('=') == std::string_view::npos && !contains(word, "/");
  });
}

constexpr std::array<std::string_view, 6> kShells = {"sh", "bash", "python3", "perl", ".", "source"};

// Bodies that call a macro of the set: "%{name", "%name".
bool calls_one_of(std::string_view body, const std::set<std::string>& macros) {
  return std::any_of(macros.begin(), macros.end(), [&](const std::string& name) {
    for (auto at = body.find(name); at != std::string_view::npos; at = body.find(name, at + 1)) {
      const char before = at == 0 ? ' ' : body[at - 1];
      const char behind = at + name.size() < body.size() ? body[at + name.size()] : ' ';
      const bool ends = std::isalnum(static_cast<unsigned char>(behind)) == 0 && behind != '_';
      if (ends && std::string_view("%{?!").find(before) != std::string_view::npos) return true;
    }
    return false;
  });
}

void add_patching_macros(const SpecText& spec, PatchingMacros& macros) {
  for (const auto& line : spec.lines) {
    const auto text = stripped(line.text);
    if (!text.starts_with("%define") && !text.starts_with("%global")) continue;
    const auto name = stripped(text.substr(7));
    const auto end = name.find_first_of(" \t\r\n(");
    if (end == std::string_view::npos) continue;
    const auto body = name.substr(end);
    const bool unpacks =
        contains(body, "%setup") || contains(body, "%autosetup") || contains(body, "%{setup");
    static constexpr std::array<std::string_view, 8> kUses = {
        "oldconfig", "olddefconfig", "defconfig", "cp -a", "cp -r", "cp -R", "rsync -a", "git archive"};
    const bool uses =
        calls_one_of(body, macros.using_tree) ||
        std::any_of(kUses.begin(), kUses.end(), [&](std::string_view use) { return contains(body, use); });
    const bool patches = mentions_patching(body) || calls_one_of(body, macros.patching);
    if (unpacks || calls_one_of(body, macros.more) || (uses && patches)) {
      macros.more.emplace(name.substr(0, end));
    } else if (patches) {
      macros.patching.emplace(name.substr(0, end));
    } else if (uses) {
      macros.using_tree.emplace(name.substr(0, end));
    }
  }
}

}  // namespace

bool mentions_patching(std::string_view text) {
  static constexpr std::array<std::string_view, 11> kMarks = {
      "patch -",    "%patch",     "%{patch", "%autopatch", "%{autopatch",    "git am ",
      "git apply ", "quilt push", "%apply",  "%{__patch}", "git quiltimport"};
  return std::any_of(kMarks.begin(), kMarks.end(), [&](std::string_view mark) {
    const auto at = text.find(mark);
    if (at == std::string_view::npos) return false;
    // "%{patches}" is a list, "%patchlevel" a number
    const auto behind = text.substr(at + mark.size());
    const bool macro = mark == "%patch" || mark == "%{patch";
    return !macro || behind.empty() ||
           (std::isalpha(static_cast<unsigned char>(behind.front())) == 0 && behind.front() != '_');
  });
}

PatchingMacros patching_macros(const SpecText& spec) {
  PatchingMacros macros;
  std::size_t known = 0;
  do {  // until no macro calls another one that was not known before
    known = macros.patching.size() + macros.more.size() + macros.using_tree.size();
    add_patching_macros(spec, macros);
  } while (macros.patching.size() + macros.more.size() + macros.using_tree.size() > known);
  return macros;
}

Words without_assignments(const Words& words) {
  static constexpr std::array<std::string_view, 8> kRunners = {"env",  "nice",    "time", "nohup",
                                                               "exec", "command", "eval", "ionice"};
  bool behind_runner = false;
  const auto first = std::find_if_not(words.begin(), words.end(), [&](std::string_view word) {
    const auto equals = word.find('=');
    const bool assignment = equals != std::string_view::npos && equals > 0 &&
                            std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                                        [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
    const bool runner = is_one_of(base_name(word), kRunners);
    const bool option = behind_runner && word.starts_with('-');
    behind_runner = behind_runner || runner;
    return assignment || runner || option;
  });
  return {first, words.end()};
}

Words conditional_command(const Words& words) {
  const std::string_view first = words.front();
  const auto colon = first.find(':');
  const bool conditional = first.starts_with("%{?") || first.starts_with("%{!");
  if (!conditional || !first.ends_with('}') || colon == std::string_view::npos) return {};
  std::istringstream body{std::string(first.substr(colon + 1, first.size() - colon - 2))};
  Words command;
  for (std::string word; body >> word;) command.push_back(std::move(word));
  return command;
}

bool substitutes_patching(const Words& words) {
  return std::any_of(words.begin(), words.end(), [](std::string_view word) {
    const auto at = std::min(word.find("$("), word.find('`'));
    return at != std::string_view::npos && mentions_patching(word.substr(at));
  });
}

bool runs_source(const Words& words) {
  // "process_configs.sh", "adopt kernel.config"
  if (std::any_of(words.begin(), words.end(),
                  [](std::string_view word) { return contains(lower(word), "config"); }))
    return false;
  if (is_source_file(words.front())) return true;
  return is_one_of(program_name(words.front()), kShells) &&
         std::any_of(words.begin() + 1, words.end(),
                     [](std::string_view word) { return is_source_file(word); });
}

bool is_set_up(std::string_view word) {
  const auto name = macro_name(word);
  return name == "setup" || name == "autosetup";
}

Patching patching_of(const Words& words, const PatchingMacros& macros) {
  static constexpr std::array<std::string_view, 17> kHarmless = {
      "echo", "cat",    "rm",    "cp",    "mv",    "ls", "grep", "[",      "test",
      "[[",   "printf", "chmod", "mkdir", "touch", "wc", "ln",   "install"};
  static constexpr std::array<std::string_view, 6> kNoCommand = {"for",   "case",   "select",
                                                                 "local", "export", "set"};
  const std::string_view first = words.front();
  const std::string command = program_name(first);
  if (command == "xargs") {
    const auto program = std::find_if(words.begin() + 1, words.end(),
                                      [](std::string_view word) { return !word.starts_with('-'); });
    return program == words.end() ? Patching::kNo : patching_of({program, words.end()}, macros);
  }
  if (is_one_of(command, kNoCommand) || is_one_of(command, kHarmless)) return Patching::kNo;
  const auto says = [&](const auto& condition) {
    return std::any_of(words.begin() + 1, words.end(), condition);
  };
  for (const std::string_view word : words) {
    const std::string name(macro_name(word));
    if (macros.more.contains(name)) return Patching::kUnknown;
    if (macros.patching.contains(name) || mentions_patching(word)) return Patching::kYes;
  }
  if (macro_name(first) == "autosetup")
    return says([](std::string_view word) { return has_letter_option(word, "N"); }) ? Patching::kNo
                                                                                    : Patching::kYes;
  if (command == "git") {
    static constexpr std::array<std::string_view, 4> kVerbs = {"am", "apply", "cherry-pick", "quiltimport"};
    return says([&](std::string_view word) { return is_one_of(word, kVerbs); }) ? Patching::kYes
                                                                                : Patching::kNo;
  }
  if (command == "quilt" || command == "stg" || command == "guilt")
    return says([](std::string_view word) { return word == "push"; }) ? Patching::kYes : Patching::kNo;
  if (std::find(words.begin(), words.end(), "patch") != words.end()) return Patching::kYes;
  const bool called = !first.starts_with('%') || contains(first, "/") || command == "patch";
  if (called && contains(base_name(command), "patch")) return Patching::kYes;
  // "%_sourcedir/apply-patches series"
  const bool script = is_one_of(command, kShells) || first.starts_with("./") || is_source_file(first);
  if (!script) return Patching::kNo;
  if (contains(base_name(first), "patch") ||
      says([](std::string_view word) { return contains(lower(base_name(word)), "apply"); }))
    return Patching::kYes;
  return says([](std::string_view word) {
    const std::string plain = lower(word);
    return contains(plain, "series") || contains(plain, "patch");
  })
             ? Patching::kUnknown
             : Patching::kNo;
}

Words copied(const Words& words) {
  if (program_name(words.front()) != "cp") return {};
  bool recursive = false;
  Words operands;
  std::string target;
  constexpr std::string_view kTarget = "--target-directory=";
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word.starts_with(kTarget)) target = word.substr(kTarget.size());
    if (word == "-t" && i + 1 < words.size()) {
      target = words[++i];
      continue;
    }
    if (has_letter_option(word, "arR") || word == "--recursive" || word == "--archive") recursive = true;
    if (!word.starts_with('-')) operands.emplace_back(word);
  }
  if (!target.empty()) operands.push_back(target);
  return recursive && operands.size() >= 2 && !is_source_file(operands.front()) ? operands : Words();
}

bool uses_commit(const Words& words) {
  static constexpr std::array<std::string_view, 7> kVerbs = {"archive", "worktree", "clone", "checkout",
                                                             "stash",   "reset",    "clean"};
  // a new branch keeps the files
  const bool branches = std::any_of(words.begin() + 1, words.end(),
                                    [](std::string_view word) { return word == "-b" || word == "-B"; });
  return program_name(words.front()) == "git" && !branches &&
         std::any_of(words.begin() + 1, words.end(),
                     [&](std::string_view word) { return is_one_of(word, kVerbs); });
}

bool uses_tree(const Words& words, const PatchingMacros& macros) {
  if (macros.using_tree.contains(std::string(macro_name(words.front())))) return true;
  const std::string command = program_name(words.front());
  if (command == "cp") return !copied(words).empty();
  if (command == "rsync") return true;
  if (command == "tar") return creates_archive(words);
  if (command == "cpio")
    return std::any_of(words.begin() + 1, words.end(),
                       [](std::string_view word) { return has_letter_option(word, "po"); });
  if (command == "git")
    return std::any_of(words.begin() + 1, words.end(), [](std::string_view word) {
      return word == "archive" || word == "clone" || word == "worktree";
    });
  const auto macro = macro_name(words.front());
  const bool make =
      command == "make" || command == "$make" || command == "${make}" || contains(macro, "make");
  if (make) return configures(words);
  return contains(command, "merge_config") || contains(command, "process_configs");
}

std::string directory_option(const Words& words) {
  const std::string command = program_name(words.front());
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const std::string_view option = command == "patch"                      ? "-d"
                                    : command == "git" || command == "make" ? "-C"
                                                                            : "";
    if (option.empty()) return {};
    if (word == option && i + 1 < words.size()) return words[i + 1];
    if (word.starts_with(option) && word.size() > 2) return std::string(word.substr(2));
    if (command == "patch" && word.starts_with("--directory=")) return std::string(word.substr(12));
  }
  return {};
}

}  // namespace kmesh
