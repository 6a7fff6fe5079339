// SPDX-License-Identifier: Apache-2.0
#include "kit/half_made.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "kit/seal.h"

namespace kmesh {
namespace {

// the longest that one file is worked on after it is there, with much to spare
constexpr double kLast = 60;

bool is_made_in_steps(std::string_view path) {
  const auto slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return ends_with_any(name, {".o", ".a", ".ko", ".cmd", ".so", ".mod", ".symvers", ".dbg"}) ||
         (starts_with_any(name, {"vmlinux", ".vmlinux", ".tmp_", "bzImage", "System.map"}) &&
          !ends_with_any(name, {".S", ".c", ".h"}));
}

}  // namespace

std::vector<std::string> half_made_in(std::string_view listing) {
  std::vector<std::pair<double, std::string>> made;
  double newest = 0;
  each_line(listing, [&](std::string_view line) {
    const auto size = line.find('\t');
    const auto time = line.find('\t', size + 1);
    if (size == std::string_view::npos || time == std::string_view::npos) return;
    const auto path = line.substr(time + 1);
    if (!is_made_in_steps(path)) return;
    const double seconds = std::strtod(std::string(line.substr(size + 1, time - size - 1)).c_str(), nullptr);
    newest = std::max(newest, seconds);
    made.emplace_back(seconds, path);
  });
  std::vector<std::string> paths;
  for (auto& [time, path] : made) {
    if (time >= newest - kLast) paths.push_back(std::move(path));
  }
  return paths;
}

Result<void> remove_half_made(Kit& kit, const std::string& tree) {
  KMESH_LET(files, list_files(kit, tree));
  for (const auto& path : half_made_in(files)) KMESH_TRY(kit.disk.remove_all(join(tree, path)));
  return {};
}

}  // namespace kmesh
