// SPDX-License-Identifier: Apache-2.0
#include "kit/previous.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "kit/kernel.h"
#include "kit/lend.h"
#include "kit/touched_objects.h"

namespace kmesh {
namespace {

using PlainJson = nlohmann::json;

std::string part_of(Output output) { return output == Output::kRpm ? "rpmbuild/BUILD" : "tree"; }

// What was kept, as a side of its own: never run in, only copied from.
Side as_side(const Side& side, const std::string& folder) {
  return {"previous", folder, side.log, side.sandbox};
}

std::string note_of(const Side& side) { return side.path("prepared.json"); }

Result<void> write_note(Kit& kit, const std::string& path, const Previous& said) {
  const PlainJson json = {
      {"key", said.key}, {"touched", said.touched}, {"lost", said.lost}, {"drawn", said.drawn}};
  return kit.disk.write(path, json.dump(1) + "\n");
}

// Nothing where there is none.
Result<std::optional<Previous>> read_note(Kit& kit, const std::string& path) {
  if (!kit.disk.exists(path)) return std::nullopt;
  KMESH_LET(text, kit.disk.read(path));
  const PlainJson json = PlainJson::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto list = [&](const char* name) { return json.value(name, std::vector<std::string>()); };
  return Previous{json.value("key", ""), list("touched"), list("lost"), list("drawn")};
}

// What was kept, if it has the key. Whether its build came to an end does not matter: what make left is
// whole, or was taken away before.
Result<std::optional<Previous>> useful(Kit& kit, const Side& side, Output output, const std::string& folder,
                                       const std::string& key) {
  KMESH_LET(kept, read_note(kit, join(folder, "previous.json")));
  if (!kept || kept->key != key) return std::nullopt;
  const auto tree = prepared_tree(kit, as_side(side, folder), output);
  if (!tree || !kit.disk.exists(join(*tree, ".config"))) return std::nullopt;
  return kept;
}

// What make decides about by its time alone; a Kconfig or a script has a say in %prep.
bool is_code(const std::string& path) {
  const std::string name = name_of(path);
  const bool code = name.ends_with(".c") || name.ends_with(".h") || name.ends_with(".S") ||
                    (is_makefile(name) && path != name);
  return code && !path.starts_with("scripts/") && !path.starts_with("tools/");
}

}  // namespace

Result<void> note_prepared(Kit& kit, const Side& side, const Previous& prepared) {
  return write_note(kit, note_of(side), prepared);
}

Result<void> forget_prepared(Kit& kit, const Side& side) { return kit.disk.remove_all(note_of(side)); }

Result<std::optional<Previous>> noted_prepared(Kit& kit, const Side& side) {
  return read_note(kit, note_of(side));
}

Result<void> keep_previous(Kit& kit, const Side& side, Output output, const std::string& folder,
                           const std::string& seal, const Previous& previous) {
  KMESH_TRY(kit.disk.remove_all(folder));
  const auto tree = prepared_tree(kit, side, output);
  if (!tree || !kit.disk.exists(join(*tree, ".config"))) return {};
  const std::string kept = join(folder, part_of(output));
  KMESH_TRY(kit.disk.make_dirs(parent_of(kept)));
  // said before it is there: half of it is found by what is missing
  KMESH_TRY(write_note(kit, join(folder, "previous.json"), previous));
  KMESH_TRY(kit.disk.copy(seal, join(folder, "sealed")));
  return kit.disk.rename(side.path(part_of(output)), kept);
}

Result<std::optional<Previous>> renew_previous(Kit& kit, const Side& side, const std::string& folder,
                                               const std::string& seal, const Previous& now,
                                               const TouchedFiles& texts) {
  KMESH_LET(last, useful(kit, side, Output::kRpm, folder, now.key));
  // a file that no patch touches any more has no text here, and is to be as the source brings it
  if (!last || last->touched != now.touched || !kit.disk.exists(join(folder, "sealed"))) return std::nullopt;
  KMESH_LET(tree, prepared_tree(kit, as_side(side, folder), Output::kRpm));
  std::vector<std::string> changed;
  for (const auto& path : now.touched) {
    const auto text = texts.find(path);
    const auto old = kit.disk.read(join(tree, path));
    if (text == texts.end() || !old) return std::nullopt;
    if (*old == text->second) continue;
    if (!is_code(path)) return std::nullopt;
    changed.push_back(path);
  }
  kit.status.doing("putting the edited patches into what was built before");
  for (const auto& path : changed) KMESH_TRY(kit.disk.write(join(tree, path), texts.at(path)));
  const std::string part = part_of(Output::kRpm);
  KMESH_TRY(kit.disk.remove_all(side.path(part)));
  KMESH_TRY(kit.disk.copy(join(folder, "sealed"), seal));
  KMESH_TRY(kit.disk.rename(join(folder, part), side.path(part)));
  KMESH_TRY(kit.disk.remove_all(folder));
  return last;
}

Result<bool> use_previous(Kit& kit, const Side& side, Output output, const std::string& folder,
                          const Previous& now) {
  KMESH_LET(last, useful(kit, side, output, folder, now.key));
  if (last) {
    kit.status.doing("taking over what was compiled before");
    KMESH_LET(from, prepared_tree(kit, as_side(side, folder), output));
    KMESH_LET(to, prepared_tree(kit, side, output));
    auto touched = last->touched;
    touched.insert(touched.end(), now.touched.begin(), now.touched.end());
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    KMESH_TRY(lend_objects(kit, from, to, touched, Lending::kGive));
  }
  // first: what is removed by halves must not be taken for a tree
  KMESH_TRY(kit.disk.remove_all(join(folder, "previous.json")));
  KMESH_TRY(kit.disk.remove_all(folder));
  return last.has_value();
}

}  // namespace kmesh
