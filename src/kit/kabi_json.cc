// SPDX-License-Identifier: Apache-2.0
// The same answer for programs.
#include <nlohmann/json.hpp>

#include "kit/kabi_report.h"

namespace kmesh {
namespace {

using Json = nlohmann::ordered_json;

Json causes_json(const std::vector<Cause>& causes) {
  Json list = Json::array();
  for (const auto& cause : causes) list.push_back({{"file", cause.patch}, {"evidence", cause.evidence}});
  return list;
}

Json symbol_json(const Symbol& symbol) {
  return {{"crc", crc_text(symbol.crc)},
          {"module", symbol.module},
          {"export", symbol.type},
          {"namespace", symbol.space}};
}

Json listed_json(const std::vector<Symbol>& symbols, const std::vector<std::vector<Cause>>& causes,
                 bool known) {
  Json list = Json::array();
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    Json entry = {{"symbol", symbols[i].name}};
    entry.update(symbol_json(symbols[i]));
    if (known) entry["patches"] = causes_json(causes_at(causes, i));
    list.push_back(std::move(entry));
  }
  return list;
}

Json changed_json(const KabiReport& report) {
  Json list = Json::array();
  for (std::size_t i = 0; i < report.symbols.changed.size(); ++i) {
    const auto& change = report.symbols.changed[i];
    Json what = Json::array();
    if (change.crc) what.push_back("crc");
    if (change.module) what.push_back("module");
    if (change.type) what.push_back("export");
    if (change.space) what.push_back("namespace");
    Json entry = {{"symbol", change.now.name},      {"what", what},
                  {"old", symbol_json(change.old)}, {"new", symbol_json(change.now)},
                  {"why", why_changed(report, i)},  {"traceable", traceable(report, i)}};
    if (const auto* function = function_of(report, i); function != nullptr && function->known) {
      if (!function->old_declaration.empty())
        entry["declaration"] = {{"old", function->old_declaration}, {"new", function->new_declaration}};
      entry["types"] = Json::array();
      for (const auto type : function->types) entry["types"].push_back(report.types.changed[type].title);
      entry["way"] = function->way;
    }
    if (report.patches_known) entry["patches"] = causes_json(causes_at(report.causes, i));
    list.push_back(std::move(entry));
  }
  return list;
}

Json types_json(const KabiReport& report) {
  Json changed = Json::array();
  for (std::size_t i = 0; i < report.types.changed.size(); ++i) {
    const auto& type = report.types.changed[i];
    Json entry = {{"type", type.title},
                  {"old_bytes", type.old_size},
                  {"new_bytes", type.new_size},
                  {"diff", type.lines}};
    if (report.patches_known) entry["patches"] = causes_json(causes_at(report.type_causes, i));
    changed.push_back(std::move(entry));
  }
  return {{"compared", report.types_compared},
          {"why_not", report.types_unknown},
          {"changed", changed},
          {"added", report.types.added},
          {"removed", report.types.removed}};
}

Json modules_json(const std::vector<ModuleJudgement>& modules) {
  Json list = Json::array();
  for (const auto& module : modules) {
    const char* verdict = module.verdict == ModuleVerdict::kLoads     ? "loads"
                          : module.verdict == ModuleVerdict::kRebuild ? "rebuild"
                                                                      : "unknown";
    list.push_back({{"file", module.file},
                    {"verdict", verdict},
                    {"why_unknown", module.why_unknown},
                    {"changed", module.changed},
                    {"gone", module.gone},
                    {"elsewhere", module.elsewhere},
                    {"restricted", module.restricted},
                    {"built_for_old", module.of_old}});
  }
  return list;
}

}  // namespace

std::string kabi_json(const KabiReport& report) {
  const auto side = [](const KabiSource& source) {
    return Json{{"name", source.name}, {"symvers", source.symvers}, {"vmlinux", source.vmlinux}};
  };
  Json json = {{"ok", true},
               {"comparable", report.symbols.comparable()},
               {"why_not", report.symbols.not_comparable},
               {"old", side(report.old)},
               {"new", side(report.now)},
               {"same", report.symbols.same},
               {"without_crc", report.symbols.without_crc},
               {"changed", changed_json(report)},
               {"added", listed_json(report.symbols.added, report.added_causes, report.patches_known)},
               {"removed", listed_json(report.symbols.removed, report.removed_causes, report.patches_known)},
               {"types", types_json(report)},
               {"modules", modules_json(report.modules)}};
  if (!report.abidiff.empty()) json["abidiff"] = report.abidiff;
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kmesh
