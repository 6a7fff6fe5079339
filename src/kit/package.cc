// SPDX-License-Identifier: Apache-2.0
#include "kit/package.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace kmesh {

Result<std::vector<std::string>> built_files(Kit& kit, const Side& side, Output output) {
  std::vector<std::string> files;
  if (output == Output::kImage) {
    for (const auto* name : {"vmlinuz", "config", "System.map", "modules.tar"})
      files.push_back(side.path(name));
    return files;
  }
  const std::string folder = output == Output::kRpm ? side.path("rpmbuild/RPMS") : side.folder;
  const std::string ending = output == Output::kRpm ? ".rpm" : ".deb";
  KMESH_LET(names, output == Output::kRpm ? kit.disk.walk(folder) : kit.disk.list(folder));
  for (const auto& name : names) {
    if (name.ends_with(ending)) files.push_back(join(folder, name));
  }
  if (files.empty())
    return fail("the build ended without a package", fmt::format("the whole log is {}", side.log));
  return files;
}

Result<std::vector<Package>> collect_packages(Kit& kit, const std::vector<std::string>& files,
                                              const std::string& work) {
  const std::string folder = join(work, "packages");
  KMESH_TRY(kit.disk.remove_all(folder));
  std::vector<Package> packages;
  std::string sums;
  nlohmann::json manifest = nlohmann::json::array();
  for (const auto& file : files) {
    const std::string name = name_of(file);
    KMESH_TRY(kit.disk.copy(file, join(folder, name)));
    KMESH_LET(hash, kit.disk.sha256(join(folder, name)));
    KMESH_LET(info, kit.disk.info(join(folder, name)));
    packages.push_back({"packages/" + name, hash, info.bytes});
    sums += fmt::format("{}  {}\n", hash, name);
    manifest.push_back({{"file", name}, {"sha256", hash}, {"bytes", info.bytes}});
  }
  KMESH_TRY(kit.disk.write(join(folder, "SHA256SUMS"), sums));
  KMESH_TRY(kit.disk.write(join(folder, "manifest.json"),
                           manifest.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"));
  return packages;
}

}  // namespace kmesh
