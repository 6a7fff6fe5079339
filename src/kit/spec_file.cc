// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "kit/side.h"
#include "kit/spec_check.h"
#include "kit/tools.h"

namespace kmesh {
namespace {

using Json = nlohmann::ordered_json;

Result<std::vector<std::string>> names_of(Kit& kit, const std::vector<std::string>& patches) {
  std::vector<std::string> names;
  for (const auto& patch : patches) {
    if (!kit.disk.exists(patch)) return wrong_call(fmt::format("there is no patch {}", patch));
    KMESH_LET(info, kit.disk.info(patch));
    if (info.directory) return wrong_call(fmt::format("{} is a folder, and no patch", patch));
    names.push_back(name_of(patch));
  }
  return names;
}

// SPECS/kernel.spec has its sources in SOURCES, any other beside it.
std::string sources_of(Kit& kit, const std::string& spec) {
  const std::string folder = parent_of(spec);
  const std::string beside = join(parent_of(folder), "SOURCES");
  return name_of(folder) == "SPECS" && kit.disk.exists(beside) ? beside : folder;
}

}  // namespace

Result<SpecReport> change_spec_file(Kit& kit, const SpecOptions& options) {
  if (!kit.disk.exists(options.file)) return wrong_call(fmt::format("there is no spec {}", options.file));
  KMESH_LET(text, kit.disk.read(options.file));
  SpecReport report{options.file, options.undo, false, {}};
  if (options.undo) {
    report.edit.text = undo_spec(text);
  } else {
    KMESH_LET(names, names_of(kit, options.patches));
    KMESH_TRY(check_rpm_tools(kit, options.sandbox));
    const std::string sources = options.sources.empty() ? sources_of(kit, options.file) : options.sources;
    const Side side{"spec", options.work, join(options.work, "rpm.log"),
                    Sandbox(options.sandbox, options.work, join(options.work, "ccache")).showing(sources)};
    for (const auto* folder : {"home", "ccache"}) KMESH_TRY(kit.disk.make_dirs(side.path(folder)));
    KMESH_LET(edit, edit_with_rpm(kit, side, text, names, side.sandbox.inside(sources)));
    report.edit = std::move(edit);
  }
  report.changed = report.edit.text != text;
  if (!report.changed) return report;
  // what a killed call leaves beside the spec has a name that the next one knows
  KMESH_LET(attributes, kit.disk.attributes(options.file));
  attributes.mtime_ns.reset();
  KMESH_TRY(kit.disk.write_as(options.file, report.edit.text, attributes));
  return report;
}

std::string spec_text(const SpecReport& report) {
  if (report.undo)
    return report.changed ? fmt::format("{} is as it was before the edit\n", report.file)
                          : fmt::format("{} has no lines of kmesh-kernel's\n", report.file);
  std::string text = fmt::format("{} {}\n", report.file,
                                 report.changed ? "was edited" : "was edited before; nothing changed");
  for (const auto& line : report.edit.added) text += fmt::format("  {}\n", line);
  if (report.edit.kabi.empty()) text += "  no kABI check was found\n";
  text += fmt::format(
      "the patches are applied {}\n\ncopy them beside the other sources, then build\n\n    kmesh-kernel spec "
      "undo {}\n\ntakes the edit back\n",
      report.edit.place, report.file);
  return text;
}

std::string spec_json(const SpecReport& report) {
  const Json whole = {{"ok", true},
                      {"file", report.file},
                      {"undo", report.undo},
                      {"changed", report.changed},
                      {"added", report.edit.added},
                      {"kabi", report.edit.kabi},
                      {"sources", report.edit.sources},
                      {"place", report.edit.place},
                      {"rpm_seconds", report.edit.rpm_seconds}};
  return whole.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kmesh
