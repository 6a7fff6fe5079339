// SPDX-License-Identifier: Apache-2.0
#include "kit/kabi_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace kmesh {
namespace {

using Json = nlohmann::ordered_json;

std::string more_text(std::size_t all, std::string_view what) {
  if (all <= kKabiRows) return {};
  return fmt::format("  and {} more {}; report.json has all\n", all - kKabiRows, what);
}

std::string names_text(const std::vector<std::string>& names, std::string_view what) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kKabiRows); ++i)
    text += fmt::format("  {:<32} {}\n", names[i], what);
  return text + more_text(names.size(), what);
}

}  // namespace

KabiSummary summary_of(const KabiReport& report) {
  KabiSummary summary;
  summary.comparable = report.symbols.comparable();
  summary.note = report.symbols.not_comparable;
  if (!report.types_unknown.empty())
    summary.note +=
        fmt::format("{}types were not compared: {}", summary.note.empty() ? "" : "; ", report.types_unknown);
  for (std::size_t i = 0; i < report.symbols.changed.size(); ++i) {
    const auto& change = report.symbols.changed[i];
    summary.changed.push_back({change.now.name, crc_text(change.old.crc), crc_text(change.now.crc),
                               why_changed(report, i), patches_of(causes_at(report.causes, i)),
                               traceable(report, i)});
  }
  for (const auto& symbol : report.symbols.added) summary.added.push_back(symbol.name);
  for (const auto& symbol : report.symbols.removed) summary.removed.push_back(symbol.name);
  return summary;
}

std::string summary_json(const KabiSummary& summary) {
  Json changed = Json::array();
  for (const auto& change : summary.changed)
    changed.push_back({{"symbol", change.symbol},
                       {"old", change.old_crc},
                       {"new", change.new_crc},
                       {"why", change.why},
                       {"patches", change.patches},
                       {"traceable", change.traceable}});
  const Json whole = {{"comparable", summary.comparable},
                      {"note", summary.note},
                      {"changed", changed},
                      {"added", summary.added},
                      {"removed", summary.removed}};
  return whole.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<KabiSummary> parse_summary(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    KabiSummary summary;
    json.at("comparable").get_to(summary.comparable);
    json.at("note").get_to(summary.note);
    json.at("added").get_to(summary.added);
    json.at("removed").get_to(summary.removed);
    for (const auto& entry : json.at("changed"))
      summary.changed.push_back({entry.at("symbol").get<std::string>(), entry.at("old").get<std::string>(),
                                 entry.at("new").get<std::string>(), entry.at("why").get<std::string>(),
                                 entry.at("patches").get<std::vector<std::string>>(),
                                 entry.at("traceable").get<bool>()});
    return summary;
  } catch (const Json::exception& error) {
    return fail(fmt::format("what was kept of the kABI cannot be read: {}", error.what()));
  }
}

std::string summary_text(const KabiSummary& summary) {
  std::string text = "kABI, the enhanced kernel's against the baseline's\n";
  if (!summary.note.empty()) text += fmt::format("  {}\n", summary.note);
  // where nothing could be compared, the note is all there is
  if (!summary.comparable && summary.unchanged()) return text;
  if (summary.unchanged())
    return text + "  no exported symbol changed: modules built for the baseline go on loading\n";
  text += fmt::format("  {} of the exported symbols changed, {} added, {} removed\n", summary.changed.size(),
                      summary.added.size(), summary.removed.size());
  text += names_text(summary.removed, "removed");
  for (std::size_t i = 0; i < std::min(summary.changed.size(), kKabiRows); ++i) {
    const auto& change = summary.changed[i];
    text += fmt::format("  {:<32} {}\n{:35}{}\n", change.symbol, change.why, "",
                        patches_text(change.patches, change.traceable));
  }
  return text + more_text(summary.changed.size(), "changed") + names_text(summary.added, "added");
}

}  // namespace kmesh
