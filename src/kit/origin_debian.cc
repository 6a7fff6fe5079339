// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "kit/apt_sources.h"
#include "kit/origin.h"

namespace kmesh {
namespace {

constexpr std::size_t kVersionsTried = 3;

std::string upstream_version(std::string_view version) {
  // "5.10.262-1" -> "5.10.262"; an epoch or a revision is Debian's, not the kernel's
  const auto colon = version.find(':');
  if (colon != std::string_view::npos) version.remove_prefix(colon + 1);
  return std::string(version.substr(0, version.rfind('-')));
}

// VERSION_CODENAME of /etc/os-release.
std::string host_codename(Disk& disk) {
  const auto text = disk.read("/etc/os-release");
  if (!text) return {};
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("VERSION_CODENAME=")) continue;
    line.erase(0, line.find('=') + 1);
    std::erase(line, '"');
    return line;
  }
  return {};
}

// One apt with its own lists, cache and sources: the system's are never touched, and no right is needed.
class PrivateApt {
 public:
  PrivateApt(Kit& kit, std::string folder) : kit_(kit), folder_(std::move(folder)) {}

  Result<void> prepare(const std::string& sources) {
    for (const auto* name : {"apt/lists/partial", "apt/archives/partial", "apt/parts"})
      KMESH_TRY(kit_.disk.make_dirs(join(folder_, name)));
    return kit_.disk.write(join(folder_, "apt/parts/kmesh.sources"), sources);
  }

  Result<Exit> run(const std::string& program, const std::vector<std::string>& arguments) {
    Command command;
    command.argv = {program, "-q"};
    const auto set = [&](const std::string& name, const std::string& value) {
      command.argv.insert(command.argv.end(), {"-o", name + "=" + value});
    };
    set("Dir::State::Lists", join(folder_, "apt/lists"));
    set("Dir::State::status", "/dev/null");
    set("Dir::Cache::archives", join(folder_, "apt/archives"));
    set("Dir::Cache::pkgcache", join(folder_, "apt/pkgcache.bin"));
    set("Dir::Cache::srcpkgcache", join(folder_, "apt/srcpkgcache.bin"));
    set("Dir::Etc::sourcelist", "/dev/null");
    set("Dir::Etc::sourceparts", join(folder_, "apt/parts"));
    set("Dir::Etc::preferences", "/dev/null");
    set("Dir::Etc::preferencesparts", "/dev/null");
    set("APT::Sandbox::User", "");
    set("Acquire::Languages", "none");
    set("Acquire::Retries", "2");
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.env = {{"LC_ALL", "C.UTF-8"}};
    command.folder = folder_;
    command.log = join(folder_, "apt.log");
    command.keep_output = true;
    command.on_line = [this](std::string_view line) { kit_.status.doing(line); };
    return kit_.processes.run(command);
  }

 private:
  Kit& kit_;
  std::string folder_;
};

Result<std::vector<AptSource>> host_sources(Kit& kit) {
  Command ask;
  ask.argv = {"apt-config", "shell", "FILE", "Dir::Etc::sourcelist/f", "PARTS", "Dir::Etc::sourceparts/d"};
  ask.keep_output = true;
  KMESH_LET(exit, kit.processes.run(ask));
  const auto value = [&](std::string_view name) {
    const auto at = exit.output.find(fmt::format("{}='", name));
    if (at == std::string::npos) return std::string();
    const auto begin = at + name.size() + 2;
    return exit.output.substr(begin, exit.output.find('\'', begin) - begin);
  };
  std::vector<AptSource> sources;
  const auto add = [&](const std::vector<AptSource>& more) {
    sources.insert(sources.end(), more.begin(), more.end());
  };
  if (const auto text = kit.disk.read(value("FILE"))) add(parse_one_line_sources(*text));
  const std::string parts = value("PARTS");
  if (const auto names = kit.disk.list(parts)) {
    for (const auto& name : *names) {
      const auto text = kit.disk.read(join(parts, name));
      if (text && name.ends_with(".list")) add(parse_one_line_sources(*text));
      if (text && name.ends_with(".sources")) add(parse_deb822_sources(*text));
    }
  }
  return sources;
}

// Whether apt could not get through at all. It then calls every repository one without a Release file.
bool unreachable(std::string_view output) {
  static constexpr std::array<std::string_view, 8> kMarks = {
      "Could not resolve",      "Temporary failure", "Could not connect", "Cannot initiate the connection",
      "Network is unreachable", "timed out",         "Connection failed", "Unable to connect"};
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return output.find(mark) != std::string_view::npos; });
}

bool suite_is_gone(std::string_view output, std::string_view suite) {
  std::istringstream lines{std::string(output)};
  for (std::string line; std::getline(lines, line);) {
    const bool about = line.find(fmt::format(" {} ", suite)) != std::string::npos ||
                       line.find(fmt::format("/{}/", suite)) != std::string::npos;
    const bool gone = line.find("does not have a Release file") != std::string::npos ||
                      line.find("404") != std::string::npos ||
                      line.find("File not found") != std::string::npos;
    if (about && gone) return true;
  }
  return false;
}

// Updates the lists; a suite the mirror no longer has is left out as long as another one is there.
Result<std::vector<std::string>> update(Kit& kit, PrivateApt& apt, const std::vector<AptSource>& sources,
                                        const std::vector<BaselineRow>& rows, const BaselineRow& row) {
  const std::string host = host_codename(kit.disk);
  std::vector<std::string> suites;
  for (const auto& suite : row.suites) {
    if (mirror_for(sources, host, suite) != nullptr) suites.push_back(suite);
  }
  if (suites.empty())
    return fail(
        fmt::format("this host's package sources name no Debian mirror for {}", row.package),
        "the kit takes Debian's kernel source from the host's own mirrors; on another distribution bring the "
        "source yourself",
        "kmesh-kernel build --tarball FILE --sha256 HEX");
  for (;;) {
    KMESH_TRY(apt.prepare(sources_for(sources, host, suites)));
    KMESH_LET(exit, apt.run("apt-get", {"update", "--error-on=any"}));
    if (exit.ok()) return suites;
    const std::size_t before = suites.size();
    if (!unreachable(exit.output))
      std::erase_if(suites, [&](const auto& suite) { return suite_is_gone(exit.output, suite); });
    if (suites.empty() || suites.size() == before)
      return tl::make_unexpected(explain_apt(exit.output, row, rows, host));
  }
}

// Downloads one package in the newest version the mirror really has; gives the version.
Result<std::string> download(PrivateApt& apt, const std::string& package, const BaselineRow& row,
                             const std::vector<BaselineRow>& rows, const std::string& host,
                             const std::string& wanted) {
  KMESH_LET(listed, apt.run("apt-cache", {"madison", package}));
  std::vector<std::string> versions = madison_versions(listed.output);
  if (!wanted.empty()) versions = {wanted};
  Error last{fmt::format("the mirrors' suites have no package {}", package), "", "", ""};
  for (std::size_t i = 0; i < std::min(versions.size(), kVersionsTried); ++i) {
    KMESH_LET(got, apt.run("apt-get", {"download", package + "=" + versions[i]}));
    if (got.ok()) return versions[i];
    last = explain_apt(got.output, row, rows, host);
    // an index may be newer than the pool behind it: then an older version is still there
    if (got.output.find("404") == std::string::npos) break;
  }
  return tl::make_unexpected(std::move(last));
}

Result<std::string> unpack(Kit& kit, const std::string& folder, const std::string& package) {
  KMESH_LET(names, kit.disk.list(folder));
  std::string deb;
  for (const auto& name : names) {
    if (name.starts_with(package + "_") && name.ends_with(".deb")) deb = name;
  }
  const std::string into = join(folder, "unpacked");
  KMESH_TRY(kit.disk.remove_all(into));
  Command command;
  command.argv = {"dpkg-deb", "-x", join(folder, deb), into};
  KMESH_LET(exit, kit.processes.run(command));
  if (!exit.ok()) return program_failed(fmt::format("{} cannot be unpacked", deb), "fetch it again", exit);
  return into;
}

Result<std::string> take_config(Kit& kit, const std::string& folder, const std::string& unpacked) {
  KMESH_LET(files, kit.disk.walk(unpacked));
  const auto found = std::find_if(files.begin(), files.end(), [](const std::string& file) {
    return name_of(file) == "config.amd64_none_amd64.xz";
  });
  if (found == files.end()) return fail("Debian's configuration package has no configuration for amd64");
  Command command;
  command.argv = {"xz", "-dc", join(unpacked, *found)};
  command.keep_output = true;
  KMESH_LET(exit, kit.processes.run(command));
  if (!exit.ok()) return program_failed(fmt::format("{} cannot be unpacked", *found), "", exit);
  std::string path = join(folder, "distro.config");
  KMESH_TRY(kit.disk.write(path, exit.output));
  return path;
}

}  // namespace

std::map<std::string, std::string> facts_of(const Source& source) {
  return {{"version", source.version},
          {"origin", source.origin},
          {"tarball", name_of(source.tarball)},
          {"top", source.top},
          {"verified", source.verified},
          {"fingerprint", source.fingerprint},
          {"configuration", name_of(source.config)}};
}

Source source_of(const std::map<std::string, std::string>& facts, const std::string& folder) {
  const auto fact = [&](const char* name) {
    const auto found = facts.find(name);
    return found == facts.end() ? std::string() : found->second;
  };
  const auto file = [&](const std::string& name) { return name.empty() ? name : join(folder, name); };
  Source source;
  source.version = fact("version");
  source.origin = fact("origin");
  source.tarball = file(fact("tarball"));
  source.top = fact("top");
  source.fingerprint = fact("fingerprint");
  source.verified = fact("verified");
  source.config = file(fact("configuration"));
  return source;
}

std::vector<std::string> madison_versions(std::string_view output) {
  std::vector<std::string> versions;
  std::istringstream lines{std::string(output)};
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find('|');
    const auto second = line.find('|', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    std::string version = line.substr(first + 1, second - first - 1);
    std::erase(version, ' ');
    if (std::find(versions.begin(), versions.end(), version) == versions.end()) versions.push_back(version);
  }
  return versions;
}

Error explain_apt(std::string_view output, const BaselineRow& row, const std::vector<BaselineRow>& rows,
                  std::string_view host_suite) {
  const auto says = [&](std::string_view text) { return output.find(text) != std::string_view::npos; };
  Error error;
  error.detail = std::string(output.substr(output.size() > 2000 ? output.size() - 2000 : 0));
  const auto own = baseline_of_suite(rows, host_suite);
  if (unreachable(output)) {
    error.what = "the package mirror cannot be reached";
    error.hint =
        "check the network and the proxy settings of apt, then run the same command again; without a "
        "network use a tarball that was kept";
    error.command = "kmesh-kernel build --tarball FILE";
  } else if (says("does not have a Release file") || says("no longer has a Release file")) {
    error.what = fmt::format("the host's mirror no longer has the suite {} ({})", fmt::join(row.suites, ", "),
                             row.package);
    error.hint = "use a tarball of it that was kept (--tarball FILE)";
    if (own) {
      error.hint +=
          fmt::format(", or baseline {}, which this host's own suite {} serves", own->name, host_suite);
      error.command = fmt::format("kmesh-kernel build --baseline {}", own->name);
    }
  } else if (says("GPG error") || says("NO_PUBKEY") || says("is not signed") || says("invalid signature")) {
    error.what = "the mirror's index is not signed by a key this host trusts";
    error.hint =
        "nothing was downloaded from it; install the archive's keys, then run the same command again";
    error.command = "apt-get install debian-archive-keyring";
  } else if (says("Hash Sum mismatch") || says("File has unexpected size")) {
    error.what = "a download does not match the mirror's signed index";
    error.hint = "the mirror is being updated, or something on the way changed the file; try again later";
  } else if (says("No space left on device")) {
    error.what = "the disk is full";
    error.hint = "free some space, then run the same command again";
  } else {
    error.what = fmt::format("apt cannot get {}", row.package);
    error.hint = "what it said is shown above";
  }
  return error;
}

Result<Source> fetch_debian(Kit& kit, const std::vector<BaselineRow>& rows, const BaselineRow& row,
                            const std::string& folder, bool with_config) {
  if (kit.processes.find("apt-get").empty())
    return fail("this host has no apt, so Debian's kernel source cannot be fetched",
                "bring the source yourself", "kmesh-kernel build --tarball FILE --sha256 HEX");
  KMESH_TRY(kit.disk.remove_all(folder));
  KMESH_TRY(kit.disk.make_dirs(folder));
  PrivateApt apt(kit, folder);
  KMESH_LET(sources, host_sources(kit));
  const std::string host = host_codename(kit.disk);
  KMESH_LET(suites, update(kit, apt, sources, rows, row));
  KMESH_LET(version, download(apt, row.package, row, rows, host, ""));

  Source source;
  source.name = row.name;
  source.version = upstream_version(version);
  source.origin = fmt::format("Debian {} {} ({})", row.package, version, fmt::join(suites, ", "));
  source.verified = "apt: signed index and checksum";
  source.top = row.package;
  KMESH_LET(unpacked, unpack(kit, folder, row.package));
  const std::string tarball = row.package + ".tar.xz";
  source.tarball = join(folder, tarball);
  KMESH_TRY(kit.disk.rename(join(unpacked, "usr/src/" + tarball), source.tarball));
  if (with_config) {
    KMESH_TRY(download(apt, row.config_package, row, rows, host, version));
    KMESH_LET(configs, unpack(kit, folder, row.config_package));
    KMESH_LET(config, take_config(kit, folder, configs));
    source.config = config;
  }
  KMESH_TRY(kit.disk.remove_all(unpacked));
  KMESH_LET(hash, kit.disk.sha256(source.tarball));
  source.fingerprint = hash;
  KMESH_LET(names, kit.disk.list(folder));
  for (const auto& name : names) {
    if (name.ends_with(".deb")) KMESH_TRY(kit.disk.remove_all(join(folder, name)));
  }
  KMESH_TRY(kit.disk.remove_all(join(folder, "apt")));
  return source;
}

}  // namespace kmesh
