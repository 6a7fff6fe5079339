// SPDX-License-Identifier: Apache-2.0
// One of two kernels whose exported symbols are compared: found in whatever somebody has of it.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "kit/btf_dump.h"
#include "kit/kabi_report.h"
#include "kit/kit.h"
#include "kit/side.h"

namespace kmesh {

struct KabiSide {
  KabiSource source;
  Symvers symbols;
};

// `path`: a Module.symvers, compressed or not; a kernel-devel RPM; a folder with Module.symvers in it: a
// kernel's tree, what kernel-devel installs, or one side of a build's work folder. Errors: there is none,
// there are several, it cannot be read.
Result<KabiSide> find_kabi_side(Kit& kit, const std::string& path);

// The types of a vmlinux: its BTF, or made of its DWARF by pahole; bpftool and pahole run in the side's
// sandbox. Nothing where it has neither. Errors: types that cannot be read.
Result<std::optional<Btf>> read_btf(Kit& kit, const Side& side, const std::string& vmlinux);

// The symbols a built module uses; none where it has no versions. kmod runs in the side's sandbox. Errors: no
// such file, no module.
Result<std::vector<UsedSymbol>> read_module_versions(Kit& kit, const Side& side, const std::string& module);

}  // namespace kmesh
