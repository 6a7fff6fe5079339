// SPDX-License-Identifier: Apache-2.0
#include "kit/half_made.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/text.h"

namespace kmesh {
namespace {

// the longest that one file is worked on after it is there, with much to spare
constexpr double kLast = 60;

bool is_made_in_steps(std::string_view path) {
  static constexpr std::array<std::string_view, 8> kEnds = {".o",  ".a",   ".ko",      ".cmd",
                                                            ".so", ".mod", ".symvers", ".dbg"};
  static constexpr std::array<std::string_view, 5> kBegins = {"vmlinux", ".vmlinux", ".tmp_", "bzImage",
                                                              "System.map"};
  const auto slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return std::any_of(kEnds.begin(), kEnds.end(), [&](auto end) { return name.ends_with(end); }) ||
         (std::any_of(kBegins.begin(), kBegins.end(), [&](auto begin) { return name.starts_with(begin); }) &&
          !name.ends_with(".S") && !name.ends_with(".c") && !name.ends_with(".h"));
}

}  // namespace

std::vector<std::string> half_made_in(std::string_view listing) {
  std::vector<std::pair<double, std::string>> made;
  double newest = 0;
  each_line(listing, [&](std::string_view line) {
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos || !is_made_in_steps(line.substr(tab + 1))) return;
    const double time = std::strtod(std::string(line.substr(0, tab)).c_str(), nullptr);
    newest = std::max(newest, time);
    made.emplace_back(time, line.substr(tab + 1));
  });
  std::vector<std::string> paths;
  for (auto& [time, path] : made) {
    if (time >= newest - kLast) paths.push_back(std::move(path));
  }
  return paths;
}

Result<void> remove_half_made(Kit& kit, const std::string& tree) {
  Command command;
  command.argv = {"find", tree, "-type", "f", "-printf", "%T@\t%P\n"};
  command.keep_output = true;
  KMESH_LET(exit, kit.processes.run(command));
  if (!exit.ok()) return program_failed(fmt::format("the files of {} cannot be listed", tree), "", exit);
  for (const auto& path : half_made_in(exit.output)) KMESH_TRY(kit.disk.remove_all(join(tree, path)));
  return {};
}

}  // namespace kmesh
