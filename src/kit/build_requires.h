// SPDX-License-Identifier: Apache-2.0
// What a spec wants installed for its build. An RPM host's rpm is asked whether it is; a Debian host's has an
// empty database, so rpm's names are looked up as Debian's packages, by the table
// kernel/rpm/debian-packages.tsv.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/side.h"

namespace kmesh {

// The BuildRequires of the package's spec, by this host's macros: rpm parses it in the sandbox. Errors: it
// cannot.
Result<std::vector<std::string>> read_build_requires(Kit& kit, const Side& side, const std::string& package);

// Looks the requirements up on this host, and with `install` has what is missing installed by dnf or apt-get.
// `folder` takes the spec that rpm is asked with, which is of nothing but these. Errors: what is missing, all
// at once with the command that installs it; an installation that fails. Gives what must be said in the
// report.
Result<std::vector<std::string>> check_build_requires(Kit& kit, const std::string& folder,
                                                      const std::vector<std::string>& wanted, bool install);

// --- pure ---

// A spec that wants these and builds nothing: nobody's macro is in it.
std::string requiring_spec(const std::vector<std::string>& wanted);

// What rpmbuild says is missing.
std::vector<std::string> missing_for_rpm(std::string_view output);

// rpm's name -> Debian's packages; none where nothing is needed. Errors name the line.
Result<std::map<std::string, std::vector<std::string>>> parse_package_table(std::string_view table);

// Those that are installed, with their versions, by the output of `dpkg-query --show` with name, status and
// version.
std::map<std::string, std::string> installed_packages(std::string_view dpkg_output);

}  // namespace kmesh
