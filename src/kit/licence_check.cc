// SPDX-License-Identifier: Apache-2.0
#include "kit/licence_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "kit/c_tokens.h"
#include "kit/root.h"

namespace kmesh {
namespace {

using Names = std::set<std::string>;

// One module of another licence: its sources, or the one of them that patches touched.
struct Module {
  std::string name;  // of what declares the licence
  std::string licence;
  Names calls;
};

Names calls_of(const std::string& source) {
  Names calls;
  const auto text = read_c_text(source);
  if (!text) return calls;  // the compiler will say so
  const Tokens& tokens = text->tokens;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    // of a struct's member nothing is linked
    const bool member = i > 0 && (tokens[i - 1] == "." || tokens[i - 1] == ">");
    if (tokens[i + 1] == "(" && !member && is_identifier(tokens[i])) calls.insert(tokens[i]);
  }
  return calls;
}

// What these sources make one module of; of one that goes with the GPL nothing else is asked.
Module module_of(Kit& kit, const std::vector<std::string>& sources) {
  Module module;
  std::vector<std::string> texts;
  for (const auto& path : sources) {
    if (!ends_with_any(path, {".c", ".h"})) continue;
    texts.push_back(kit.disk.read(path).value_or(std::string()));
    const std::string licence = declared_licence(texts.back());
    if (licence.empty() || is_gpl_compatible(licence)) continue;
    module.licence = licence;
    module.name = name_of(path);
  }
  if (module.licence.empty()) return module;
  for (const auto& text : texts) module.calls.merge(calls_of(text));
  return module;
}

std::vector<Module> modules(Kit& kit, const Side& side, const std::string& tree,
                            const std::vector<std::string>& touched) {
  std::vector<Module> found;
  found.push_back(module_of(kit, module_sources(kit).value_or(std::vector<std::string>())));
  const std::string beside = side.path("module");
  std::vector<std::string> sources;
  for (const auto& name : kit.disk.list(beside).value_or(std::vector<std::string>()))
    sources.push_back(join(beside, name));
  found.push_back(module_of(kit, sources));
  for (const auto& path : touched) {
    found.push_back(module_of(kit, {join(tree, path)}));
    found.back().name = path;
  }
  std::erase_if(found, [](const Module& module) { return module.licence.empty(); });
  return found;
}

// Takes a second: for who needs it.
Names gpl_exports(Kit& kit, const std::string& tree) {
  constexpr std::array<std::string_view, 2> kExports = {"EXPORT_SYMBOL_GPL(", "EXPORT_SYMBOL_NS_GPL("};
  Names names;
  for (const auto& path : kit.disk.walk(tree).value_or(std::vector<std::string>())) {
    if (!ends_with_any(path, {".c", ".S"})) continue;
    const std::string text = kit.disk.read(join(tree, path)).value_or(std::string());
    for (const auto word : kExports) {
      for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at)) {
        at += word.size();
        names.insert(text.substr(at, text.find_first_of(",)", at) - at));
      }
    }
  }
  return names;
}

}  // namespace

std::string declared_licence(std::string_view source) {
  std::string licence;
  each_line(source, [&](std::string_view line) {
    if (!line.starts_with("MODULE_LICENSE(")) return;
    const auto from = line.find('"');
    const auto to = line.rfind('"');
    if (from < to && to != std::string_view::npos) licence = line.substr(from + 1, to - from - 1);
  });
  return licence;
}

bool is_gpl_compatible(std::string_view licence) {
  constexpr std::array<std::string_view, 6> kCompatible = {
      "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};
  return std::find(kCompatible.begin(), kCompatible.end(), licence) != kCompatible.end();
}

Finding licence_check(Kit& kit, const Side& side, const std::string& tree,
                      const std::vector<std::string>& touched) {
  const auto other = modules(kit, side, tree, touched);
  if (other.empty()) return well("licences", "what modules declare lets them call what is for GPL ones");
  const Names exported = gpl_exports(kit, tree);
  for (const auto& module : other) {
    std::vector<std::string> names;
    std::set_intersection(module.calls.begin(), module.calls.end(), exported.begin(), exported.end(),
                          std::back_inserter(names));
    if (names.empty()) continue;
    return doubtful(
        "licences",
        fail(fmt::format(
                 "{} declares the licence \"{}\" and calls {}, which the kernel exports for GPL modules "
                 "only: modpost will refuse the module",
                 module.name, module.licence, fmt::join(names, ", ")),
             "MODULE_LICENSE(\"GPL\"), if that is its licence; or another function")
            .value());
  }
  return well("licences", "modules of another licence than the GPL call nothing that is for GPL ones");
}

}  // namespace kmesh
