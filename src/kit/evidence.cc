// SPDX-License-Identifier: Apache-2.0
#include "kit/evidence.h"

#include <fmt/format.h>

#include <algorithm>

namespace kmesh {
namespace {

auto count_of(const PlannedPatch& planned, std::string_view match) {
  return std::count_if(planned.evidence.begin(), planned.evidence.end(),
                       [&](const Evidence& item) { return item.match == match; });
}

}  // namespace

std::string evidence_text(const PlannedPatch& planned) {
  if (planned.verdict == Verdict::kEquivalent && !planned.evidence.empty()) {
    const Evidence& first = planned.evidence.front();
    return fmt::format("{}:{} has it by another change", first.path, first.line);
  }
  const std::string hunks =
      fmt::format("{} hunk{}", planned.evidence.size(), planned.evidence.size() == 1 ? "" : "s");
  if (planned.verdict == Verdict::kPartial)
    return fmt::format("{}, {} already there", hunks, count_of(planned, "reverse"));
  if (planned.verdict == Verdict::kBlocked) return fmt::format("{}, behind {}", hunks, planned.blocked_by);
  if (planned.verdict == Verdict::kConflict)
    return fmt::format("{}, {} of them fit{}", hunks, count_of(planned, "forward"),
                       count_of(planned, "forward") == 1 ? "s" : "");
  const std::size_t moved = planned.moved();
  return fmt::format("{}, {}{}", hunks, moved == 0 ? "each at its own line" : fmt::format("{} moved", moved),
                     planned.verdict == Verdict::kPresent ? ", already there" : "");
}

nlohmann::ordered_json evidence_json(const PlannedPatch& planned) {
  auto all = nlohmann::ordered_json::array();
  for (const auto& item : planned.evidence) {
    all.push_back({{"path", item.path}, {"line", item.line}, {"offset", item.offset}, {"match", item.match}});
    if (!item.text.empty()) all.back()["text"] = item.text;
  }
  return all;
}

}  // namespace kmesh
