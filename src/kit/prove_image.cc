// SPDX-License-Identifier: Apache-2.0
// The prove verb: any image, with whatever module is beside it, alone or against another.
#include <fmt/format.h>

#include <optional>

#include "kit/boot.h"
#include "kit/pipeline.h"
#include "kit/root.h"

namespace kmesh {
namespace {

// The image in a folder: one that holds it, a built tree, or a side of a work folder (WORK/enhanced). Empty:
// there is none.
std::string image_in(Disk& disk, const std::string& folder) {
  std::vector<std::string> places = {"arch/x86/boot/bzImage", "bzImage", "vmlinuz"};
  if (const auto releases = disk.list(join(folder, "root/lib/modules"))) {
    for (const auto& release : *releases)
      places.push_back(fmt::format("root/lib/modules/{}/vmlinuz", release));
  }
  for (const auto& place : places) {
    if (disk.exists(join(folder, place))) return join(folder, place);
  }
  return {};
}

// The bzImage that a file or folder stands for.
Result<Image> find_image(Kit& kit, const std::string& path, const std::string& module) {
  Image image;
  image.kernel = path;
  KMESH_LET(info, kit.disk.info(path));
  if (info.directory) {
    image.kernel = image_in(kit.disk, path);
    if (image.kernel.empty())
      return fail(fmt::format("{} has no kernel image", path),
                  "name a bzImage, a folder with vmlinuz in it, or a side of a work folder");
  }
  KMESH_LET(bytes, kit.disk.read(image.kernel));
  auto release = image_release(bytes);
  if (!release) {
    release.error().what = image.kernel + ": " + release.error().what;
    return tl::make_unexpected(std::move(release).error());
  }
  image.release = *release;
  image.module = module;
  for (const auto& folder : {path, parent_of(image.kernel)}) {
    const std::string beside = join(folder, "kmesh.ko");
    if (image.module.empty() && kit.disk.exists(beside)) image.module = beside;
  }
  return image;
}

Result<GuestReport> prove_one(Kit& kit, const ProveOptions& options, const std::string& name,
                              const std::string& path, const std::string& module, Report& report) {
  KMESH_LET(image, find_image(kit, path, module));
  if (image.module.empty())
    report.warnings.push_back(
        fmt::format("{} has no kmesh.ko beside it and none was named: what the module carries "
                    "is absent",
                    name_of(image.kernel)));
  const std::string folder = join(options.work, name);
  const Side side{name, folder, join(folder, "log"), Sandbox(false, folder, folder)};
  KMESH_TRY(make_root(kit, side));
  KMESH_TRY(make_initramfs(kit, side.path("root"), folder, image));
  KMESH_LET(result, boot(kit, image, folder, options.guest));
  report.boots.push_back({name, result.seconds, result.accelerator});
  KMESH_TRY(check_guest(result, image.kernel, folder));
  return parse_guest_report(result.results);
}

}  // namespace

Result<Report> prove(Kit& kit, const ProveOptions& options) {
  Report report;
  report.config = "as it is";
  KMESH_TRY(kit.disk.make_dirs(options.work));
  kit.status.begin("prove");
  KMESH_LET(image, prove_one(kit, options, "image", options.image, options.module, report));
  std::optional<GuestReport> against;
  if (!options.against.empty()) {
    KMESH_LET(other, prove_one(kit, options, "against", options.against, options.against_module, report));
    against = other;
  }
  report.proof = compare_images(against ? &*against : nullptr, image);
  report.ok = report.proof->ok();
  kit.status.end(report.ok ? "done" : "not proven");
  return report;
}

}  // namespace kmesh
