// SPDX-License-Identifier: Apache-2.0
// What a build's report says of the kABI: the enhanced kernel's against the baseline's. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/kabi_report.h"

namespace kmesh {

struct KabiChange {
  std::string symbol;
  std::string old_crc;
  std::string new_crc;
  std::string why;
  std::vector<std::string> patches;
  bool traceable = true;  // as in kabi_report.h
};

struct KabiSummary {
  bool comparable = false;
  std::string note;  // why not; or what could not be told
  std::vector<KabiChange> changed;
  std::vector<std::string> added;
  std::vector<std::string> removed;

  [[nodiscard]] bool unchanged() const { return changed.empty() && added.empty() && removed.empty(); }
};

inline constexpr std::size_t kKabiRows = 40;  // that people are shown

KabiSummary summary_of(const KabiReport& report);

// The object as it stands in report.json; and back, for what was kept of an earlier run.
std::string summary_json(const KabiSummary& summary);
Result<KabiSummary> parse_summary(std::string_view json);

// A few lines: counts, then the symbols that were removed, changed, added.
std::string summary_text(const KabiSummary& summary);

}  // namespace kmesh
