// SPDX-License-Identifier: Apache-2.0
// What a build hands over: the packages under WORK/packages, with a checksum file and a manifest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"
#include "kit/side.h"

namespace kmesh {

struct Package {
  std::string path;  // below WORK
  std::string sha256;
  std::uint64_t bytes = 0;
};

// Copies the files into WORK/packages, replacing what was there.
Result<std::vector<Package>> collect_packages(Kit& kit, const std::vector<std::string>& files,
                                              const std::string& work);

// The built files of a side, absolute paths: RPMs, .debs, or bzImage and modules.
Result<std::vector<std::string>> built_files(Kit& kit, const Side& side, Output output);

}  // namespace kmesh
