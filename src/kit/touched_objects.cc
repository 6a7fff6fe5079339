// SPDX-License-Identifier: Apache-2.0
#include "kit/touched_objects.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"

namespace kmesh {
namespace {

using Words = std::vector<std::string>;

// Their Makefiles are named by the tree's own, in a form that is not kbuild's.
constexpr std::array<std::string_view, 16> kRoots = {
    "arch/x86", "block",  "certs", "crypto", "drivers", "fs",       "init",  "io_uring",
    "ipc",      "kernel", "lib",   "mm",     "net",     "security", "sound", "virt"};
// one argument of a program can have 128 KiB
constexpr std::size_t kMost = std::size_t{64} << 10;

// Lines as make sees them: those that end with a backslash go on, and comments are gone.
Words whole_lines(std::string_view makefile) {
  Words lines;
  std::string open;
  each_line(makefile, [&](std::string_view line) {
    const bool goes_on = line.ends_with('\\');
    open += line.substr(0, line.size() - (goes_on ? 1 : 0));
    if (goes_on) {
      open += ' ';
      return;
    }
    lines.push_back(open.substr(0, open.find('#')));
    open.clear();
  });
  lines.push_back(open);
  return lines;
}

// "CONFIG_NET" and its like, of what the configuration builds in or as a module.
using OptionsOn = std::set<std::string, std::less<>>;

OptionsOn options_on(std::string_view config) {
  OptionsOn on;
  each_line(config, [&](std::string_view line) {
    if (ends_with_any(line, {"=y", "=m"})) on.emplace(line.substr(0, line.size() - 2));
  });
  return on;
}

// "y", "m", "objs" or "$(CONFIG_NET)": whether what is assigned is built.
bool is_built(std::string_view condition, const OptionsOn& on) {
  if (condition == "y" || condition == "m" || condition == "objs") return true;
  if (!condition.starts_with("$(") || !condition.ends_with(')')) return false;
  return on.contains(condition.substr(2, condition.size() - 3));
}

// NAME-CONDITION += WORDS, of those outside of conditionals whose condition holds: name -> words.
std::map<std::string, Words> assignments(std::string_view makefile, const OptionsOn& on) {
  std::map<std::string, Words> lists;
  std::size_t depth = 0;
  for (const auto& line : whole_lines(makefile)) {
    const auto words = words_of(line);
    if (words.empty() || line.starts_with('\t')) continue;
    if (starts_with_any(words[0], {"ifeq", "ifneq", "ifdef", "ifndef"}))
      ++depth;
    else if (words[0] == "endif" && depth > 0)
      --depth;
    const auto equals = line.find('=');
    if (depth > 0 || equals == std::string::npos) continue;
    std::string left = line.substr(0, equals);
    while (!left.empty() && std::string_view(" \t:+").find(left.back()) != std::string_view::npos)
      left.pop_back();
    const auto dash = left.rfind('-', left.find('$'));
    if (dash == std::string::npos || !is_built(left.substr(dash + 1), on)) continue;
    auto& list = lists[left.substr(0, dash)];
    for (auto& word : words_of(line.substr(equals + 1))) list.push_back(std::move(word));
  }
  return lists;
}

Words goals_of(std::string_view makefile, const OptionsOn& on) {
  const auto lists = assignments(makefile, on);
  std::set<std::string> goals;
  Words open;
  for (const auto* list : {"obj", "lib"}) {
    if (const auto found = lists.find(list); found != lists.end())
      open.insert(open.end(), found->second.begin(), found->second.end());
  }
  while (!open.empty()) {
    const std::string word = std::move(open.back());
    open.pop_back();
    if (!ends_with_any(word, {".o", "/"}) || word.find('$') != std::string::npos ||
        !goals.insert(word).second || word.ends_with('/'))
      continue;
    if (const auto parts = lists.find(word.substr(0, word.size() - 2)); parts != lists.end())
      open.insert(open.end(), parts->second.begin(), parts->second.end());
  }
  return {goals.begin(), goals.end()};
}

std::string makefile_of(Disk& disk, const std::string& folder) {
  for (const auto* name : {"Kbuild", "Makefile"}) {
    if (auto text = disk.read(join(folder, name))) return std::move(*text);
  }
  return {};
}

class KbuildTree {
 public:
  KbuildTree(Disk& disk, std::string tree, std::string_view config)
      : disk_(disk), tree_(std::move(tree)), on_(options_on(config)) {}

  const Words& goals(const std::string& folder) {
    const auto [found, is_new] = goals_.try_emplace(folder);
    if (is_new) found->second = goals_of(makefile_of(disk_, join(tree_, folder)), on_);
    return found->second;
  }

  // Whether make comes to the folder: each one above it lists the next.
  bool comes_to(const std::string& folder) {
    if (std::find(kRoots.begin(), kRoots.end(), folder) != kRoots.end()) return true;
    const auto slash = folder.rfind('/');
    if (slash == std::string::npos) return false;
    const std::string above = folder.substr(0, slash);
    return lists(above, folder.substr(slash + 1) + "/") && comes_to(above);
  }

  bool lists(const std::string& folder, const std::string& goal) {
    const auto& found = goals(folder);
    return std::find(found.begin(), found.end(), goal) != found.end();
  }

  // Listed objects that have a source of their own, here and in the folders listed.
  std::size_t compiled_below(const std::string& folder) {
    if (!counted_.insert(folder).second) return 0;
    std::set<std::string> sources;
    if (const auto names = disk_.list(join(tree_, folder))) {
      for (const auto& name : *names) {
        if (ends_with_any(name, {".c", ".S"})) sources.insert(name.substr(0, name.size() - 2) + ".o");
      }
    }
    std::size_t count = 0;
    for (const auto& goal : goals(folder)) {
      if (goal.ends_with('/') && !goal.starts_with('/') && goal.find("./") == std::string::npos)
        count += compiled_below(join(folder, goal.substr(0, goal.size() - 1)));
      else if (sources.contains(goal))
        ++count;
    }
    return count;
  }

  // Listed objects that no file beside the Makefile has the name of, nor a list of their parts.
  Words without_source(const std::string& folder) {
    std::set<std::string> stems;
    if (const auto names = disk_.list(join(tree_, folder))) {
      for (const auto& name : *names) stems.insert(name.substr(0, name.find('.')));
    }
    Words missing;
    const auto lists = assignments(makefile_of(disk_, join(tree_, folder)), on_);
    for (const auto& goal : goals(folder)) {
      const std::string stem = goal.substr(0, goal.size() - 2);
      if (goal.ends_with(".o") && goal.find('/') == std::string::npos && !stems.contains(stem) &&
          !lists.contains(stem))
        missing.push_back(goal);
    }
    return missing;
  }

 private:
  Disk& disk_;
  std::string tree_;
  OptionsOn on_;
  std::map<std::string, Words> goals_;
  std::set<std::string> counted_;
};

// What make can be told to make: its own signs have no place in it, nor have rpm's.
bool is_plain(std::string_view path) {
  return path.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,") ==
         std::string_view::npos;
}

}  // namespace

bool is_makefile(std::string_view name) { return name == "Makefile" || name == "Kbuild"; }

std::vector<std::string> listed_goals(std::string_view makefile, std::string_view config) {
  return goals_of(makefile, options_on(config));
}

std::vector<std::string> touched_objects(Disk& disk, const std::string& tree_path,
                                         const std::vector<std::string>& touched, std::string_view config) {
  KbuildTree tree(disk, tree_path, config);
  std::set<std::string> objects;
  for (const auto& path : touched) {
    const std::string folder = parent_of(path);
    const std::string name = name_of(path);
    if (!disk.exists(join(tree_path, path)) || !tree.comes_to(folder)) continue;
    if (ends_with_any(name, {".c", ".S"})) {
      const std::string object = name.substr(0, name.size() - 2) + ".o";
      if (tree.lists(folder, object)) objects.insert(join(folder, object));
    } else if (is_makefile(name)) {
      for (const auto& object : tree.without_source(folder)) objects.insert(join(folder, object));
    }
  }
  std::vector<std::string> first;
  std::size_t bytes = 0;
  for (const auto& object : objects) {
    bytes += object.size() + 1;
    if (is_plain(object) && bytes <= kMost) first.push_back(object);
  }
  return first;
}

std::size_t objects_expected(Disk& disk, const std::string& tree_path, std::string_view config) {
  KbuildTree tree(disk, tree_path, config);
  std::size_t count = 0;
  for (const auto root : kRoots) count += tree.compiled_below(std::string(root));
  return count;
}

std::vector<std::string> objects_without_source(Disk& disk, const std::string& tree,
                                                const std::vector<std::string>& touched,
                                                std::string_view config) {
  KbuildTree kbuild(disk, tree, config);
  std::vector<std::string> without;
  for (const auto& path : touched) {
    const std::string name = name_of(path);
    if (!is_makefile(name) || path == name) continue;
    const std::string makefile = disk.read(join(tree, path)).value_or(std::string());
    for (const auto& goal : kbuild.without_source(parent_of(path))) {
      // its parts in a condition, or a rule
      const std::string stem = goal.substr(0, goal.size() - 2);
      const auto tells = [&](const std::string& text) { return makefile.find(text) != std::string::npos; };
      if (!tells(stem + "-") && !tells(stem + ".c") && !tells(stem + ".S") && !tells("/" + goal))
        without.push_back(join(parent_of(path), goal));
    }
  }
  return without;
}

}  // namespace kmesh
