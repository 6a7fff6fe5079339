// SPDX-License-Identifier: Apache-2.0
#include "kit/kabi_side.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "base/archive.h"

namespace kmesh {
namespace {

constexpr std::string_view kFile = "Module.symvers";

// What is below a folder, most telling first: beside a tree's file its vmlinux lies.
constexpr std::array kPlaces = std::to_array<std::string_view>({
    "Module.symvers",
    "rpmbuild/BUILD/*/Module.symvers",
    "rpmbuild/BUILD/*/*/Module.symvers",
    "tree/Module.symvers",
    "root/usr/src/kernels/*/Module.symvers",
    "usr/src/kernels/*/Module.symvers",
    "root/usr/src/linux-headers-*/Module.symvers",
    "usr/src/linux-headers-*/Module.symvers",
    "rpmbuild/RPMS/*/kernel-devel-*.rpm",
});

bool fits(std::string_view name, std::string_view pattern) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  const auto head = pattern.substr(0, star);
  const auto tail = pattern.substr(star + 1);
  return name.size() >= head.size() + tail.size() && name.starts_with(head) && name.ends_with(tail);
}

// The paths below the folder that the pattern's parts stand for, one star a part.
std::vector<std::string> below(Disk& disk, const std::string& folder, std::string_view pattern) {
  std::vector<std::string> paths = {folder};
  while (!pattern.empty()) {
    const auto slash = std::min(pattern.find('/'), pattern.size());
    const auto part = pattern.substr(0, slash);
    pattern.remove_prefix(std::min(slash + 1, pattern.size()));
    std::vector<std::string> next;
    for (const auto& path : paths) {
      if (part.find('*') == std::string_view::npos) {
        if (disk.exists(join(path, part))) next.push_back(join(path, part));
        continue;
      }
      const auto names = disk.list(path);
      if (!names) continue;
      for (const auto& name : *names) {
        if (fits(name, part)) next.push_back(join(path, name));
      }
    }
    paths = std::move(next);
  }
  return paths;
}

tl::unexpected<Error> several(const std::string& path, const std::vector<std::string>& found) {
  return wrong_call(fmt::format("{} has more than one {}: {}", path, kFile, fmt::join(found, ", ")),
                    "name the one that is meant");
}

Result<std::string> locate(Kit& kit, const std::string& path) {
  if (!kit.disk.exists(path)) return wrong_call(fmt::format("there is no {}", path));
  KMESH_LET(info, kit.disk.info(path));
  if (!info.directory) return path;
  for (const auto& place : kPlaces) {
    const auto found = below(kit.disk, path, place);
    if (found.size() > 1) return several(path, found);
    if (found.size() == 1) return found.front();
  }
  const bool work = kit.disk.exists(join(path, "enhanced")) && kit.disk.exists(join(path, "baseline"));
  return wrong_call(
      fmt::format("{} has no {}", path, kFile),
      work ? "name one of its sides: its folder baseline or enhanced"
           : "name the file, a kernel-devel package, a kernel's tree, or a side of a work folder");
}

Result<std::string> text_of(Kit& kit, const std::string& file) {
  for (const auto* end : {".gz", ".xz", ".zst", ".bz2"}) {
    if (!file.ends_with(end)) continue;
    std::string whole;
    KMESH_TRY(each_file(file, [&](const std::string&, const std::string& text) {
      whole = text;
      return false;
    }));
    return whole;
  }
  if (!file.ends_with(".rpm")) return kit.disk.read(file);
  KMESH_LET(texts, read_from_package(file, [](const std::string& name) { return name_of(name) == kFile; }));
  std::vector<std::string> names;
  for (const auto& [name, text] : texts) names.push_back(name);
  if (names.size() > 1) return several(file, names);
  if (names.empty())
    return fail(fmt::format("the package {} has no {}", file, kFile),
                "it is in a kernel's package of name -devel");
  return std::move(texts.begin()->second);
}

Result<bool> dump(Kit& kit, const Side& side, const std::string& shown, BtfReader& reader,
                  std::string& said) {
  const Sandbox sandbox = shown.empty() ? side.sandbox : side.sandbox.showing(shown);
  Command command;
  command.argv = {
      "bpftool", "btf", "dump", "file", shown.empty() ? side.inside("types.btf") : sandbox.inside(shown),
      "format",  "raw"};
  command.on_line = [&](std::string_view line) { reader.line(line); };
  KMESH_LET(exit, kit.processes.run(sandbox.wrap(std::move(command))));
  said = exit.tail;
  return exit.ok();
}

}  // namespace

Result<KabiSide> find_kabi_side(Kit& kit, const std::string& path) {
  KMESH_LET(file, locate(kit, path));
  KMESH_LET(text, text_of(kit, file));
  auto symbols = parse_symvers(text);
  if (!symbols) {
    symbols.error().what = fmt::format("{}: {}", file, symbols.error().what);
    return tl::make_unexpected(std::move(symbols).error());
  }
  KabiSide side{{path, file, ""}, std::move(*symbols)};
  const std::string vmlinux = join(parent_of(file), "vmlinux");
  if (name_of(file) == kFile && kit.disk.exists(vmlinux)) side.source.vmlinux = vmlinux;
  return side;
}

Result<std::optional<Btf>> read_btf(Kit& kit, const Side& side, const std::string& vmlinux) {
  std::string said;
  BtfReader reader;
  KMESH_LET(has_btf, dump(kit, side, vmlinux, reader, said));
  if (!has_btf && !kit.processes.find("pahole").empty()) {
    const Sandbox sandbox = side.sandbox.showing(vmlinux);
    Command command;
    command.argv = {"pahole", "--btf_encode_detached=" + side.inside("types.btf"), sandbox.inside(vmlinux)};
    KMESH_TRY(kit.disk.remove_all(side.path("types.btf")));
    KMESH_LET(made, kit.processes.run(sandbox.wrap(std::move(command))));
    // it ends well where there is no DWARF, too, and leaves a file without types or none
    if (!made.ok() || !kit.disk.exists(side.path("types.btf"))) return std::optional<Btf>();
    reader = BtfReader();
    KMESH_LET(dumped, dump(kit, side, "", reader, said));
    has_btf = dumped;
    KMESH_TRY(kit.disk.remove_all(side.path("types.btf")));
  }
  if (!has_btf) return std::optional<Btf>();
  KMESH_LET(types, reader.finish());
  return std::optional<Btf>(std::move(types));
}

Result<std::vector<UsedSymbol>> read_module_versions(Kit& kit, const Side& side, const std::string& module) {
  if (!kit.disk.exists(module)) return wrong_call(fmt::format("there is no module {}", module));
  if (kit.processes.find("modprobe").empty())
    return fail("modprobe is not installed, and it reads a module's symbol versions", "install it",
                "apt-get install kmod");
  const Sandbox sandbox = side.sandbox.showing(module);
  Command command;
  command.argv = {"modprobe", "--dump-modversions", sandbox.inside(module)};
  command.keep_output = true;
  KMESH_LET(exit, kit.processes.run(sandbox.wrap(std::move(command))));
  if (!exit.ok()) {
    // kmod's word for a module that has no such section
    if (exit.output.find("No such file or directory") != std::string::npos) return std::vector<UsedSymbol>();
    return program_failed(fmt::format("{} cannot be read as a module", module), "name a .ko file", exit);
  }
  auto used = parse_module_versions(exit.output);
  if (!used) used.error().what = fmt::format("{}: {}", module, used.error().what);
  return used;
}

}  // namespace kmesh
