// SPDX-License-Identifier: Apache-2.0
// The doors for unit tests: a disk in memory, processes that are answered and not run, a status that listens.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/disk.h"
#include "base/process.h"
#include "base/status.h"

namespace kmesh {

// Folders exist as soon as something lies in them, or when they were made. Links are kept, not followed.
class MemoryDisk : public Disk {
 public:
  std::map<std::string, std::string> files;  // path -> text
  std::set<std::string> folders;
  std::map<std::string, std::string> links;  // path -> target
  std::set<std::string> executables;
  std::set<std::string> unwritable;  // paths at which write, copy and rename fail
  std::map<std::string, std::int64_t> mtimes;
  std::map<std::string, Attributes> owned;           // attributes of files that were given some
  std::vector<std::string> acts;                     // what was done for files of the system, in its order
  std::map<std::string, std::int64_t> changes = {};  // path -> FileInfo::changed_ns
  std::uint64_t free = 100ULL << 30;
  std::map<std::string, std::uint64_t> free_below = {};  // of folders that are another disk

  bool exists(const std::string& path) override {
    return files.contains(path) || links.contains(path) || is_folder(path);
  }
  Result<FileInfo> info(const std::string& path) override {
    if (is_folder(path)) return FileInfo{0, 0, true, true};
    if (!files.contains(path)) return missing(path);
    return FileInfo{files[path].size(), mtimes.contains(path) ? mtimes[path] : 0, false,
                    executables.contains(path), changes.contains(path) ? changes[path] : 0};
  }
  Result<std::string> real_path(const std::string& path) override {
    if (!exists(path)) return missing(path);
    return links.contains(path) ? join(parent_of(path), links[path]) : path;
  }
  Result<std::string> read(const std::string& path) override {
    if (!files.contains(path)) return missing(path);
    return files[path];
  }
  Result<void> write(const std::string& path, std::string_view text) override {
    if (unwritable.contains(path)) return fail("cannot write " + path + ": it was made unwritable");
    files[path] = text;
    return {};
  }
  Result<std::vector<std::string>> list(const std::string& folder) override {
    if (!is_folder(folder)) return missing(folder);
    std::set<std::string> names;
    for (const auto& path : below(folder)) names.insert(path.substr(0, path.find('/')));
    return std::vector<std::string>(names.begin(), names.end());
  }
  Result<std::vector<std::string>> walk(const std::string& folder) override {
    if (!is_folder(folder)) return missing(folder);
    auto paths = below(folder);
    std::erase_if(paths, [&](const auto& path) { return !files.contains(join(folder, path)); });
    return paths;
  }
  Result<void> make_dirs(const std::string& folder) override {
    folders.insert(folder);
    return {};
  }
  Result<void> remove_all(const std::string& path) override {
    const auto gone = [&](const std::string& name) { return name == path || name.starts_with(path + "/"); };
    std::erase_if(files, [&](const auto& file) { return gone(file.first); });
    std::erase_if(links, [&](const auto& link) { return gone(link.first); });
    std::erase_if(folders, gone);
    return {};
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    if (is_folder(from)) {
      for (const auto& path : below(from)) {
        if (files.contains(join(from, path))) KMESH_TRY(rename(join(from, path), join(to, path)));
      }
      return remove_all(from);
    }
    if (!files.contains(from)) return missing(from);
    acts.push_back("rename " + from + " " + to);
    KMESH_TRY(write(to, files[from]));
    files.erase(from);
    if (auto moved = owned.extract(from)) {
      moved.key() = to;
      owned.erase(to);
      owned.insert(std::move(moved));
    }
    return {};
  }
  Result<void> copy(const std::string& from, const std::string& to) override {
    if (!files.contains(from)) return missing(from);
    if (executables.contains(from)) executables.insert(to);
    return write(to, std::string(files[from]));
  }
  Result<void> symlink(const std::string& target, const std::string& path) override {
    links[path] = target;
    return {};
  }
  Result<void> make_executable(const std::string& path) override {
    if (!files.contains(path)) return missing(path);
    executables.insert(path);
    return {};
  }
  Result<std::string> sha256(const std::string& path) override {
    if (!files.contains(path)) return missing(path);
    return sha256_text(files[path]);
  }
  Result<std::uint64_t> free_bytes(const std::string& folder) override {
    const auto other = free_below.find(folder);
    return other == free_below.end() ? free : other->second;
  }
  Result<Attributes> attributes(const std::string& path) override {
    if (links.contains(path)) return Attributes{FileKind::kLink, 0777, 0, 0, 0};
    if (is_folder(path)) return Attributes{FileKind::kFolder, 0755, 0, 0, 0};
    if (!files.contains(path)) return missing(path);
    return owned.contains(path) ? owned[path] : Attributes{FileKind::kFile, 0644, 0, 0, 0};
  }
  Result<void> write_as(const std::string& path, std::string_view text,
                        const Attributes& attributes) override {
    acts.push_back("write " + path);
    KMESH_TRY(write(path, text));
    owned[path] = attributes;
    return {};
  }
  Result<void> link(const std::string& from, const std::string& to) override {
    acts.push_back("link " + from + " " + to);
    if (!files.contains(from)) return missing(from);
    if (exists(to)) return fail("cannot make another name of " + from + ": File exists");
    files[to] = files[from];
    if (owned.contains(from)) owned[to] = owned[from];
    return {};
  }
  Result<void> sync(const std::string& folder) override {
    acts.push_back("sync " + folder);
    return {};
  }
  Result<void> may_write(const std::string& folder) override {
    if (unwritable.contains(folder)) return fail("cannot write into " + folder + ": it was made unwritable");
    return {};
  }

 private:
  static tl::unexpected<Error> missing(const std::string& path) {
    return fail("cannot open " + path + ": No such file or directory");
  }
  // Everything under the folder, relative to it, sorted.
  std::vector<std::string> below(const std::string& folder) const {
    std::set<std::string> paths;
    const auto add = [&](const std::string& path) {
      if (path.starts_with(folder + "/")) paths.insert(path.substr(folder.size() + 1));
    };
    for (const auto& [path, text] : files) add(path);
    for (const auto& [path, target] : links) add(path);
    for (const auto& path : folders) add(path);
    return {paths.begin(), paths.end()};
  }
  bool is_folder(const std::string& path) const { return folders.contains(path) || !below(path).empty(); }
};

// Answers commands from a list, the first whose condition holds; what no answer fits is an error, and so is a
// program that is not installed. Every command is kept.
class FakeProcesses : public Processes {
 public:
  struct Answer {
    std::function<bool(const Command&)> when;
    Exit exit;
    std::function<void(const Command&)> effect = nullptr;
  };
  std::vector<Command> ran;
  std::vector<Answer> answers;
  std::set<std::string> absent;  // programs that are not installed; all others are

  // An answer for every command that has this word in its argv.
  void answer(const std::string& word, Exit exit, std::function<void(const Command&)> effect = nullptr) {
    answers.push_back(
        {[word](const Command& command) { return has(command, word); }, std::move(exit), std::move(effect)});
  }
  static bool has(const Command& command, const std::string& word) {
    return std::find(command.argv.begin(), command.argv.end(), word) != command.argv.end();
  }

  Result<Exit> run(const Command& command) override {
    ran.push_back(command);
    for (const auto& answer : answers) {
      if (!answer.when(command)) continue;
      if (answer.effect) answer.effect(command);
      if (command.on_line) say_lines(command, answer.exit.output);
      return answer.exit;
    }
    return fail("the test has no answer for: " + shown(command.argv));
  }
  std::string find(const std::string& program) override {
    return absent.contains(program) ? "" : "/usr/bin/" + program;
  }

 private:
  static void say_lines(const Command& command, std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      command.on_line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
};

class FakeStatus : public Status {
 public:
  std::vector<std::string> lines;
  std::size_t done = 0;
  std::size_t total = 0;

  void begin(const std::string& stage) override { lines.push_back("begin " + stage); }
  void doing(std::string_view what) override { lines.emplace_back(what); }
  void progress(std::size_t done_now, std::size_t of_total, std::string_view what) override {
    done = done_now;
    total = of_total;
    doing(what);
  }
  void say(std::string_view line) override { lines.emplace_back(line); }
  void end(std::string_view outcome) override { lines.push_back("end " + std::string(outcome)); }
  void stop() override {}
};

}  // namespace kmesh
