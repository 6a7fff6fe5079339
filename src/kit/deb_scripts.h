// SPDX-License-Identifier: Apache-2.0
// The kernel's own scripts that pack it for Debian, in a tree that is prepared: what they take from the clock
// and from the order of folders is made the same for every build.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"

namespace kmesh {

// The time of everything in a Debian package: seconds, and as a changelog has it.
inline constexpr const char* kDebSeconds = "1767225600";
inline constexpr const char* kDebDate = "Thu, 01 Jan 2026 00:00:00 +0000";

// `tree` is absolute. Gives what stays as it falls, for the report. Errors: a file that cannot be read or
// written.
Result<std::vector<std::string>> fix_deb_scripts(Kit& kit, const std::string& tree);

// scripts/package/mkdebian with a fixed date in debian/changelog, which dpkg takes for all others; nothing
// where it has none of the clock's. Pure.
std::optional<std::string> with_fixed_date(std::string_view mkdebian);

// scripts/package/builddeb with the checksums in the order of their names; as it was where it leaves them to
// debhelper (from 6.3 on). Pure.
std::string with_sorted_sums(std::string_view builddeb);

}  // namespace kmesh
