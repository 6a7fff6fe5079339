// SPDX-License-Identifier: Apache-2.0
#include "kit/source_package.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "base/text.h"

namespace kmesh {
namespace {

constexpr std::string_view kQuery = "%{NAME}\\n%{VERSION}\\n%{RELEASE}\\n%{SOURCEPACKAGE}\\n";

Command with_database(const Side& side, std::vector<std::string> argv) {
  Command command;
  argv.insert(argv.begin() + 1, {"--define", "_dbpath " + side.inside("keydb")});
  command.argv = std::move(argv);
  command.log = side.log;
  command.keep_output = true;
  return side.sandbox.wrap(std::move(command));
}

// The word behind "key ID ", without the colon.
std::string key_id(std::string_view line) {
  constexpr std::string_view kMark = "key ID ";
  const auto at = line.find(kMark);
  if (at == std::string_view::npos) return {};
  const auto id = line.substr(at + kMark.size());
  return std::string(id.substr(0, id.find_first_of(": \t")));
}

// Gives the ids of those that have expired.
Result<std::vector<std::string>> import_keys(Kit& kit, const Side& side,
                                             const std::vector<std::string>& keys) {
  std::vector<std::string> expired;
  int number = 0;
  for (const auto& key : keys) {
    if (!kit.disk.exists(key)) return wrong_call(fmt::format("there is no key file {}", key));
    const std::string copy = side.path(fmt::format("key-{}", ++number));
    KMESH_TRY(kit.disk.copy(key, copy));
    const std::string inside = side.inside(name_of(copy));
    KMESH_LET(exit, kit.processes.run(with_database(side, {"rpmkeys", "--import", inside})));
    if (!exit.ok())
      return program_failed(fmt::format("{} is no public key that rpm can read", key),
                            "it must be an OpenPGP key in ASCII armour", exit);
    Command show;
    show.argv = {"gpg", "--batch", "--with-colons", "--show-keys", inside};
    show.log = side.log;
    show.keep_output = true;
    KMESH_LET(shown, kit.processes.run(side.sandbox.wrap(std::move(show))));
    for (auto& id : expired_keys(shown.output)) expired.push_back(std::move(id));
  }
  return expired;
}

tl::unexpected<Error> not_signed(const std::string& package, const Signatures& found) {
  if (found.unknown.empty())
    return fail(fmt::format("{} has no signature", package),
                "get it from a source that signs its packages; or take it as it is with --no-verify",
                fmt::format("kmesh-kernel build --srpm {} --no-verify", package));
  return fail(
      fmt::format("{} is signed with a key that was not given: {}", package, fmt::join(found.unknown, ", ")),
      "name the distribution's public key (RPM hosts keep theirs in /etc/pki/rpm-gpg); or take the package "
      "as "
      "it is with --no-verify",
      fmt::format("kmesh-kernel build --srpm {} --key FILE", package));
}

}  // namespace

Result<PackageHeader> parse_header(std::string_view output) {
  std::istringstream lines{std::string(output)};
  PackageHeader header;
  std::string source;
  const bool whole = std::getline(lines, header.name) && std::getline(lines, header.version) &&
                     std::getline(lines, header.release) && std::getline(lines, source);
  if (!whole || header.name.empty() || header.version.empty())
    return fail("the package's header has no name and version", "it is damaged, or no RPM package");
  header.source = source == "1";
  return header;
}

Signatures parse_signatures(std::string_view output) {
  Signatures found;
  bool wrong_digest = false;
  std::istringstream lines{std::string(output)};
  for (std::string line; std::getline(lines, line);) {
    const bool right = line.ends_with(": OK");
    if (line.find("digest") != std::string::npos) {
      found.digests = found.digests || right;
      wrong_digest = wrong_digest || !right;
    } else if (line.find("ignature") != std::string::npos && line.starts_with(' ')) {
      const auto id = key_id(line);
      if (right) {
        if (!id.empty() && std::find(found.good.begin(), found.good.end(), id) == found.good.end())
          found.good.push_back(id);
      } else if (line.ends_with(": NOKEY")) {
        if (std::find(found.unknown.begin(), found.unknown.end(), id) == found.unknown.end())
          found.unknown.push_back(id);
      } else {
        found.bad.push_back(line.substr(line.find_first_not_of(' ')));
      }
    }
  }
  found.digests = found.digests && !wrong_digest;
  return found;
}

Source source_of_package(const SourcePackage& package, const std::string& file) {
  const auto& header = package.header;
  Source source;
  source.name = header.version;
  source.version = header.version;
  source.origin =
      fmt::format("source package {} {}-{} ({})", header.name, header.version, header.release, name_of(file));
  source.package = package.path;
  source.fingerprint = package.fingerprint;
  source.verified = package.verified;
  source.warnings = package.warnings;
  return source;
}

std::vector<std::string> expired_keys(std::string_view output) {
  std::vector<std::string> ids;
  std::istringstream lines{std::string(output)};
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> fields;
    std::istringstream row(line);
    for (std::string field; std::getline(row, field, ':');) fields.push_back(field);
    if (fields.size() < 5 || (fields[0] != "pub" && fields[0] != "sub") || fields[1] != "e" ||
        fields[4].size() < 8)
      continue;
    ids.push_back(lower(std::string_view(fields[4]).substr(fields[4].size() - 8)));
  }
  return ids;
}

Result<SourcePackage> open_source_package(Kit& kit, const Side& side, const std::string& package,
                                          const std::vector<std::string>& keys, bool verify) {
  if (!kit.disk.exists(package))
    return wrong_call(fmt::format("there is no file {}", package), "check the name given to --srpm");
  KMESH_TRY(kit.disk.remove_all(side.folder));
  KMESH_TRY(kit.disk.make_dirs(side.path("home")));
  SourcePackage opened;
  opened.path = side.path("package.src.rpm");
  // what is checked is what is used: nobody else writes the copy
  KMESH_TRY(kit.disk.copy(package, opened.path));
  KMESH_LET(hash, kit.disk.sha256(opened.path));
  opened.fingerprint = hash;
  KMESH_LET(expired, import_keys(kit, side, keys));
  const std::string inside = side.inside("package.src.rpm");
  KMESH_LET(checked, kit.processes.run(with_database(side, {"rpmkeys", "--checksig", "--verbose", inside})));
  const auto found = parse_signatures(checked.output);
  if (!found.bad.empty())
    return fail(
        fmt::format("{} has a wrong signature: it was changed, or the key is not good for it", package),
        "fetch it again; where it stays so, do not use it", "",
        fmt::format("{}\n", fmt::join(found.bad, "\n")));
  if (!found.digests)
    return program_failed(fmt::format("{} is damaged or no RPM package: its digests are wrong", package),
                          "fetch it again; half a download looks like this", checked);
  const auto old = std::find_first_of(found.good.begin(), found.good.end(), expired.begin(), expired.end());
  if (old != found.good.end() && verify)
    return fail(fmt::format("{} is signed with key {}, which has expired", package, *old),
                "get the distribution's renewed key; or take the package as it is with --no-verify",
                fmt::format("kmesh-kernel build --srpm {} --no-verify", package));
  if (!found.good.empty() && found.unknown.empty() && old == found.good.end()) {
    opened.verified = fmt::format("signature of key {}", fmt::join(found.good, ", "));
  } else if (verify) {
    return not_signed(package, found);
  } else {
    opened.warnings.emplace_back("the source package's signature was not verified (--no-verify)");
  }
  KMESH_LET(asked, kit.processes.run(with_database(side, {"rpm", "--query", "--nosignature", "--queryformat",
                                                          std::string(kQuery), "--package", inside})));
  if (!asked.ok())
    return program_failed(fmt::format("rpm cannot read {}", package), "it is damaged, or no RPM package",
                          asked);
  KMESH_LET(header, parse_header(asked.output));
  if (!header.source)
    return fail(fmt::format("{} is a binary package", package), "the source package's name ends in .src.rpm",
                "dnf download --source kernel");
  opened.header = std::move(header);
  return opened;
}

}  // namespace kmesh
