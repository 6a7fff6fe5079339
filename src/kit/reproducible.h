// SPDX-License-Identifier: Apache-2.0
// What kbuild draws by lot while it compiles, made the same for every build of one source: the seed of
// RANDSTRUCT, and the key that signs modules where one is given.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"

namespace kmesh {

struct Lots {
  std::string seed;         // any text that names the source; RANDSTRUCT's seed is made of it
  std::string signing_key;  // a PEM file with key and certificate, absolute; empty: kbuild makes one
};

// Changes the scripts and the .config of a tree that is prepared (absolute path). Gives what stays a matter
// of luck or is of no use, for the report. Errors: a file that cannot be read or written.
Result<std::vector<std::string>> fix_lots(Kit& kit, const std::string& tree, const Lots& lots);

// The script that draws RANDSTRUCT's seed, with this one instead (64 hexadecimal digits); nothing where it
// draws in another way. Source: scripts/gcc-plugins/gen-random-seed.sh, and scripts/gen-randstruct-seed.sh
// from 5.19 on. Pure.
std::optional<std::string> with_seed(std::string_view script, std::string_view seed);

}  // namespace kmesh
