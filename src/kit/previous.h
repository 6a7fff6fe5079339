// SPDX-License-Identifier: Apache-2.0
// The tree that lay there before a patch was edited: what is compiled in it and the patch does not touch is
// not compiled again, whether or not its build came to an end. It is kept in WORK/previous from the moment
// its side is laid out anew until the new tree is prepared: where only the text of code changed it becomes
// the new tree itself, otherwise it gives that what it has compiled.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"
#include "kit/plan.h"
#include "kit/side.h"

namespace kmesh {

struct Previous {
  std::string key;                      // of all but the patches: source, configuration, compiler
  std::vector<std::string> touched;     // by its patches, below the tree, sorted
  std::vector<std::string> lost = {};   // what %prep said: see Prepared
  std::vector<std::string> drawn = {};  // its warnings
};

// Says beside the side's tree what it was prepared of: from then on it may be kept. Before anything is done
// to the tree it is forgotten.
Result<void> note_prepared(Kit& kit, const Side& side, const Previous& prepared);
Result<void> forget_prepared(Kit& kit, const Side& side);
// Nothing where the tree was not prepared to its end.
Result<std::optional<Previous>> noted_prepared(Kit& kit, const Side& side);

// Moves the side's tree and its seal aside. `folder` is WORK/previous.
Result<void> keep_previous(Kit& kit, const Side& side, Output output, const std::string& folder,
                           const std::string& seal, const Previous& previous);

// Makes the tree that was kept the side's prepared one, with the texts as the new patches leave them, and
// says what its %prep said. Nothing where %prep has to be done: another key, other files touched, more than
// code and Makefiles changed. Only for a source package of the kit's own, whose %prep does no more to these
// files than to patch them.
Result<std::optional<Previous>> renew_previous(Kit& kit, const Side& side, const std::string& folder,
                                               const std::string& seal, const Previous& now,
                                               const TouchedFiles& texts);

// Gives what was kept to the prepared side, if its key is the same, and removes the rest. `touched`: by the
// patches of the new tree. True if it was of use.
Result<bool> use_previous(Kit& kit, const Side& side, Output output, const std::string& folder,
                          const Previous& now);

}  // namespace kmesh
