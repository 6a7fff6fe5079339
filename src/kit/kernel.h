// SPDX-License-Identifier: Apache-2.0
// Making one of the two kernels, whichever output it is for: the same three steps for the baseline and for
// the enhanced one, so that nothing but the patches differs between them.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/boot.h"
#include "kit/kit.h"
#include "kit/reproducible.h"
#include "kit/side.h"
#include "kit/stage.h"

namespace kmesh {

struct KernelRecipe {
  Output output = Output::kRpm;
  ConfigChoice config;
  Make make;
  Lots lots;
  std::string logs;  // folder, absolute
};

struct Prepared {
  std::string
      config;  // path of the resolved configuration, kept in the side's folder; empty: %prep made none
  std::vector<std::string> lost;      // wanted options that kconfig did not take over
  std::vector<std::string> warnings;  // what makes each build's packages others
};

// %prep, or configuring SIDE/tree. `spec` is empty for the outputs made without rpm.
Result<Prepared> prepare_kernel(Kit& kit, const Side& side, const KernelRecipe& recipe,
                                const std::string& spec, const std::string& log_name);

// Whatever `lender` has compiled of the same source and configuration is used for `side`, which is prepared:
// all but what stands in `touched`, paths below the trees. False if the lender's tree is not there any more.
Result<bool> borrow_objects(Kit& kit, const Side& lender, const Side& side, const KernelRecipe& recipe,
                            const std::vector<std::string>& touched);

// The tree of a side that is prepared. Errors: there is none.
Result<std::string> prepared_tree(Kit& kit, const Side& side, Output output);

// Compiles and packs; gives the compile steps it took.
Result<std::size_t> make_kernel(Kit& kit, const Side& side, const KernelRecipe& recipe,
                                const std::string& spec, std::size_t expected_steps,
                                const std::string& log_name);

// Installs what the side built into its private root, with the module's package, which is made against it.
// Gives that package's path.
Result<std::string> add_module_package(Kit& kit, const Side& side, const KernelRecipe& recipe);

struct Booted {
  BootResult enhanced;
  BootResult baseline;
};

// Boots both with the probes: the enhanced kernel as it is installed, the baseline after it was, and the
// module built against it. Errors: a guest that did not come to its end, with its console.
Result<Booted> boot_kernels(Kit& kit, const Side& enhanced, const Side& baseline, const KernelRecipe& recipe);

}  // namespace kmesh
