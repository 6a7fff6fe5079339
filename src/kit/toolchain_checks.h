// SPDX-License-Identifier: Apache-2.0
// Compiler, linker and pahole of this host, held against what a configured tree takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/process.h"
#include "kit/finding.h"
#include "kit/kit.h"
#include "kit/side.h"

namespace kmesh {

// Of a compiler, a linker or pahole.
struct Version {
  unsigned major = 0;
  unsigned minor = 0;
};
inline bool operator==(const Version& a, const Version& b) {
  return a.major == b.major && a.minor == b.minor;
}
inline bool operator<(const Version& a, const Version& b) {
  return a.major != b.major ? a.major < b.major : a.minor < b.minor;
}
Version version_in(std::string_view text);  // the first "12.2" or "v1.24" in it

// `tree` is absolute, below the side; `config` is the text of its .config, empty where it has none; `gcc` is
// the compiler alone, without what stands before it.
Finding compiler_check(Kit& kit, const Side& side, const std::string& tree, std::string_view config,
                       const std::string& gcc);
Finding linker_check(Kit& kit, const Side& side, const std::string& tree);
Finding btf_check(Kit& kit, const std::string& tree, std::string_view config);

}  // namespace kmesh
