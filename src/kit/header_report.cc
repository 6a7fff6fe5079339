// SPDX-License-Identifier: Apache-2.0
#include "kit/header_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace kmesh {
namespace {

using Json = nlohmann::ordered_json;

std::string first_line(const HeadersReport& report) {
  const std::string& path = report.path;
  const std::string version = report.state ? report.state->version : "";
  if (report.action == "installed")
    return fmt::format("{} is that of Linux {} with Kmesh's patches", path, version);
  if (report.action == "already installed")
    return fmt::format("already installed: {} is that of Linux {} with Kmesh's patches", path, version);
  if (report.action == "restored") return fmt::format("restored: {} is the original", path);
  if (report.action == "kept newer")
    return fmt::format("the distribution has updated {} since it was replaced: its newer one is kept", path);
  if (report.action == "interrupted")
    return fmt::format("a run was cut off ({}): {} is whole", name_of(report.state->phase), path);
  if (report.action == "changed") return fmt::format("{} is not the one that was installed any more", path);
  return fmt::format("not installed: {} is the system's own", path);
}

}  // namespace

std::string headers_text(const HeadersReport& report) {
  std::string text = first_line(report) + "\n";
  if (!report.sha256.empty()) text += fmt::format("  sha256    {}\n", report.sha256);
  if (report.state) {
    const HeaderState& state = *report.state;
    text += fmt::format("  from      {}\n", state.from);
    text += fmt::format("  original  {}{}\n", state.sha256,
                        state.package.empty() ? "" : fmt::format(", of {}", state.package));
    text += fmt::format("            kept in {}\n", report.kept);
  }
  for (const auto& note : report.notes) text += fmt::format("  {}\n", note);
  return text;
}

std::string headers_json(const HeadersReport& report) {
  Json whole = {{"ok", true},
                {"action", report.action},
                {"path", report.path},
                {"sha256", report.sha256},
                {"updated", report.updated},
                {"notes", report.notes}};
  if (report.state) {
    const HeaderState& state = *report.state;
    whole["phase"] = name_of(state.phase);
    whole["kernel"] = state.version;
    whole["from"] = state.from;
    whole["diverted"] = state.diverted;
    whole["original"] = {{"sha256", state.sha256}, {"mode", state.mode},         {"owner", state.owner},
                         {"group", state.group},   {"mtime_ns", state.mtime_ns}, {"package", state.package},
                         {"kept", report.kept}};
  }
  return whole.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kmesh
