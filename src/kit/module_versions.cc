// SPDX-License-Identifier: Apache-2.0
#include "kit/module_versions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace kmesh {

Result<std::vector<UsedSymbol>> parse_module_versions(std::string_view output) {
  std::vector<UsedSymbol> used;
  for (int number = 1; !output.empty(); ++number) {
    const auto end = std::min(output.find('\n'), output.size());
    const auto line = output.substr(0, end);
    output.remove_prefix(std::min(end + 1, output.size()));
    const auto tab = std::min(line.find('\t'), line.size());
    const auto crc = line.substr(0, tab);
    UsedSymbol symbol;
    symbol.name = line.substr(std::min(tab + 1, line.size()));
    const bool prefixed = crc.starts_with("0x") && crc.size() > 2;
    const auto [last, error] =
        std::from_chars(crc.data() + (prefixed ? 2 : 0), crc.data() + crc.size(), symbol.crc, 16);
    if (!prefixed || error != std::errc() || last != crc.data() + crc.size() || symbol.name.empty())
      return fail(fmt::format("line {} of the module's versions is no CRC and symbol: '{}'", number, line));
    used.push_back(std::move(symbol));
  }
  return used;
}

ModuleJudgement judge_module(std::string file, const std::vector<UsedSymbol>& used, const Symvers& old,
                             const Symvers& now) {
  ModuleJudgement judgement;
  judgement.file = std::move(file);
  const bool comparable = versioned(now);
  for (const auto& symbol : used) {
    const Symbol* before = find_symbol(old, symbol.name);
    const Symbol* after = find_symbol(now, symbol.name);
    if (before != nullptr && before->crc != 0 && before->crc != symbol.crc) judgement.of_old = false;
    if (after == nullptr) {
      (before != nullptr ? judgement.gone : judgement.elsewhere).push_back(symbol.name);
      continue;
    }
    // a kernel that has no CRC for a symbol takes every module's
    if (after->crc != 0 && after->crc != symbol.crc) judgement.changed.push_back(symbol.name);
    if (before == nullptr) continue;
    if (before->type != after->type && after->type.ends_with("_GPL"))
      judgement.restricted.push_back(symbol.name + " is for GPL modules only now");
    if (before->space != after->space && !after->space.empty())
      judgement.restricted.push_back(fmt::format("{} is in namespace {} now", symbol.name, after->space));
  }
  if (!judgement.changed.empty() || !judgement.gone.empty()) {
    judgement.verdict = ModuleVerdict::kRebuild;
  } else if (used.empty()) {
    judgement.why_unknown = "it has no symbol versions";
  } else if (!comparable) {
    judgement.why_unknown = "the new kernel has no symbol versions";
  } else {
    judgement.verdict = ModuleVerdict::kLoads;
  }
  return judgement;
}

std::string judgement_text(const ModuleJudgement& judgement) {
  std::string text = judgement.file;
  switch (judgement.verdict) {
    case ModuleVerdict::kUnknown:
      return fmt::format("{}: cannot be told, {}", text, judgement.why_unknown);
    case ModuleVerdict::kRebuild:
      text += " must be rebuilt:";
      if (!judgement.changed.empty()) text += " uses " + listed(judgement.changed);
      if (!judgement.gone.empty())
        text += fmt::format("{} {} {} gone", judgement.changed.empty() ? "" : ";", listed(judgement.gone),
                            judgement.gone.size() == 1 ? "is" : "are");
      break;
    case ModuleVerdict::kLoads:
      text += " goes on loading (as far as symbol versions tell)";
      break;
  }
  if (!judgement.of_old) text += "; it was not built for the old kernel";
  if (!judgement.restricted.empty()) text += fmt::format("; {}", fmt::join(judgement.restricted, ", "));
  if (!judgement.elsewhere.empty())
    text += fmt::format("; {} {} from elsewhere: neither kernel exports {}", listed(judgement.elsewhere),
                        judgement.elsewhere.size() == 1 ? "comes" : "come",
                        judgement.elsewhere.size() == 1 ? "it" : "them");
  return text;
}

}  // namespace kmesh
