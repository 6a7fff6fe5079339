// SPDX-License-Identifier: Apache-2.0
#include "kit/previous.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "kit/kernel.h"
#include "kit/lend.h"

namespace kmesh {
namespace {

using Json = nlohmann::json;

std::string part_of(Output output) { return output == Output::kRpm ? "rpmbuild/BUILD" : "tree"; }

// What was kept, as a side of its own: never run in, only copied from.
Side as_side(const Side& side, const std::string& folder) {
  return {"previous", folder, side.log, side.sandbox};
}

}  // namespace

Result<void> keep_previous(Kit& kit, const Side& side, Output output, const std::string& folder,
                           const Previous& previous) {
  KMESH_TRY(kit.disk.remove_all(folder));
  const auto tree = prepared_tree(kit, side, output);
  if (!tree || !kit.disk.exists(join(*tree, "vmlinux"))) return {};
  const std::string kept = join(folder, part_of(output));
  KMESH_TRY(kit.disk.make_dirs(parent_of(kept)));
  // said before it is there: half of it is found by what is missing
  KMESH_TRY(kit.disk.write(join(folder, "previous.json"),
                           Json{{"key", previous.key}, {"touched", previous.touched}}.dump(1) + "\n"));
  return kit.disk.rename(side.path(part_of(output)), kept);
}

Result<bool> use_previous(Kit& kit, const Side& side, Output output, const std::string& folder,
                          const Previous& now) {
  const std::string said = join(folder, "previous.json");
  if (!kit.disk.exists(said)) return false;
  KMESH_LET(text, kit.disk.read(said));
  const Json json = Json::parse(text, nullptr, false);
  const auto from = prepared_tree(kit, as_side(side, folder), output);
  const bool useful =
      json.is_object() && json.value("key", "") == now.key && from && kit.disk.exists(join(*from, "vmlinux"));
  if (useful) {
    kit.status.doing("taking over what was compiled before");
    KMESH_LET(to, prepared_tree(kit, side, output));
    auto touched = json.value("touched", std::vector<std::string>());
    touched.insert(touched.end(), now.touched.begin(), now.touched.end());
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    KMESH_TRY(lend_objects(kit, *from, to, touched, Lending::kGive));
  }
  KMESH_TRY(kit.disk.remove_all(folder));
  return useful;
}

}  // namespace kmesh
