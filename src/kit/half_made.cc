// SPDX-License-Identifier: Apache-2.0
#include "kit/half_made.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "base/text.h"
#include "kit/seal.h"

namespace kmesh {
namespace {

// the longest that one file is worked on after it is there, with much to spare
constexpr double kLast = 60;

constexpr std::string_view kAtWork = "make is at work\n";
constexpr std::string_view kCutOff = "make was cut off\n";

std::string mark_of(const Side& side) { return side.path("compiling"); }

}  // namespace

bool is_made_in_steps(std::string_view path) {
  const auto slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return ends_with_any(name, {".o", ".a", ".ko", ".cmd", ".so", ".mod", ".symvers", ".dbg"}) ||
         (starts_with_any(name, {"vmlinux", ".vmlinux", ".tmp_", "bzImage", "System.map"}) &&
          !ends_with_any(name, {".S", ".c", ".h"}));
}

Result<void> note_compiling(Disk& disk, const Side& side) { return disk.write(mark_of(side), kAtWork); }

Result<void> note_compiled(Disk& disk, const Side& side, bool made, const std::string& log) {
  const auto said = disk.read(log);
  if (made || (said && make_gave_up(*said))) return disk.remove_all(mark_of(side));
  return disk.write(mark_of(side), kCutOff);
}

bool was_cut_off(Disk& disk, const Side& side) { return disk.exists(mark_of(side)); }

bool was_killed(Disk& disk, const Side& side) {
  return disk.read(mark_of(side)).value_or(std::string()) == kAtWork;
}

bool make_gave_up(std::string_view log) {
  bool ended = false;
  bool killed = false;
  each_line(log, [&](std::string_view line) {
    if (line.starts_with("make: *** ") && line.find("] Error ") != std::string_view::npos) ended = true;
    for (const auto* sign : {"Killed", "Terminated", "Interrupt", "] Error 137", "] Error 143"})
      killed = killed || line.find(sign) != std::string_view::npos;
  });
  return ended && !killed;
}

std::vector<std::string> half_made_in(std::string_view listing,
                                      const std::function<bool(std::string_view)>& made) {
  std::vector<std::pair<double, std::string>> found;
  double newest = 0;
  each_line(listing, [&](std::string_view line) {
    const auto size = line.find('\t');
    const auto time = line.find('\t', size + 1);
    if (size == std::string_view::npos || time == std::string_view::npos) return;
    const auto path = line.substr(line.rfind('\t') + 1);
    if (!made(path)) return;
    const double seconds = std::strtod(std::string(line.substr(size + 1, time - size - 1)).c_str(), nullptr);
    newest = std::max(newest, seconds);
    found.emplace_back(seconds, path);
  });
  std::vector<std::string> paths;
  for (auto& [time, path] : found) {
    if (time >= newest - kLast) paths.push_back(std::move(path));
  }
  return paths;
}

Result<void> remove_half_made(Kit& kit, const std::string& folder, const std::string& tree,
                              const std::string& seal) {
  KMESH_LET(files, list_files(kit, folder));
  const auto sources = sealed_sources(kit, seal);
  const std::string in_tree = tree == folder ? std::string() : tree.substr(folder.size() + 1) + "/";
  const auto made = [&](std::string_view path) {
    if (is_made_in_steps(path)) return true;
    if (!sources || !path.starts_with(in_tree)) return false;
    path.remove_prefix(in_tree.size());
    // what configuring made, and what the kit drew in the place of kbuild, is no source and stays
    return !is_product(path) && !sources->contains(std::string(path));
  };
  for (const auto& path : half_made_in(files, made)) KMESH_TRY(kit.disk.remove_all(join(folder, path)));
  return {};
}

}  // namespace kmesh
