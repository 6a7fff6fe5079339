// SPDX-License-Identifier: Apache-2.0
// Asks rpm itself, in the sandbox, what became of an edited spec: parsing a spec runs its %(...), which is
// somebody's code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/side.h"
#include "kit/spec_edit.h"

namespace kmesh {

// What rpmspec says of a spec's file, with the side's own _topdir and database. Errors: it cannot parse it.
Result<std::string> run_rpmspec(Kit& kit, const Side& side, const std::string& spec,
                                const std::vector<std::string>& options);

// What rpm said of one spec.
struct SpecAnswer {
  std::vector<std::string> sources;  // "SOURCE12=/kmesh/.../name", "PATCH3=..."
  std::vector<std::string> kabi;     // "with_kabichk=0"; "with_kabichk" where it is not defined
  std::string prep;                  // the %prep that would run
};

// Lines for the end of a spec that make rpm say it. Pure.
std::string asking_lines(const std::vector<std::string>& switches);

// The same of an edited spec in one parse: lines for before the added Source lines, and for the end. Of the
// sources it says then those that came after that place, and those that were there before and have a number
// or a name of ours. Pure.
std::string noting_lines();
std::string asking_lines_for_new(const SpecEdit& edit, const std::vector<std::string>& patches);

// Reads the output of `rpmspec --parse` of such a spec. Pure.
SpecAnswer read_answer(std::string_view output);

// What is wrong with the edit, by what rpm says of the spec before and after it; nothing where all is well.
// Pure.
Result<void> judge_edit(const SpecEdit& edit, const std::vector<std::string>& patches,
                        const SpecAnswer& before, const SpecAnswer& after);

// edit_spec with rpm's word: it is asked which numbers are taken, and of the result whether judge_edit is
// content. `sources` is the folder of the spec's sources as it is called in the sandbox: a spec may read
// them. Errors: what edit_spec and judge_edit say; a spec that rpm does not parse.
Result<SpecEdit> edit_with_rpm(Kit& kit, const Side& side, std::string_view spec,
                               const std::vector<std::string>& patches, const std::string& sources);

}  // namespace kmesh
