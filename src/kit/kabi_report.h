// SPDX-License-Identifier: Apache-2.0
// What changed between two kernels for modules that were built elsewhere: symbols, the types behind them, the
// patches behind those. For people (text) and for programs (JSON). Pure.
#pragma once

#include <string>
#include <vector>

#include "kit/kabi_cause.h"
#include "kit/module_versions.h"
#include "kit/symvers.h"
#include "kit/type_diff.h"

namespace kmesh {

struct KabiSource {
  std::string name;     // as it was asked for
  std::string symvers;  // where its Module.symvers was
  std::string vmlinux;  // where its types are; empty: nowhere
};

struct KabiReport {
  KabiSource old;
  KabiSource now;
  SymversDiff symbols;
  std::string types_unknown;  // why types were not compared; empty: they were, or nothing asked for it
  bool types_compared = false;
  TypeDiff types;
  std::vector<std::vector<Cause>> type_causes;  // of each in types.changed
  std::vector<FunctionChange> functions;        // of each in symbols.changed, in that order; empty: no types
  bool patches_known = false;                   // a series was named
  std::vector<std::vector<Cause>> causes;       // of each in symbols.changed
  std::vector<std::vector<Cause>> added_causes;
  std::vector<std::vector<Cause>> removed_causes;
  std::vector<ModuleJudgement> modules;
  std::string abidiff;  // file with what abidiff says; empty: it was not asked
};

// Fills in the causes, from the series' patches.
void explain(KabiReport& report, const std::vector<Patch>& patches);

std::string kabi_text(const KabiReport& report);
std::string kabi_json(const KabiReport& report);

// In words why the symbol symbols.changed[i] counts as changed.
std::string why_changed(const KabiReport& report, std::size_t i);
// What is known of it as a function; null where types were not compared.
const FunctionChange* function_of(const KabiReport& report, std::size_t i);
// None where no series was named.
const std::vector<Cause>& causes_at(const std::vector<std::vector<Cause>>& all, std::size_t i);
std::vector<std::string> patches_of(const std::vector<Cause>& causes);
// False where a CRC changed and the types it covers are not known: that no patch was found says nothing then.
bool traceable(const KabiReport& report, std::size_t i);
// "a.patch, b.patch", or why there is none.
std::string patches_text(const std::vector<std::string>& patches, bool traceable);

}  // namespace kmesh
