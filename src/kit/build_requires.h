// SPDX-License-Identifier: Apache-2.0
// What a spec wants installed for its build, on a Debian host: rpm's names as Debian's packages, by the table
// kernel/rpm/debian-packages.tsv. This host's rpm database is empty, so rpm itself cannot be asked. Pure but
// for the last.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"

namespace kmesh {

// rpm's name -> Debian's packages; none where nothing is needed. Errors name the line.
Result<std::map<std::string, std::vector<std::string>>> parse_package_table(std::string_view table);

// The name in "openssl-devel >= 1.1", and each of "(a or b)" and the like.
std::vector<std::string> required_names(std::string_view requirement);

struct Mapped {
  std::set<std::string> packages;     // Debian's
  std::vector<std::string> unmapped;  // requirements that the table does not know
};
Mapped map_requires(const std::vector<std::string>& wanted,
                    const std::map<std::string, std::vector<std::string>>& table);

// The packages of `wanted` that are not installed, by the output of `dpkg-query --show` with name and status.
std::vector<std::string> not_installed(const std::set<std::string>& wanted, std::string_view dpkg_output);

// Looks the requirements up on this host. Errors: packages that are missing, all at once with the command
// that installs them. Gives what must be said in the report.
Result<std::vector<std::string>> check_build_requires(Kit& kit, const std::vector<std::string>& wanted);

}  // namespace kmesh
