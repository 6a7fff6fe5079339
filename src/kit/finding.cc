// SPDX-License-Identifier: Apache-2.0
#include "kit/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace kmesh {
namespace {

std::string_view name_of(Grade grade) {
  switch (grade) {
    case Grade::kOk:
      return "ok";
    case Grade::kWarning:
      return "warning";
    case Grade::kFailure:
      return "failure";
  }
  return "";
}

bool failed(const Finding& finding) { return finding.grade == Grade::kFailure; }

std::string told(const Error& error) {
  std::string text = error.what + "\n";
  if (!error.hint.empty()) text += fmt::format("    {}\n", error.hint);
  if (!error.command.empty()) text += fmt::format("        {}\n", error.command);
  return text;
}

}  // namespace

Result<void> all_well(const std::vector<Finding>& findings) {
  const auto count = std::count_if(findings.begin(), findings.end(), failed);
  if (count == 0) return {};
  const auto first = std::find_if(findings.begin(), findings.end(), failed);
  if (count == 1) return tl::make_unexpected(first->error);
  std::string all;
  for (const auto& finding : findings) {
    if (failed(finding)) all += told(finding.error);
  }
  return fail(fmt::format("{} things would make this build fail; the first: {}", count, first->error.what),
              first->error.hint, first->error.command, all);
}

std::vector<std::string> warnings_of(const std::vector<Finding>& findings) {
  std::vector<std::string> lines;
  for (const auto& [check, grade, text, error] : findings) {
    if (grade != Grade::kWarning) continue;
    lines.push_back(error.hint.empty() ? error.what : fmt::format("{}; {}", error.what, error.hint));
  }
  return lines;
}

std::string findings_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const auto& finding : findings)
    text += fmt::format("{:<8} {:<13} {}", name_of(finding.grade), finding.check,
                        finding.grade == Grade::kOk ? finding.text + "\n" : told(finding.error));
  return text;
}

std::string findings_json(const std::vector<Finding>& findings) {
  using Json = nlohmann::ordered_json;
  Json checks = Json::array();
  for (const auto& finding : findings) {
    Json one = {{"check", finding.check}, {"grade", name_of(finding.grade)}};
    if (finding.grade == Grade::kOk) {
      one["text"] = finding.text;
    } else {
      one["what"] = finding.error.what;
      one["hint"] = finding.error.hint;
      one["command"] = finding.error.command;
    }
    checks.push_back(std::move(one));
  }
  const bool ok = std::none_of(findings.begin(), findings.end(), failed);
  return Json{{"ok", ok}, {"checks", checks}}.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kmesh
