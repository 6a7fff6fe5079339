// SPDX-License-Identifier: Apache-2.0
#include "kit/seal.h"

#include <fmt/format.h>

#include <map>

#include "base/text.h"

namespace kmesh {
namespace {

// A line is size, times, path, with tabs between; of what the build made the path alone counts.
using Seals = std::map<std::string_view, std::string_view>;  // path -> size and times
constexpr std::string_view kMade = "-";

Seals parsed(std::string_view text) {
  Seals seals;
  each_line(text, [&](std::string_view line) {
    const auto at = line.rfind('\t');
    if (at != std::string_view::npos) seals[line.substr(at + 1)] = line.substr(0, at);
  });
  return seals;
}

bool is_tool_source(std::string_view name) {
  return !ends_with_any(name, {".lex.c", ".tab.c", ".tab.h", "-cfg", ".mod.c"}) &&
         (ends_with_any(name, {".c", ".cc", ".h", ".l", ".y", ".pl", ".sh"}) || name == "Makefile");
}

Result<std::string> listing_of(Kit& kit, const std::string& tree) {
  KMESH_LET(files, list_files(kit, tree));
  std::string text;
  each_line(files, [&](std::string_view line) {
    if (!is_product(line.substr(line.rfind('\t') + 1))) text.append(line).push_back('\n');
  });
  return text;
}

}  // namespace

Result<std::string> list_files(Kit& kit, const std::string& tree) {
  Command command;
  command.argv = {"find", tree, "(", "-type", "f", "-o", "-type", "l", ")", "-printf", "%s\t%T@\t%C@\t%P\n"};
  command.keep_output = true;
  KMESH_LET(exit, kit.processes.run(command));
  if (!exit.ok()) return program_failed(fmt::format("the files of {} cannot be listed", tree), "", exit);
  return std::move(exit.output);
}

bool is_product(std::string_view path) {
  const auto slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  // kbuild's own tools are linked beside their sources
  if (starts_with_any(path, {"scripts/kconfig/", "scripts/basic/"})) return !is_tool_source(name);
  return (name.starts_with('.') && path != ".config") ||
         starts_with_any(path, {"include/config/", "include/generated/", "debian/"}) ||
         path.find("/include/generated/") != std::string_view::npos ||
         ends_with_any(name, {".o", ".a", ".ko", ".cmd", ".mod", ".mod.c", ".order", ".builtin", ".d", ".so",
                              ".symvers", ".dbg"});
}

std::string seal_difference(std::string_view before, std::string_view now, Added added) {
  const Seals old = parsed(before);
  const Seals found = parsed(now);
  for (const auto& [path, seal] : old) {
    if (seal == kMade) continue;
    const auto same = found.find(path);
    if (same == found.end()) return fmt::format("{} is missing", path);
    if (same->second != seal) return fmt::format("{} was altered", path);
  }
  for (const auto& [path, seal] : found)
    if (added == Added::kTold && !old.contains(path)) return fmt::format("{} was added", path);
  return {};
}

Result<void> seal_tree(Kit& kit, const std::string& tree, const std::string& seal) {
  KMESH_LET(text, listing_of(kit, tree));
  return kit.disk.write(seal, text);
}

Result<void> renew_seal(Kit& kit, const std::string& tree, const std::string& seal) {
  KMESH_LET(before, kit.disk.read(seal));
  KMESH_LET(now, listing_of(kit, tree));
  const Seals sources = parsed(before);
  std::string text;
  for (const auto& [path, found] : parsed(now)) {
    const auto source = sources.find(path);
    // what is configured after a tree was sealed is a source as well
    const bool made = source == sources.end() ? path != ".config" : source->second == kMade;
    text += fmt::format("{}\t{}\n", made ? kMade : found, path);
  }
  return kit.disk.write(seal, text);
}

Result<std::set<std::string>> sealed_sources(Kit& kit, const std::string& seal) {
  KMESH_LET(text, kit.disk.read(seal));
  std::set<std::string> sources;
  for (const auto& [path, found] : parsed(text))
    if (found != kMade) sources.emplace(path);
  return sources;
}

Result<std::string> broken_seal(Kit& kit, const std::string& tree, const std::string& seal, Added added) {
  if (!kit.disk.exists(seal) || !kit.disk.exists(tree)) return std::string("the prepared tree is not whole");
  KMESH_LET(before, kit.disk.read(seal));
  KMESH_LET(now, listing_of(kit, tree));
  return seal_difference(before, now, added);
}

}  // namespace kmesh
