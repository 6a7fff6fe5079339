// SPDX-License-Identifier: Apache-2.0
#include "kit/means.h"

#include <fmt/format.h>

#include "kit/host_checks.h"
#include "kit/tools.h"

namespace kmesh {

Facts means_of(Kit& kit, const Options& options, const std::string& compiler) {
  Facts means = {{"compiler", compiler},
                 {"compiler's version", compiler_version(kit, compiler)},
                 {"assembler", program_version(kit, "as")},
                 {"linker", program_version(kit, "ld")},
                 {"pahole", program_version(kit, "pahole")}};
  if (!options.sandbox)
    means["no sandbox"] =
        fmt::format("in {}{}{}", options.work, "\n", fmt::join(environment_for_make(kit), "\n"));
  return means;
}

}  // namespace kmesh
