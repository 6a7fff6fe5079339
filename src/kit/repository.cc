// SPDX-License-Identifier: Apache-2.0
#include "kit/repository.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "base/text.h"
#include "kit/spec_lines.h"

namespace kmesh {
namespace {

bool is_url(std::string_view text) {
  static constexpr std::array<std::string_view, 4> kSchemes = {"http://", "https://", "ftp://", "file://"};
  return std::any_of(kSchemes.begin(), kSchemes.end(),
                     [&](std::string_view scheme) { return text.starts_with(scheme); });
}

// The key's file, fetched where it is elsewhere.
Result<std::string> take_key(Kit& kit, const std::string& key, const std::string& target) {
  constexpr std::string_view kFile = "file://";
  if (key.starts_with(kFile)) {
    const std::string path = key.substr(kFile.size());
    if (!kit.disk.exists(path))
      return fail(fmt::format("the .repo names the key {}, which is not on this host", path),
                  "get the distribution's public key, and name it with --key FILE");
    return path;
  }
  if (key.find('$') != std::string::npos)
    return fail(fmt::format("the .repo names the key {}, and what stands for its variables is dnf's", key),
                "write the values into the .repo, or name the key with --key FILE");
  // what comes over the same open line as the packages vouches for nothing
  if (!key.starts_with("https://"))
    return fail(fmt::format("the .repo names the key {}, and anybody on the way could give another", key),
                "get the distribution's public key in a way that you trust, and name it with --key FILE");
  if (kit.processes.find("curl").empty())
    return fail(fmt::format("the .repo names the key {}, and curl is not installed to fetch it", key),
                "install it, or name the key with --key FILE", "apt-get install curl");
  Command command;
  command.argv = {"curl", "--fail", "--silent", "--show-error", "--location", "--output", target, "--", key};
  KMESH_LET(exit, kit.processes.run(command));
  if (!exit.ok())
    return program_failed(fmt::format("the key {} cannot be fetched", key), "name the key with --key FILE",
                          exit);
  return target;
}

}  // namespace

std::string repo_file(std::string_view url) {
  return fmt::format("[kmesh]\nname=kmesh\nbaseurl={}\nenabled=1\ngpgcheck=1\n", url);
}

std::vector<std::string> named_keys(std::string_view repo) {
  std::vector<std::string> keys;
  std::istringstream lines{std::string(repo)};
  bool in_keys = false;
  for (std::string line; std::getline(lines, line);) {
    const auto text = stripped(line);
    const bool continued = in_keys && (line.starts_with(' ') || line.starts_with('\t'));
    const auto equals = text.find('=');
    if (!continued)
      in_keys = equals != std::string_view::npos && stripped(text.substr(0, equals)) == "gpgkey";
    if (!in_keys) continue;
    std::istringstream words{std::string(continued ? text : text.substr(equals + 1))};
    for (std::string word; words >> word;) {
      if (word.ends_with(',')) word.pop_back();
      if (is_url(word) && std::find(keys.begin(), keys.end(), word) == keys.end()) keys.push_back(word);
    }
  }
  return keys;
}

Error explain_dnf(std::string_view output, const RepositoryRequest& request) {
  const auto says = [&](std::string_view part) { return output.find(part) != std::string_view::npos; };
  Error error;
  error.command = fmt::format("kmesh-kernel build --repo {}", request.repository);
  if (says("No space left on device")) {
    error.what = "the disk is full";
    error.hint = "free some space, then run the same command again";
    error.command = fmt::format("df -h {}", request.folder);
  } else if (says("No package ") || says("Unable to find a match") || says("No match for argument")) {
    error.what = fmt::format("the repository has no source package {}", request.package);
    error.hint =
        "is it a source repository? Their addresses often end in /source; name another package with "
        "--package";
  } else if (says("hecksum")) {
    error.what = "what the repository says and what it has disagree: a checksum does not match";
    error.hint = "it may be in the middle of an update: try again later, or another mirror";
  } else if (says("Could not resolve") || says("onnection refused") || says("Failed to connect") ||
             says("imeout") || says("Network is unreachable")) {
    error.what = fmt::format("the repository {} cannot be reached", request.repository);
    error.hint = "check the address and the network; a package that was kept is taken with --srpm FILE";
  } else if (says("transfer closed") || says("Curl error (18)") || says("nterrupted")) {
    error.what = "the download ended before its end";
    error.hint = "run the same command again";
  } else if (says("repomd.xml") || says("404")) {
    error.what = fmt::format("{} is no RPM repository", request.repository);
    error.hint = "a repository has repodata/repomd.xml below its address";
  } else if (says("releasever")) {
    error.what = "the .repo needs a release ($releasever), and this host has none";
    error.hint = "write the release into its addresses";
  } else {
    error.what = fmt::format("dnf cannot get {}", request.package);
    error.hint = "what it said is shown above";
  }
  return error;
}

Result<void> check_vouched(Kit& kit, const std::string& repository, const std::vector<std::string>& keys,
                           const std::string& where) {
  if (!keys.empty()) return {};
  if (!is_url(repository)) {
    const auto text = kit.disk.read(repository);
    if (!text || !named_keys(*text).empty()) return {};
  }
  return fail(
      fmt::format("nothing vouches for what {} gives: no key was named", repository),
      fmt::format("{}name the distribution's public key with --key FILE, or take what comes with --no-verify",
                  where.empty() ? "" : fmt::format("this baseline's key is {}; ", where)));
}

Result<FetchedPackage> fetch_package(Kit& kit, const RepositoryRequest& request) {
  if (kit.processes.find("dnf").empty())
    return fail("dnf is not installed, and RPM repositories are its business", "install it",
                "apt-get install dnf dnf-plugins-core");
  KMESH_TRY(kit.disk.remove_all(request.folder));
  const auto below = [&](const std::string& name) { return join(request.folder, name); };
  for (const auto* name : {"repos", "root", "packages", "log"}) KMESH_TRY(kit.disk.make_dirs(below(name)));
  const bool url = is_url(request.repository);
  std::string text = repo_file(request.repository);
  if (!url) {
    if (!kit.disk.exists(request.repository))
      return wrong_call(fmt::format("there is no repository file {}", request.repository),
                        "--repo takes a URL or a .repo file");
    KMESH_LET(file, kit.disk.read(request.repository));
    text = std::move(file);
  }
  FetchedPackage fetched;
  for (const auto& key : url || !request.take_keys ? std::vector<std::string>() : named_keys(text)) {
    KMESH_LET(file, take_key(kit, key, below(fmt::format("key-{}", fetched.keys.size()))));
    fetched.keys.push_back(file);
  }
  KMESH_TRY(kit.disk.write(below("repos/kmesh.repo"), text));
  KMESH_TRY(kit.disk.write(below("dnf.conf"), "[main]\ngpgcheck=1\nplugins=1\nbest=1\n"));
  kit.status.doing("asking the repository");
  Command command;
  // of the plugins only the one that is asked: another writes to the host's cache wherever ours is
  command.argv = {"dnf",
                  "--config=" + below("dnf.conf"),
                  "--installroot=" + below("root"),
                  "--setopt=reposdir=" + below("repos"),
                  "--setopt=cachedir=" + below("cache"),
                  "--setopt=persistdir=" + below("state"),
                  "--setopt=logdir=" + below("log"),
                  "--setopt=varsdir=" + below("vars"),
                  "--disableplugin=*",
                  "--enableplugin=download",
                  "--enablerepo=*",
                  "--assumeyes",
                  "download",
                  "--source",
                  "--destdir=" + below("packages"),
                  "--",
                  request.package};
  command.env = {{"HOME", request.folder}, {"LC_ALL", "C.UTF-8"}};
  command.keep_output = true;
  command.log = below("dnf.log");
  command.on_line = [&](std::string_view line) {
    if (!line.empty()) kit.status.doing(line);
  };
  KMESH_LET(exit, kit.processes.run(command));
  KMESH_LET(names, kit.disk.list(below("packages")));
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".src.rpm"); });
  if (!exit.ok() || names.empty()) {
    Error error = explain_dnf(exit.output, request);
    error.detail = exit.tail;
    return tl::make_unexpected(error);
  }
  fetched.path = below("packages/" + names.back());
  fetched.origin = fmt::format("{} from {}", names.back(), request.repository);
  return fetched;
}

}  // namespace kmesh
