// SPDX-License-Identifier: Apache-2.0
// A prepared tree as %prep left it: size and times of every source file. A build that goes on where it
// stopped compiles what lies there, so nobody may have changed it meanwhile; who puts a time back changes the
// other one, of the inode.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kit/kit.h"

namespace kmesh {

// Size, seconds of its content and of its inode, and path below the tree of every file and link in it, a line
// each, with tabs between.
Result<std::string> list_files(Kit& kit, const std::string& tree);

// Writes the list to `seal`; both paths are absolute.
Result<void> seal_tree(Kit& kit, const std::string& tree, const std::string& seal);

// The same files anew, after the kit itself or a build changed some. What was added since was made by it: it
// is known, and no source.
Result<void> renew_seal(Kit& kit, const std::string& tree, const std::string& seal);

// The paths that are sources.
Result<std::set<std::string>> sealed_sources(Kit& kit, const std::string& seal);

// What a build made that was killed nobody has written down: files that are new then may be its own.
enum class Added { kTold, kPassed };

// A file, below the tree, that is not as it was, with how: "net/socket.c was altered"; empty where all are.
Result<std::string> broken_seal(Kit& kit, const std::string& tree, const std::string& seal, Added added);

// The first difference of two such lists. Pure.
std::string seal_difference(std::string_view before, std::string_view now, Added added);

// Whether a path is what kbuild makes itself, and no source. Pure.
bool is_product(std::string_view path);

}  // namespace kmesh
