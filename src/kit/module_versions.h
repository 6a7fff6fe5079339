// SPDX-License-Identifier: Apache-2.0
// What a built module says of the symbols it uses (its section __versions), held against what a kernel
// exports: does it go on loading? Pure: takes text, returns values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/symvers.h"

namespace kmesh {

struct UsedSymbol {
  std::string name;
  std::uint32_t crc = 0;
};

// The output of `modprobe --dump-modversions`. Errors name the line.
Result<std::vector<UsedSymbol>> parse_module_versions(std::string_view output);

enum class ModuleVerdict { kLoads, kRebuild, kUnknown };

struct ModuleJudgement {
  std::string file;
  ModuleVerdict verdict = ModuleVerdict::kUnknown;
  std::string why_unknown;              // where it is
  std::vector<std::string> changed;     // symbols it was built with another CRC of
  std::vector<std::string> gone;        // symbols that only the old kernel exports
  std::vector<std::string> elsewhere;   // neither kernel exports them: another module's, say
  std::vector<std::string> restricted;  // "x is for GPL modules now", "x is in namespace N now"
  bool of_old = true;                   // its CRCs are those of the old kernel
};

ModuleJudgement judge_module(std::string file, const std::vector<UsedSymbol>& used, const Symvers& old,
                             const Symvers& now);

// One sentence.
std::string judgement_text(const ModuleJudgement& judgement);

}  // namespace kmesh
