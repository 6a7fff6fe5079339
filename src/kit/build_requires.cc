// SPDX-License-Identifier: Apache-2.0
#include "kit/build_requires.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

namespace kmesh {
namespace {

// A library that was renamed for 64-bit time keeps its old name as a Provides, which dpkg-query does not look
// at: the table has the names of Debian 12.
constexpr std::string_view kFormat = "${Package} ${db:Status-Status}\n";

}  // namespace

Result<std::map<std::string, std::vector<std::string>>> parse_package_table(std::string_view table) {
  std::map<std::string, std::vector<std::string>> rows;
  std::istringstream lines{std::string(table)};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const auto tab = line.find('\t');
    if (tab == std::string::npos || tab == 0 || tab + 1 == line.size())
      return fail(fmt::format("debian-packages.tsv, line {}: not a name, a tab and packages", number));
    std::vector<std::string> packages;
    std::istringstream words(line.substr(tab + 1));
    for (std::string word; words >> word;) {
      if (word != "-") packages.push_back(word);
    }
    if (!rows.emplace(line.substr(0, tab), std::move(packages)).second)
      return fail(
          fmt::format("debian-packages.tsv, line {}: {} is there twice", number, line.substr(0, tab)));
  }
  return rows;
}

std::vector<std::string> required_names(std::string_view requirement) {
  static constexpr std::string_view kComparisons = "<>=";
  const bool rich = requirement.starts_with('(');
  std::string plain(rich ? requirement.substr(1, requirement.rfind(')') - 1) : requirement);
  std::vector<std::string> names;
  std::istringstream words(plain);
  bool version = false;
  for (std::string word; words >> word;) {
    const bool comparison = kComparisons.find(word.front()) != std::string_view::npos;
    const bool logic = rich && (word == "and" || word == "or" || word == "if" || word == "else" ||
                                word == "with" || word == "without" || word == "unless");
    if (!comparison && !logic && !version) names.push_back(word);
    version = comparison;
  }
  return names;
}

Mapped map_requires(const std::vector<std::string>& wanted,
                    const std::map<std::string, std::vector<std::string>>& table) {
  Mapped mapped;
  for (const auto& requirement : wanted) {
    for (const auto& name : required_names(requirement)) {
      // "gcc(x86-64)" is gcc of this machine
      const auto found = table.contains(name) ? table.find(name) : table.find(name.substr(0, name.find('(')));
      if (found != table.end()) {
        mapped.packages.insert(found->second.begin(), found->second.end());
      } else if (std::find(mapped.unmapped.begin(), mapped.unmapped.end(), requirement) ==
                 mapped.unmapped.end()) {
        mapped.unmapped.push_back(requirement);
      }
    }
  }
  return mapped;
}

std::vector<std::string> not_installed(const std::set<std::string>& wanted, std::string_view dpkg_output) {
  std::set<std::string> there;
  std::istringstream lines{std::string(dpkg_output)};
  for (std::string name, status; lines >> name >> status;) {
    if (status == "installed") there.insert(name);
  }
  std::vector<std::string> missing;
  std::set_difference(wanted.begin(), wanted.end(), there.begin(), there.end(), std::back_inserter(missing));
  return missing;
}

Result<std::vector<std::string>> check_build_requires(Kit& kit, const std::vector<std::string>& wanted) {
  KMESH_LET(text, kit.disk.read(join(kit.data.kernel, "rpm/debian-packages.tsv")));
  KMESH_LET(table, parse_package_table(text));
  const Mapped mapped = map_requires(wanted, table);
  std::vector<std::string> said;
  if (kit.processes.find("dpkg-query").empty()) {
    said.emplace_back(
        "the spec's BuildRequires were not checked: this host has no dpkg, and rpm was not asked");
    return said;
  }
  Command command;
  command.argv = {"dpkg-query", "--show", "--showformat", std::string(kFormat)};
  command.keep_output = true;
  KMESH_LET(exit, kit.processes.run(command));
  const auto missing = not_installed(mapped.packages, exit.output);
  if (!missing.empty())
    return fail(fmt::format("the spec wants packages that are not installed: {}", fmt::join(missing, ", ")),
                "install them, then run the same command again",
                fmt::format("apt-get install {}", fmt::join(missing, " ")));
  if (!mapped.packages.empty())
    said.push_back(
        fmt::format("the spec's BuildRequires were checked as {} Debian packages ({} requirements)",
                    mapped.packages.size(), wanted.size()));
  if (!mapped.unmapped.empty())
    said.push_back(fmt::format("the spec also wants what the kit knows no Debian package for: {}",
                               fmt::join(mapped.unmapped, ", ")));
  return said;
}

}  // namespace kmesh
