// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "kit/origin.h"

namespace kmesh {

Result<Source> open_tree(Kit& kit, const Options& options) {
  const auto makefile = kit.disk.read(join(options.tree, "Makefile"));
  if (!makefile)
    return fail(fmt::format("{} is no kernel source tree: it has no Makefile", options.tree),
                "check the name given to --tree");
  if (options.verify)
    return fail(
        fmt::format("nothing vouches for the tree {}", options.tree),
        "a tree on disk carries no signature; take it as it is with --no-verify, and the report will say so",
        fmt::format("kmesh-kernel build --tree {} --no-verify", options.tree));
  KMESH_LET(version, kernel_version(*makefile));
  Source source;
  source.tree = options.tree;
  source.version = version;
  source.name = version;
  source.top = "linux-" + version;
  source.origin = fmt::format("tree {}", name_of(options.tree));
  source.warnings.push_back("the source was not verified (--no-verify)");
  // names, sizes and times: the content of a whole tree would take longer to read than the rest of the plan
  KMESH_LET(files, kit.disk.walk(options.tree));
  std::string listing;
  for (const auto& file : files) {
    if (file.starts_with(".git/")) continue;
    KMESH_LET(info, kit.disk.info(join(options.tree, file)));
    listing += fmt::format("{} {} {}\n", file, info.bytes, info.mtime_ns);
  }
  source.fingerprint = sha256_text(listing);
  return source;
}

}  // namespace kmesh
