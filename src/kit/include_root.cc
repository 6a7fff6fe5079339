// SPDX-License-Identifier: Apache-2.0
#include "kit/include_root.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "kit/build.h"

namespace kmesh {
namespace {

constexpr const char* kInclude = "headers/include";
constexpr const char* kPrivateHeader = "headers/include/linux/bpf.h";
constexpr const char* kPc = "headers/kmesh-headers.pc";
constexpr std::string_view kVersionLine = "Version: ";

// Where the side's UAPI headers are once they are made: SIDE/root/usr/include if a package brought them.
Result<std::string> install_headers(Kit& kit, const Side& side, const KernelRecipe& recipe) {
  const std::string packaged = side.path("root/usr/include");
  std::string tree = side.path("tree");
  if (recipe.output == Output::kRpm) {
    if (kit.disk.exists(join(packaged, "linux/bpf.h"))) return packaged;
    // somebody's spec may leave them to another package
    KMESH_LET(prepared, rpm_tree(kit, side));
    tree = prepared;
  }
  KMESH_TRY(kit.disk.remove_all(side.path("headers")));
  Command install;
  install.argv = {"make",
                  "-C",
                  side.sandbox.inside(tree),
                  fmt::format("-j{}", recipe.make.jobs),
                  "HOSTCC=" + recipe.make.compiler,
                  "INSTALL_HDR_PATH=" + side.inside("headers"),
                  "headers_install"};
  KMESH_TRY(run_inside(kit, side, std::move(install), "make headers_install failed"));
  return side.path("headers/include");
}

}  // namespace

std::string include_root_pc(const std::string& version) {
  return fmt::format(
      "Name: kmesh-headers\n"
      "Description: UAPI headers of Linux {0} with Kmesh's patches\n"
      "{1}{0}\n"
      "Cflags: -isystem${{pcfiledir}}/include\n",
      version, kVersionLine);
}

Result<std::vector<std::string>> make_include_root(Kit& kit, const Side& side, const KernelRecipe& recipe,
                                                   const std::string& work, const std::string& version) {
  kit.status.doing("laying out the UAPI headers");
  KMESH_LET(from, install_headers(kit, side, recipe));
  KMESH_TRY(kit.disk.remove_all(join(work, "headers")));
  KMESH_LET(files, kit.disk.walk(from));
  std::vector<std::string> made = {kPc};
  for (const auto& file : files) {
    // kbuild's notes on what it has done
    if (name_of(file).starts_with('.')) continue;
    made.push_back(join(kInclude, file));
    KMESH_TRY(kit.disk.copy(join(from, file), join(work, made.back())));
  }
  if (!kit.disk.exists(join(work, kPrivateHeader)))
    return fail("the kernel's headers have no linux/bpf.h", fmt::format("the whole log is {}", side.log));
  KMESH_LET(text, kit.disk.read(join(work, kPrivateHeader)));
  KMESH_TRY(kit.disk.write(join(work, kPrivateHeader), text + std::string(kHeaderMark)));
  KMESH_TRY(kit.disk.write(join(work, kPc), include_root_pc(version)));
  return made;
}

Result<IncludeRoot> find_include_root(Kit& kit, const std::string& work) {
  const auto text = kit.disk.read(join(work, kPc));
  if (!text || !kit.disk.exists(join(work, kPrivateHeader)))
    return fail(fmt::format("{} has no include root", work),
                "a build makes it with its stage module; or name another folder with --work DIR",
                fmt::format("kmesh-kernel build --work {} --until module", shown({work})));
  const auto at = text->find(kVersionLine);
  const auto from = at == std::string::npos ? text->size() : at + kVersionLine.size();
  return IncludeRoot{join(work, kInclude), join(work, kPrivateHeader),
                     text->substr(from, text->find('\n', from) - from)};
}

std::string include_root_text(const IncludeRoot& root) { return root.folder + "\n"; }

std::string include_root_json(const IncludeRoot& root) {
  using Json = nlohmann::ordered_json;
  const Json whole = {{"ok", true}, {"action", "path"}, {"path", root.folder}, {"kernel", root.version}};
  return whole.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kmesh
