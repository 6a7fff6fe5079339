// SPDX-License-Identifier: Apache-2.0
#include "kit/kernel.h"

#include <fmt/format.h>

#include <future>

#include "kit/build.h"
#include "kit/package.h"
#include "kit/prove.h"
#include "kit/root.h"

namespace kmesh {
namespace {

// The side with a log of its own, from its beginning; the one of the run before is kept beside it.
Result<Side> with_log(Kit& kit, Side side, const KernelRecipe& recipe, const std::string& name) {
  KMESH_TRY(kit.disk.make_dirs(recipe.logs));
  side.log = join(recipe.logs, name + ".log");
  if (kit.disk.exists(side.log)) KMESH_TRY(kit.disk.rename(side.log, side.log + ".old"));
  return side;
}

// A kernel in its private root, on its way to be booted.
struct Installed {
  Side side;  // with the log
  Image image;
};

// Installs what was built into a private root.
Result<Installed> install_kernel(Kit& kit, const Side& side, const KernelRecipe& recipe) {
  KMESH_LET(logged, with_log(kit, side, recipe, "prove-" + side.name));
  if (recipe.output != Output::kRpm) {
    KMESH_LET(image, install_tree(kit, logged, recipe.make));
    return Installed{logged, image};
  }
  KMESH_LET(packages, built_files(kit, side, recipe.output));
  KMESH_LET(image, install_rpms(kit, logged, packages));
  return Installed{logged, image};
}

// Builds the module against it, and what it starts from.
Result<Image> add_module(Kit& kit, const Installed& installed, const KernelRecipe& recipe) {
  const Side& side = installed.side;
  Image image = installed.image;
  const std::string build_folder =
      recipe.output == Output::kRpm ? side.path("root/usr/src/kernels/" + image.release) : side.path("tree");
  KMESH_TRY(build_module(kit, side, image, build_folder, recipe.make));
  KMESH_TRY(make_initramfs(kit, side.path("root"), side.folder, image));
  return image;
}

// Of an emulated machine a second processor costs much where another machine runs beside it. The enhanced
// kernel has two, for what only two show, and is asked what its module carries; the other's part is short.
Result<BootResult> boot_side(Kit& kit, const Side& side, const Image& image, const KernelRecipe& recipe) {
  BootOptions options;
  if (side.name == "enhanced") options.append = kModuleControl;
  options.cpus = side.name == "enhanced" ? 2 : 1;
  return boot(kit, image, join(recipe.logs, side.name), options);
}

// Does it for each of `count` at the same time: what each gave, in their order.
template <typename Act>
auto beside_each_other(std::size_t count, const Act& act) {
  std::vector<std::future<decltype(act(count))>> running;
  for (std::size_t i = 0; i < count; ++i)
    running.push_back(std::async(std::launch::async, [&act, i] { return act(i); }));
  std::vector<decltype(act(count))> results;
  for (auto& one : running) results.push_back(one.get());
  return results;
}

}  // namespace

Result<Prepared> prepare_kernel(Kit& kit, const Side& side, const KernelRecipe& recipe,
                                const std::string& spec, const std::string& log_name) {
  KMESH_LET(logged, with_log(kit, side, recipe, log_name));
  const bool rpm = recipe.output == Output::kRpm;
  KMESH_LET(config, rpm ? rpm_prepare(kit, logged, spec, recipe.make)
                        : tree_configure(kit, logged, recipe.config, recipe.make));
  KMESH_LET(log, kit.disk.read(logged.log));
  const std::string kept = side.path("resolved.config");
  KMESH_TRY(kit.disk.copy(config, kept));
  return Prepared{kept, lost_options(log)};
}

Result<std::size_t> make_kernel(Kit& kit, const Side& side, const KernelRecipe& recipe,
                                const std::string& spec, std::size_t expected_steps,
                                const std::string& log_name) {
  KMESH_LET(logged, with_log(kit, side, recipe, log_name));
  kit.status.doing("compiling");
  if (recipe.output == Output::kRpm) return rpm_build(kit, logged, spec, recipe.make, expected_steps);
  KMESH_LET(steps, tree_build(kit, logged, recipe.output, recipe.make, expected_steps));
  KMESH_TRY(make_root(kit, logged));
  KMESH_TRY(install_tree(kit, logged, recipe.make));
  return steps;
}

Result<std::vector<BootResult>> boot_kernels(Kit& kit, const std::vector<const Side*>& sides,
                                             const KernelRecipe& recipe) {
  kit.status.doing("installing the packages into private roots, building kmesh.ko");
  // Not beside each other: a program that is still being written when another thread forks cannot be run
  // (ETXTBSY).
  for (const Side* side : sides) KMESH_TRY(make_root(kit, *side));
  SilentStatus silent;
  Kit beside{kit.disk, kit.processes, silent, kit.data};
  const auto installed = beside_each_other(
      sides.size(), [&](std::size_t i) { return install_kernel(beside, *sides[i], recipe); });
  for (const auto& one : installed) KMESH_TRY(one);
  // Asked once, before two would ask at the same time; it waits where there is no answer, so it is asked now.
  auto kvm = std::async(std::launch::async, [&] {
    return kvm_works(beside, installed.front()->image, join(recipe.logs, sides.front()->name));
  });
  const auto images = beside_each_other(
      sides.size(), [&](std::size_t i) { return add_module(beside, *installed[i], recipe); });
  KMESH_TRY(kvm.get());
  for (const auto& image : images) KMESH_TRY(image);
  kit.status.doing("booting both kernels");
  auto ended = beside_each_other(
      sides.size(), [&](std::size_t i) { return boot_side(beside, *sides[i], *images[i], recipe); });
  std::vector<BootResult> results;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    KMESH_TRY(ended[i]);
    KMESH_TRY(check_guest(*ended[i], fmt::format("the {} kernel", sides[i]->name),
                          join(recipe.logs, sides[i]->name)));
    results.push_back(std::move(*ended[i]));
  }
  return results;
}

}  // namespace kmesh
