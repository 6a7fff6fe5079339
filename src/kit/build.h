// SPDX-License-Identifier: Apache-2.0
// The long part: rpmbuild or make in the sandbox, with progress counted in compile steps.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"
#include "kit/side.h"
#include "kit/stage.h"

namespace kmesh {

// The tree that %prep left below SIDE/rpmbuild/BUILD. Errors: there is none that is configured.
Result<std::string> rpm_tree(Kit& kit, const Side& side);

// rpmbuild -bp: unpacks, patches and configures. `spec` is the path outside. Gives the configuration's path.
Result<std::string> rpm_prepare(Kit& kit, const Side& side, const std::string& spec, const Make& make);

// rpmbuild -bb --noprep --noclean: compiles and packs what rpm_prepare left. Gives the compile steps it took;
// `expected` steps are for the progress only, 0 where nobody knows.
Result<std::size_t> rpm_build(Kit& kit, const Side& side, const std::string& spec, const Make& make,
                              std::size_t expected);

// The kernel trees below SIDE/rpmbuild/BUILD of which a file was compiled since rpm_prepare, as the compiler
// that a spec calls has noted.
Result<std::vector<std::string>> compiled_trees(Kit& kit, const Side& side);

// The same two for SIDE/tree.
Result<std::string> tree_configure(Kit& kit, const Side& side, const ConfigChoice& config, const Make& make);
Result<std::size_t> tree_build(Kit& kit, const Side& side, Output output, const Make& make,
                               std::size_t expected);

// True for a line with which kbuild says that it makes a file ("  CC      kernel/fork.o"). Pure.
bool is_step(std::string_view line);

// The lines of a configuration that kconfig did not honour ("CONFIG_X=y (now: n)"), from a build's log. Pure.
std::vector<std::string> lost_options(std::string_view log);

}  // namespace kmesh
