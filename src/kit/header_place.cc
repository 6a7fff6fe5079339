// SPDX-License-Identifier: Apache-2.0
#include "kit/header_place.h"

#include <fmt/format.h>

namespace kmesh {

Place::Place(const std::string& root_folder)
    : root(root_folder),
      header(in_root(kHeader)),
      folder(parent_of(header)),
      states(in_root(kStateFolder)),
      file(join(states, "state.json")),
      kept(join(states, "original")) {}

Result<std::string> hash_of(Kit& kit, const std::string& path) {
  if (!kit.disk.exists(path)) return std::string();
  return kit.disk.sha256(path);
}

Result<void> check_root(Kit& kit, const Place& place) {
  if (place.root != "/") {
    for (const auto* name : {"/usr", "/usr/include", "/usr/include/linux", "/var", "/var/lib",
                             "/var/lib/dpkg", "/var/lib/kmesh", kStateFolder}) {
      const auto found = kit.disk.attributes(place.in_root(name));
      if (found && found->kind == FileKind::kLink)
        return fail(fmt::format("{} is a link, which may lead out of {}", place.in_root(name), place.root),
                    "name the root as it lies on the disk, with folders in it");
    }
  }
  for (const auto& folder : {place.folder, place.in_root("/var/lib")}) {
    if (!kit.disk.exists(folder))
      return fail(fmt::format("there is no {}: {} holds no system with headers", folder, place.root),
                  "name the system or image with --root DIR");
  }
  const auto header = kit.disk.attributes(place.header);
  if (header && header->kind != FileKind::kFile)
    return fail(fmt::format("{} is a link or a folder, and is not replaced", place.header));
  return {};
}

Result<void> check_rights(Kit& kit, const Place& place, const std::string& command) {
  std::string states = place.states;
  while (!kit.disk.exists(states)) states = parent_of(states);
  for (const auto& folder : {place.folder, states, place.in_root("/var/lib/dpkg")}) {
    if (!kit.disk.exists(folder)) continue;
    auto may = kit.disk.may_write(folder);
    if (may) continue;
    may.error().hint = "run it as root";
    may.error().command = "sudo " + command;
    return may;
  }
  return {};
}

Result<std::optional<HeaderState>> read_state(Kit& kit, const Place& place) {
  if (!kit.disk.exists(place.file)) return std::nullopt;
  KMESH_LET(text, kit.disk.read(place.file));
  auto state = parse_state(text);
  // paths of it are written to
  if (state && (state->path != kHeader || (!state->diverted.empty() && state->diverted != kDiverted)))
    state = fail("it is about other files");
  if (!state)
    return fail(fmt::format("{} cannot be read: {}", place.file, state.error().what),
                fmt::format("nothing was changed; the original header is {}", place.kept));
  return *state;
}

Result<void> write_state(Kit& kit, const Place& place, const HeaderState& state) {
  return kit.disk.write_as(place.file, state_text(state), {});
}

Attributes original_attributes(const HeaderState& state) {
  return {FileKind::kFile, state.mode, state.owner, state.group, state.mtime_ns};
}

Result<void> sweep(Kit& kit, const Place& place) {
  for (const auto& path : {temporary_of(place.header), place.kept, temporary_of(place.kept),
                           temporary_of(place.file), place.file, place.states}) {
    if (kit.disk.exists(path)) KMESH_TRY(kit.disk.remove_all(path));
  }
  const std::string above = parent_of(place.states);
  const auto others = kit.disk.list(above);
  if (others && others->empty()) KMESH_TRY(kit.disk.remove_all(above));
  return kit.disk.sync(parent_of(above));
}

bool has_leftover(Kit& kit, const Place& place) {
  const auto above = kit.disk.list(parent_of(place.states));
  return kit.disk.exists(place.states) || (above && above->empty());
}

Result<void> check_leftover(Kit& kit, const Place& place) {
  KMESH_LET(kept, hash_of(kit, place.kept));
  KMESH_LET(now, hash_of(kit, place.header));
  if (kept.empty() || kept == now) return {};
  return fail(fmt::format("{} is lost, and {} is not the original that is kept", place.file, place.header),
              "look at both, put the right one in place, and remove the other",
              fmt::format("cp -p {} {}", shown({place.kept}), shown({place.header})));
}

}  // namespace kmesh
