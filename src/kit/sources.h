// SPDX-License-Identifier: Apache-2.0
// Sources that are asked and not built: each with the text of the files that matter. What was read once is
// kept by the source's content, below the work folder.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/baseline.h"
#include "kit/kit.h"
#include "kit/plan.h"
#include "kit/texts.h"

namespace kmesh {

struct OpenSource {
  Source source;
  TouchedFiles files;
};

struct SourceOptions {
  std::string work;  // absolute: what is fetched, and what was read before
  bool verify = true;
  bool refresh = false;  // ask the package archive again
  bool sandbox = true;   // a source package's spec is somebody's code
};

class Sources {
 public:
  // `paths` are those that are read of every source.
  Sources(Kit& kit, std::vector<BaselineRow> rows, SourceOptions options, std::vector<std::string> paths);

  // Debian's package for that row, or the source package of its repository, fetched once.
  Result<OpenSource> baseline(const BaselineRow& row, const std::vector<std::string>& keys = {});
  Result<OpenSource> tarball(const std::string& path, const std::string& sha256);
  Result<OpenSource> tree(const std::string& path);
  // A source RPM, with the distribution's own patches applied; `keys` are files with public keys.
  Result<OpenSource> package(const std::string& path, const std::vector<std::string>& keys);
  // A commit of a git repository; its fingerprint is the commit's id.
  Result<OpenSource> revision(const std::string& repository, const std::string& name);

 private:
  Result<OpenSource> from_repository(const BaselineRow& row, const std::string& folder,
                                     const std::vector<std::string>& keys);
  Result<TouchedFiles> read_tarball(const Source& source);

  Kit& kit_;
  std::vector<BaselineRow> rows_;
  SourceOptions options_;
  std::vector<std::string> paths_;
  TextCache texts_;
  FileHashes hashes_;
};

}  // namespace kmesh
