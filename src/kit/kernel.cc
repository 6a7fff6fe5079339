// SPDX-License-Identifier: Apache-2.0
#include "kit/kernel.h"

#include <fmt/format.h>

#include <future>

#include "kit/build.h"
#include "kit/deb_scripts.h"
#include "kit/lend.h"
#include "kit/module.h"
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

// Installs what was built into an empty private root.
Result<Image> install_kernel(Kit& kit, const Side& side, const KernelRecipe& recipe) {
  if (recipe.output != Output::kRpm) return install_tree(kit, side, recipe.make);
  KMESH_LET(packages, built_files(kit, side, recipe.output));
  return install_rpms(kit, side, packages);
}

// The control has the module from the same sources, and hands no package over.
Result<Image> add_module(Kit& kit, const Side& side, Image image, const KernelRecipe& recipe) {
  const std::string build_folder =
      recipe.output == Output::kRpm ? side.path("root/usr/src/kernels/" + image.release) : side.path("tree");
  KMESH_TRY(build_module(kit, side, image, build_folder, recipe.make));
  return image;
}

// Of an emulated machine a second processor costs much where another machine runs beside it. The enhanced
// kernel has two, for what only two show, and is asked what its module carries; the other's part is short.
Result<BootResult> boot_side(Kit& kit, const Side& side, const Image& image, const KernelRecipe& recipe) {
  BootOptions options;
  if (side.name == "enhanced") options.append = kModuleControl;
  options.cpus = side.name == "enhanced" ? 2 : 1;
  const std::string folder = join(recipe.logs, side.name);
  KMESH_LET(result, boot(kit, image, folder, options));
  KMESH_TRY(check_guest(result, fmt::format("the {} kernel", side.name), folder));
  return std::move(result);
}

}  // namespace

Result<Prepared> prepare_kernel(Kit& kit, const Side& side, const KernelRecipe& recipe,
                                const std::string& spec, const std::string& log_name) {
  KMESH_LET(logged, with_log(kit, side, recipe, log_name));
  const bool rpm = recipe.output == Output::kRpm;
  KMESH_LET(config, rpm ? rpm_prepare(kit, logged, spec, recipe.make)
                        : tree_configure(kit, logged, recipe.config, recipe.make));
  KMESH_LET(log, kit.disk.read(logged.log));
  KMESH_LET(warnings, fix_lots(kit, parent_of(config), recipe.lots));
  if (recipe.output == Output::kDeb) {
    KMESH_LET(more, fix_deb_scripts(kit, parent_of(config)));
    warnings.insert(warnings.end(), more.begin(), more.end());
  }
  // somebody's spec may configure in %build
  if (!kit.disk.exists(config)) return Prepared{"", lost_options(log), std::move(warnings)};
  const std::string kept = side.path("resolved.config");
  KMESH_TRY(kit.disk.copy(config, kept));
  return Prepared{kept, lost_options(log), std::move(warnings)};
}

Result<std::string> prepared_tree(Kit& kit, const Side& side, Output output) {
  return output == Output::kRpm ? rpm_tree(kit, side) : side.path("tree");
}

Result<bool> borrow_objects(Kit& kit, const Side& lender, const Side& side, const KernelRecipe& recipe,
                            const std::vector<std::string>& touched) {
  const auto from = prepared_tree(kit, lender, recipe.output);
  if (!from || !kit.disk.exists(join(*from, "vmlinux"))) return false;
  kit.status.doing("taking over what the enhanced kernel has compiled");
  KMESH_LET(to, prepared_tree(kit, side, recipe.output));
  KMESH_TRY(lend_objects(kit, *from, to, touched, Lending::kCopy));
  return true;
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

Result<std::string> add_module_package(Kit& kit, const Side& side, const KernelRecipe& recipe) {
  KMESH_LET(logged, with_log(kit, side, recipe, "module"));
  KMESH_TRY(make_root(kit, logged));
  KMESH_LET(image, install_kernel(kit, logged, recipe));
  return pack_module(kit, logged, image, recipe.output, recipe.make);
}

Result<Booted> boot_kernels(Kit& kit, const Side& enhanced, const Side& baseline,
                            const KernelRecipe& recipe) {
  kit.status.doing("booting both kernels");
  KMESH_LET(control, with_log(kit, baseline, recipe, "prove-baseline"));
  // Not beside each other: a program that is still being written when another thread forks cannot be run
  // (ETXTBSY).
  KMESH_TRY(make_root(kit, control));
  KMESH_LET(image, installed_image(kit, enhanced, recipe.output));
  KMESH_TRY(make_initramfs(kit, enhanced.path("root"), enhanced.folder, image));
  SilentStatus silent;
  Kit beside{kit.disk, kit.processes, silent, kit.data};
  // Asked once, before two would ask at the same time; it waits where there is no answer.
  const std::shared_future<Result<bool>> kvm = std::async(
      std::launch::async, [&] { return kvm_works(beside, image, join(recipe.logs, enhanced.name)); });
  auto other = std::async(std::launch::async, [&]() -> Result<BootResult> {
    KMESH_LET(installed, install_kernel(beside, control, recipe));
    KMESH_LET(bootable, add_module(beside, control, installed, recipe));
    KMESH_TRY(make_initramfs(beside, control.path("root"), control.folder, bootable));
    KMESH_TRY(kvm.get());
    return boot_side(beside, control, bootable, recipe);
  });
  KMESH_TRY(kvm.get());
  auto first = boot_side(beside, enhanced, image, recipe);
  auto second = other.get();
  KMESH_TRY(first);
  KMESH_TRY(second);
  return Booted{std::move(*first), std::move(*second)};
}

}  // namespace kmesh
