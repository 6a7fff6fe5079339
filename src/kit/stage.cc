// SPDX-License-Identifier: Apache-2.0
#include "kit/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/archive.h"
#include "kit/spec_check.h"
#include "kit/spec_edit.h"

namespace kmesh {
namespace {

// The names rpm gives its parts cannot hold a hyphen.
std::string rpm_version(std::string version) {
  std::replace(version.begin(), version.end(), '-', '~');
  return version;
}

// What Source0 is called: a person's file name may hold what rpm or a shell would read as something else.
std::string source_file(const Source& source) {
  if (source.tarball.empty()) return source.top + ".tar";
  std::string name = name_of(source.tarball);
  for (char& c : name) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_' || c == '+';
    if (!plain) c = '_';
  }
  return name;
}

Result<void> put_tarball(Kit& kit, const Source& source, const Side& side, const std::string& target) {
  if (!source.tarball.empty()) return kit.disk.copy(source.tarball, target);
  kit.status.doing("packing the tree");
  Command pack;
  pack.argv = {"tar",         "--create",      "--file",
               target,        "--exclude-vcs", "--sort=name",
               "--owner=0",   "--group=0",     fmt::format("--transform=s,^\\.,{},", source.top),
               "--directory", source.tree,     "."};
  pack.log = side.log;
  KMESH_LET(exit, kit.processes.run(pack));
  if (!exit.ok()) return program_failed(fmt::format("the tree {} cannot be packed", source.tree), "", exit);
  return {};
}

}  // namespace

Result<std::string> fill_spec(std::string text, const Source& source, const ConfigChoice& config) {
  const std::vector<std::pair<std::string, std::string>> values = {
      {"@VERSION@", rpm_version(source.version)},
      {"@RELEASE@", kRelease},
      {"@TARBALL@", source_file(source)},
      {"@TARTOP@", source.top},
      {"@CONFIGBASE@", config.fragment ? "tinyconfig" : "none"},
  };
  for (auto at = text.find('@'); at != std::string::npos; at = text.find('@', at + 1)) {
    const auto end = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ", at + 1);
    if (end == std::string::npos || end == at + 1 || text[end] != '@') continue;
    const std::string word = text.substr(at, end + 1 - at);
    const bool known =
        std::any_of(values.begin(), values.end(), [&](const auto& value) { return value.first == word; });
    if (!known) return fail(fmt::format("the spec has a place {}, and nothing to put there", word));
    at = end;
  }
  for (const auto& [name, value] : values) {
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value.size())
      text.replace(at, name.size(), value);
  }
  return text;
}

Result<std::string> make_source_package(Kit& kit, const Side& side, const Source& source,
                                        const ConfigChoice& config) {
  const std::string rpm = join(kit.data.kernel, "rpm");
  KMESH_TRY(kit.disk.remove_all(side.folder));
  for (const auto* name : {"rpmbuild/SOURCES", "rpmbuild/SPECS", "home"})
    KMESH_TRY(kit.disk.make_dirs(side.path(name)));
  KMESH_LET(text, kit.disk.read(join(rpm, "kernel.spec.in")));
  KMESH_LET(spec, fill_spec(std::move(text), source, config));
  KMESH_TRY(kit.disk.write(side.path("rpmbuild/SPECS/kernel.spec"), spec));
  const std::string sources = side.path("rpmbuild/SOURCES");
  KMESH_TRY(put_tarball(kit, source, side, join(sources, source_file(source))));
  KMESH_TRY(kit.disk.copy(config.path, join(sources, "kernel.config")));
  for (const auto* helper : {"check-kabi", "kernel-config"})
    KMESH_TRY(kit.disk.copy(join(rpm, helper), join(sources, helper)));
  // a plain kernel promises no module interface to anybody: the list of symbols to keep is empty
  KMESH_TRY(kit.disk.write(join(sources, "Module.kabi_x86_64"), ""));

  kit.status.doing("making the source package");
  Command build;
  build.argv = {"rpmbuild",
                "--define",
                "_topdir " + side.inside("rpmbuild"),
                "--define",
                "_dbpath " + side.inside("rpmdb"),
                "-bs",
                side.inside("rpmbuild/SPECS/kernel.spec")};
  KMESH_TRY(run_inside(kit, side, std::move(build), "rpmbuild could not make the source package"));
  KMESH_LET(made, kit.disk.list(side.path("rpmbuild/SRPMS")));
  if (made.size() != 1)
    return fail("rpmbuild made no source package", fmt::format("the whole log is {}", side.log));
  return side.path("rpmbuild/SRPMS/" + made.front());
}

Result<std::string> unpack_source_package(Kit& kit, const std::string& package, const Side& side) {
  KMESH_TRY(kit.disk.remove_all(side.folder));
  const std::string sources = side.path("rpmbuild/SOURCES");
  for (const auto* name : {"rpmbuild/SOURCES", "rpmbuild/SPECS", "home"})
    KMESH_TRY(kit.disk.make_dirs(side.path(name)));
  KMESH_LET(names, unpack_flat(package, sources));
  std::string spec;
  for (const auto& name : names) {
    if (!name.ends_with(".spec")) continue;
    if (!spec.empty()) return fail(fmt::format("{} holds two specs", package));
    spec = side.path("rpmbuild/SPECS/" + name);
    KMESH_TRY(kit.disk.rename(join(sources, name), spec));
  }
  if (spec.empty()) return fail(fmt::format("{} holds no spec: it is no source package", package));
  return spec;
}

Result<void> edit_source_package(Kit& kit, const std::string& spec, const std::string& series,
                                 const std::vector<const PlannedPatch*>& needed, const Side& side) {
  std::vector<std::string> names;
  for (const auto* planned : needed) {
    names.push_back(planned->patch.file);
    const std::string target = side.path("rpmbuild/SOURCES/" + planned->patch.file);
    if (kit.disk.exists(target))
      return fail(fmt::format("the source package already has a file {}", planned->patch.file),
                  "rename the patch in its series");
  }
  KMESH_LET(text, kit.disk.read(spec));
  KMESH_LET(edit, edit_with_rpm(kit, side, text, names, side.inside("rpmbuild/SOURCES")));
  for (const auto& name : names)
    KMESH_TRY(kit.disk.copy(join(series, name), side.path("rpmbuild/SOURCES/" + name)));
  return kit.disk.write(spec, edit.text);
}

Result<void> unpack_tree(Kit& kit, const Source& source, const Side& side) {
  const std::string tree = side.path("tree");
  KMESH_TRY(kit.disk.remove_all(side.folder));
  KMESH_TRY(kit.disk.make_dirs(tree));
  KMESH_TRY(kit.disk.make_dirs(side.path("home")));
  kit.status.doing("unpacking the source");
  Command command;
  if (source.tarball.empty()) {
    command.argv = {"cp", "--archive", "--reflink=auto", "--", source.tree + "/.", tree};
  } else {
    command.argv = {"tar",
                    "--extract",
                    "--file",
                    source.tarball,
                    "--directory",
                    tree,
                    "--strip-components=1",
                    "--no-same-owner"};
    command.env = {{"XZ_DEFAULTS", "-T0"}};
  }
  command.log = side.log;
  KMESH_LET(exit, kit.processes.run(command));
  if (!exit.ok())
    return program_failed("the source cannot be unpacked",
                          "it is truncated or damaged: fetch it again and compare its checksum", exit);
  return {};
}

}  // namespace kmesh
