// SPDX-License-Identifier: Apache-2.0
#include "kit/touched.h"

#include "base/archive.h"

namespace kmesh {

Result<TouchedFiles> read_touched(Kit& kit, const Source& source, const std::vector<std::string>& paths) {
  TouchedFiles files;
  if (paths.empty()) return files;
  kit.status.doing("reading the files the series touches");
  if (!source.tarball.empty()) {
    KMESH_LET(read, read_from_tarball(source.tarball, {paths.begin(), paths.end()}));
    return std::move(read.texts);
  }
  for (const auto& path : paths) {
    const std::string file = join(source.tree, path);
    if (!kit.disk.exists(file)) continue;
    KMESH_LET(text, kit.disk.read(file));
    files[path] = std::move(text);
  }
  return files;
}

Result<std::vector<std::string>> keep_touched(Kit& kit, const TouchedFiles& files,
                                              const std::string& folder) {
  KMESH_TRY(kit.disk.remove_all(folder));
  std::vector<std::string> kept;
  for (const auto& [path, text] : files) {
    KMESH_TRY(kit.disk.write(join(folder, path), text));
    kept.push_back(path);
  }
  return kept;
}

Result<TouchedFiles> kept_touched(Kit& kit, const std::vector<std::string>& paths,
                                  const std::string& folder) {
  TouchedFiles files;
  for (const auto& path : paths) {
    const std::string file = join(folder, path);
    if (!kit.disk.exists(file)) continue;
    KMESH_LET(text, kit.disk.read(file));
    files[path] = std::move(text);
  }
  return files;
}

}  // namespace kmesh
