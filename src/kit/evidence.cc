// SPDX-License-Identifier: Apache-2.0
#include "kit/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace kmesh {
namespace {

std::size_t count_of(const PlannedPatch& planned, std::string_view match) {
  const std::size_t more = match == "forward"   ? planned.unlisted.forward
                           : match == "reverse" ? planned.unlisted.reverse
                                                : 0;
  return more +
         static_cast<std::size_t>(std::count_if(planned.evidence.begin(), planned.evidence.end(),
                                                [&](const Evidence& item) { return item.match == match; }));
}

}  // namespace

std::string evidence_text(const PlannedPatch& planned) {
  if (planned.verdict == Verdict::kEquivalent && !planned.evidence.empty()) {
    const Evidence& first = planned.evidence.front();
    return fmt::format("{}:{} has it by another change", first.path, first.line);
  }
  const std::size_t count = planned.evidence.size() + planned.unlisted.all();
  const std::string hunks = fmt::format("{} hunk{}", count, count == 1 ? "" : "s");
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

std::string hunk_text(const Evidence& item) {
  if (item.match == "pattern") return fmt::format("{}:{}: {}", item.path, item.line, item.text);
  if (item.match != "forward" && item.match != "reverse") return fmt::format("{}: {}", item.path, item.match);
  const int length = item.match == "forward" ? item.old_lines : item.new_lines;
  const std::string place =
      length > 1 ? fmt::format("{}-{}", item.line, item.line + length - 1) : fmt::format("{}", item.line);
  const int far = std::abs(item.offset);
  return fmt::format("{}:{}: {}, {}", item.path, place, item.match,
                     far == 0 ? "at its own line"
                              : fmt::format("{} line{} further {}", far, far == 1 ? "" : "s",
                                            item.offset > 0 ? "down" : "up"));
}

void put_evidence(const PlannedPatch& planned, nlohmann::ordered_json& into) {
  auto& all = into["evidence"] = nlohmann::ordered_json::array();
  for (const auto& item : planned.evidence) {
    all.push_back({{"path", item.path}, {"line", item.line}, {"offset", item.offset}, {"match", item.match}});
    auto& entry = all.back();
    if (item.match != "pattern") {
      entry["old_lines"] = item.old_lines;
      entry["new_lines"] = item.new_lines;
    }
    if (!item.expected.empty()) entry["expected"] = item.expected;
    if (item.found_line != 0) entry["found"] = {{"line", item.found_line}, {"lines", item.found}};
    if (!item.places.empty()) entry["places"] = item.places;
    if (!item.text.empty()) entry["text"] = item.text;
  }
  if (!planned.notes.empty()) into["notes"] = planned.notes;
}

}  // namespace kmesh
