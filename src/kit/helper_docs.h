// SPDX-License-Identifier: Apache-2.0
// The documentation of BPF helpers in a tree: its own script reads it while the kernel's tools are built, and
// ends the build where a helper has a type it does not know. Here it is run before anything is compiled.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"
#include "kit/series.h"
#include "kit/side.h"

namespace kmesh {

struct HelperDocs {
  std::string script;              // below the tree; empty: it has none
  std::string header;              // the one its build reads, below the tree
  std::vector<std::string> added;  // types the script was taught, or would have to be
};

// What is done about a type that the script does not know: teach it, or leave it and say so.
enum class Docs { kMend, kLook };

// Runs the script as the build will, in the sandbox, and teaches it the types it asks for. A look ends at the
// first that it does not know. `tree` is absolute, below the side. Errors: the script fails for another
// reason, with what it said.
Result<HelperDocs> check_helper_docs(Kit& kit, const Side& side, const std::string& tree, Docs docs);

// The script with one more known type; nothing where it has no such list. Pure.
std::optional<std::string> with_known_type(std::string_view script, std::string_view type);

// The patches that add this type to the header's documentation: the ones that should have taught the script.
// Pure.
std::vector<std::string> bringers_of(std::string_view type, const HelperDocs& docs,
                                     const std::vector<const Patch*>& patches);

}  // namespace kmesh
