// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "kit/origin.h"

namespace kmesh {

Result<Source> name_tree(Kit& kit, const std::string& tree, bool verify) {
  const auto makefile = kit.disk.read(join(tree, "Makefile"));
  if (!makefile)
    return fail(fmt::format("{} is no kernel source tree: it has no Makefile", tree),
                "check the name given to --tree");
  if (verify)
    return fail(
        fmt::format("nothing vouches for the tree {}", tree),
        "a tree on disk carries no signature; take it as it is with --no-verify, and the report will say so",
        fmt::format("kmesh-kernel build --tree {} --no-verify", tree));
  KMESH_LET(version, kernel_version(*makefile));
  Source source;
  source.tree = tree;
  source.version = version;
  source.name = version;
  source.top = "linux-" + version;
  source.origin = fmt::format("tree {}", name_of(tree));
  source.warnings.push_back("the source was not verified (--no-verify)");
  return source;
}

Result<Source> open_tree(Kit& kit, const Options& options) {
  KMESH_LET(source, name_tree(kit, options.tree, options.verify));
  // names, sizes and times: the content of a whole tree would take longer to read than the rest of the plan
  KMESH_LET(files, kit.disk.walk(options.tree));
  std::string listing;
  for (const auto& file : files) {
    if (file.starts_with(".git/")) continue;
    KMESH_LET(info, kit.disk.info(join(options.tree, file)));
    listing += fmt::format("{} {} {}\n", file, info.bytes, info.mtime_ns);
  }
  source.fingerprint = sha256_text(listing);
  return std::move(source);
}

}  // namespace kmesh
