// SPDX-License-Identifier: Apache-2.0
#include "kit/planning.h"

#include <algorithm>
#include <optional>

#include "kit/origin.h"
#include "kit/patch_folder.h"

namespace kmesh {
namespace {

// A series of one's own is that of every source; the archive has one for each baseline.
Result<std::vector<Series>> read_archive(Kit& kit, const std::vector<BaselineRow>& rows,
                                         const std::string& own) {
  std::vector<Series> archive;
  if (!own.empty()) {
    KMESH_LET(patches, read_each_patch(kit.disk, own));
    archive.push_back({name_of(own), std::move(patches)});
    return archive;
  }
  for (const auto& row : rows) {
    const bool known = std::any_of(archive.begin(), archive.end(),
                                   [&](const Series& series) { return series.name == row.series; });
    if (known) continue;
    KMESH_LET(patches,
              read_patch_folder(kit.disk, join(kit.data.kernel, "patches/" + row.series), Rules::kBuild));
    archive.push_back({row.series, std::move(patches)});
  }
  return archive;
}

}  // namespace

Result<Matrix> plan_sources(Kit& kit, const PlanOptions& options) {
  KMESH_LET(rows, read_baselines(kit.disk, kit.data));
  KMESH_LET(archive, read_archive(kit, rows, options.series));
  std::vector<std::string> paths;
  for (const auto& series : archive) {
    for (auto& path : paths_to_read(series.patches)) paths.push_back(std::move(path));
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  Sources sources(kit, rows, options.sources, paths);

  std::vector<Column> columns;
  // Its own series: the one named, or the archive's for its baseline, which its version tells where it has no
  // name.
  const auto add = [&](OpenSource opened, std::optional<BaselineRow> row) {
    if (!row) row = baseline_of_version(rows, opened.source.version);
    const std::string own = !options.series.empty() ? archive.front().name : row ? row->series : "";
    columns.push_back({std::move(opened.source), own, std::move(opened.files)});
  };
  std::vector<std::string> names = options.baselines;
  if (names.empty() && options.tarballs.empty() && options.packages.empty() && options.trees.empty())
    names.emplace_back("5.10");
  for (const auto& name : names) {
    KMESH_LET(row, find_baseline(rows, name));
    KMESH_LET(opened, sources.baseline(row, options.keys));
    add(std::move(opened), row);
  }
  for (std::size_t i = 0; i < options.tarballs.size(); ++i) {
    KMESH_LET(opened,
              sources.tarball(options.tarballs[i], i < options.sha256.size() ? options.sha256[i] : ""));
    add(std::move(opened), std::nullopt);
  }
  for (const auto& package : options.packages) {
    KMESH_LET(opened, sources.package(package, options.keys));
    add(std::move(opened), std::nullopt);
  }
  for (const auto& tree : options.trees) {
    if (options.revisions.empty()) {
      KMESH_LET(opened, sources.tree(tree));
      add(std::move(opened), std::nullopt);
    }
    for (const auto& revision : options.revisions) {
      KMESH_LET(opened, sources.revision(tree, revision));
      add(std::move(opened), std::nullopt);
    }
  }
  return make_matrix(archive, std::move(columns));
}

}  // namespace kmesh
