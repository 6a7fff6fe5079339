// SPDX-License-Identifier: Apache-2.0
#include "kit/build_requires.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <sstream>

#include "base/text.h"
#include "kit/requirement.h"
#include "kit/spec_check.h"
#include "kit/spec_lines.h"
#include "kit/stage.h"

namespace kmesh {
namespace {

// A library that was renamed for 64-bit time keeps its old name as a Provides, which dpkg-query does not look
// at: the table has the names of Debian 12.
constexpr std::string_view kFormat = "${Package} ${db:Status-Status} ${Version}\n";

struct Missing {
  std::vector<std::string> said;      // in the spec's own words
  std::vector<std::string> packages;  // for the program that installs
};

Result<Exit> quietly(Kit& kit, std::vector<std::string> argv, const std::string& home = "") {
  Command command;
  // nobody answers a package that asks
  command.env = {{"DEBIAN_FRONTEND", "noninteractive"}};
  // Debian's rpm makes a database in the home of whoever asks
  if (!home.empty()) command.env["HOME"] = home;
  command.argv = std::move(argv);
  command.keep_output = true;
  return kit.processes.run(command);
}

// Asks `look` what is missing and has it installed, or says how.
Result<void> provide(Kit& kit, const std::function<Result<Missing>()>& look,
                     std::vector<std::string> installs, bool install) {
  KMESH_LET(missing, look());
  if (missing.said.empty()) return {};
  installs.insert(installs.end(), missing.packages.begin(), missing.packages.end());
  const std::string command = fmt::format("{}", fmt::join(installs, " "));
  if (install) {
    kit.status.doing(command);
    KMESH_LET(exit, quietly(kit, installs));
    if (!exit.ok())
      return program_failed("what the spec wants installed could not be",
                            "its words are shown above; to install takes root's rights", exit);
    KMESH_LET(still, look());
    if (still.said.empty()) return {};
    missing = std::move(still);
  }
  return fail(
      fmt::format("the spec wants what is not installed: {}", fmt::join(missing.said, ", ")),
      install
          ? "the command below was run, and brought no such thing"
          : "install it as root, or have it installed with --install-deps; then run the same command again",
      command);
}

Result<std::vector<std::string>> check_with_rpm(Kit& kit, const std::string& spec,
                                                const std::vector<std::string>& wanted, bool install) {
  KMESH_TRY(kit.disk.write(spec, requiring_spec(wanted)));
  const auto look = [&]() -> Result<Missing> {
    const auto ask = [&](const char* stage) {
      return quietly(kit, {"rpmbuild", stage, "--define", "_topdir " + parent_of(spec), spec},
                     parent_of(spec));
    };
    KMESH_LET(exit, ask("-bd"));
    // an rpm that has no -bd yet checks before an empty %prep
    if (!exit.ok() && missing_for_rpm(exit.output).empty()) {
      KMESH_LET(prepared, ask("-bp"));
      exit = std::move(prepared);
    }
    if (exit.ok()) return Missing();
    Missing missing{missing_for_rpm(exit.output), {}};
    if (missing.said.empty())
      return program_failed("rpm could not say what is installed",
                            "the spec that it was asked with is " + spec, exit);
    return missing;
  };
  KMESH_TRY(provide(kit, look, {"dnf", "--assumeyes", "builddep", "--spec", spec}, install));
  return std::vector<std::string>{
      fmt::format("the spec's {} BuildRequires were checked by this host's rpm", wanted.size())};
}

Result<std::vector<std::string>> check_with_dpkg(Kit& kit, const std::vector<std::string>& wanted,
                                                 bool install) {
  KMESH_LET(text, kit.disk.read(join(kit.data.kernel, "rpm/debian-packages.tsv")));
  DebianHost host;
  KMESH_LET(table, parse_package_table(text));
  host.table = std::move(table);
  host.compares = [&](const std::string& have, const std::string& comparison, const std::string& want) {
    static const std::map<std::string, std::string> kWords = {
        {">=", "ge"}, {">", "gt"}, {"<=", "le"}, {"<", "lt"}, {"=", "eq"}};
    const auto word = kWords.find(comparison);
    if (word == kWords.end()) return false;
    const auto exit = quietly(kit, {"dpkg", "--compare-versions", have, word->second, want});
    return exit && exit->ok();
  };
  std::set<std::string> packages;
  std::vector<std::string> unmapped;
  const auto look = [&]() -> Result<Missing> {
    KMESH_LET(exit, quietly(kit, {"dpkg-query", "--show", "--showformat", std::string(kFormat)}));
    host.installed = installed_packages(exit.output);
    packages.clear();
    unmapped.clear();
    Missing missing;
    std::set<std::string> install_these;
    for (const auto& requirement : wanted) {
      const auto standing = standing_of(parse_requirement(requirement), host);
      packages.insert(standing.wanted.begin(), standing.wanted.end());
      install_these.insert(standing.missing.begin(), standing.missing.end());
      if (standing.kind == Standing::Kind::kUnknown) unmapped.push_back(requirement);
      if (standing.kind == Standing::Kind::kMissing)
        missing.said.push_back(standing.older.empty() ? requirement
                                                      : fmt::format("{} ({})", requirement, standing.older));
    }
    missing.packages.assign(install_these.begin(), install_these.end());
    return missing;
  };
  KMESH_TRY(provide(kit, look, {"apt-get", "install", "--yes", "--no-remove"}, install));
  std::vector<std::string> said = {fmt::format(
      "the spec's {} BuildRequires were checked as {} Debian packages; rpm's own check was switched off "
      "(--nodeps)",
      wanted.size(), packages.size())};
  if (!unmapped.empty())
    said.push_back(fmt::format("the spec also wants what the kit knows no Debian package for: {}",
                               fmt::join(unmapped, ", ")));
  return said;
}

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

std::map<std::string, std::string> installed_packages(std::string_view dpkg_output) {
  std::map<std::string, std::string> there;
  std::istringstream lines{std::string(dpkg_output)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    std::string status;
    std::string version;
    if (words >> name >> status >> version && status == "installed") there[name] = version;
  }
  return there;
}

std::string requiring_spec(const std::vector<std::string>& wanted) {
  std::string spec =
      "Name: kmesh-requirements\nVersion: 0\nRelease: 0\nSummary: what a kernel's spec wants installed\n"
      "License: Apache-2.0\nBuildArch: noarch\n";
  for (const auto& requirement : wanted) {
    spec += "BuildRequires: ";
    for (const char c : requirement) {
      if (c == '%') spec += '%';
      if (static_cast<unsigned char>(c) >= ' ') spec += c;
    }
    spec += '\n';
  }
  return spec + "%description\nNothing is built from it.\n";
}

std::vector<std::string> missing_for_rpm(std::string_view output) {
  static constexpr std::string_view kNeeded = " is needed by kmesh-requirements";
  std::vector<std::string> missing;
  std::istringstream lines{std::string(output)};
  for (std::string line; std::getline(lines, line);) {
    const auto end = line.find(kNeeded);
    const auto begin = line.find_first_not_of(" \t");
    if (end != std::string::npos && begin < end) missing.push_back(line.substr(begin, end - begin));
  }
  return missing;
}

Result<std::vector<std::string>> read_build_requires(Kit& kit, const Side& side, const std::string& package) {
  KMESH_LET(spec, unpack_source_package(kit, package, side));
  KMESH_LET(output, run_rpmspec(kit, side, spec, {"--query", "--buildrequires"}));
  KMESH_TRY(kit.disk.remove_all(side.folder));
  std::vector<std::string> wanted;
  std::istringstream lines{output};
  for (std::string line; std::getline(lines, line);) {
    const auto plain = std::string(stripped(line));
    // what rpm itself must be able to do
    if (!plain.empty() && !plain.starts_with("rpmlib(")) wanted.push_back(plain);
  }
  return wanted;
}

Result<std::vector<std::string>> check_build_requires(Kit& kit, const std::string& folder,
                                                      const std::vector<std::string>& wanted, bool install) {
  if (wanted.empty()) return std::vector<std::string>();
  // a Debian host may have rpm, and an RPM host dpkg: the one that knows its own package is the host's
  KMESH_TRY(kit.disk.make_dirs(folder));
  KMESH_LET(rpm, quietly(kit, {"rpm", "--query", "rpm"}, folder));
  if (rpm.ok()) return check_with_rpm(kit, join(folder, "kmesh-requirements.spec"), wanted, install);
  if (!kit.processes.find("dpkg-query").empty()) return check_with_dpkg(kit, wanted, install);
  return std::vector<std::string>{fmt::format(
      "the spec's BuildRequires were not checked, for this host has packages neither of rpm nor of dpkg: {}",
      fmt::join(wanted, ", "))};
}

}  // namespace kmesh
