// SPDX-License-Identifier: Apache-2.0
#include "kit/root.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/relative_path.h"

namespace kmesh {
namespace {

constexpr const char* kBusybox = "/bin/busybox";  // Debian's busybox-static: needs no library in the root

// The one release below lib/modules.
Result<std::string> only_release(Kit& kit, const Side& side) {
  KMESH_LET(names, kit.disk.list(side.path("root/lib/modules")));
  if (names.size() == 1) return names.front();
  return fail(fmt::format("{} kernels were installed where one was expected", names.size()));
}

CpioEntry folder_entry(std::string name) { return {std::move(name), "", "", S_IFDIR | 0755}; }

CpioEntry file_entry(std::string name, std::string source, bool executable) {
  return {std::move(name), std::move(source), "", S_IFREG | (executable ? 0755U : 0644U)};
}

}  // namespace

Result<void> make_root(Kit& kit, const Side& side) {
  KMESH_TRY(kit.disk.remove_all(side.path("root")));
  for (const auto* name : {"bin", "sbin", "usr/bin", "usr/sbin", "etc", "tmp", "var/lib/rpm", "var/tmp",
                           "boot", "lib/modules", "dev", "proc"})
    KMESH_TRY(kit.disk.make_dirs(side.path(join("root", name))));
  KMESH_TRY(kit.disk.copy(kBusybox, side.path("root/bin/busybox")));
  KMESH_TRY(kit.disk.make_executable(side.path("root/bin/busybox")));
  for (const auto* name : {"bin/sh", "sbin/depmod", "sbin/modprobe"})
    KMESH_TRY(kit.disk.symlink("/bin/busybox", side.path(join("root", name))));
  return {};
}

Result<void> add_rpms(Kit& kit, const Side& side, const std::vector<std::string>& packages) {
  Command install;
  install.argv = {"rpm", "--root", side.inside("root"), "--dbpath", "/var/lib/rpm", "--install", "--nodeps"};
  for (const auto& package : packages) install.argv.push_back(side.sandbox.inside(package));
  return run_inside_as_root(kit, side, std::move(install),
                            "the packages cannot be installed into a private root");
}

Result<Image> installed_image(Kit& kit, const Side& side, Output output) {
  Image image;
  KMESH_LET(release, only_release(kit, side));
  image.release = release;
  const std::string modules = side.path("root/lib/modules/" + release);
  image.kernel = output == Output::kRpm ? modules + "/vmlinuz" : side.path("vmlinuz");
  if (!kit.disk.exists(image.kernel)) image.kernel = side.path("root/boot/vmlinuz-" + release);
  const std::string module = modules + "/extra/kmesh.ko";
  if (kit.disk.exists(module)) image.module = module;
  return image;
}

Result<Image> install_rpms(Kit& kit, const Side& side, const std::vector<std::string>& packages) {
  kit.status.doing("installing the packages into a private root");
  KMESH_TRY(add_rpms(kit, side, packages));
  KMESH_LET(image, installed_image(kit, side, Output::kRpm));
  if (!kit.disk.exists(side.path(fmt::format("root/lib/modules/{}/modules.dep", image.release))))
    return fail("the package's scriptlet did not run depmod", fmt::format("the whole log is {}", side.log));
  return image;
}

Result<Image> install_tree(Kit& kit, const Side& side, const Make& make) {
  kit.status.doing("installing the modules into a private root");
  Command install;
  install.argv = {"make",
                  "-C",
                  side.inside("tree"),
                  fmt::format("-j{}", make.jobs),
                  "INSTALL_MOD_PATH=" + side.inside("root"),
                  "modules_install"};
  KMESH_TRY(run_inside(kit, side, std::move(install), "make modules_install failed"));
  KMESH_LET(image, installed_image(kit, side, Output::kImage));
  const std::string modules = side.path("root/lib/modules/" + image.release);
  // these point into the tree, which is not part of what is handed over
  for (const auto* link : {"build", "source"}) KMESH_TRY(kit.disk.remove_all(join(modules, link)));
  image.kernel = side.path("vmlinuz");
  KMESH_TRY(kit.disk.copy(side.path("tree/arch/x86/boot/bzImage"), image.kernel));
  KMESH_TRY(kit.disk.copy(side.path("tree/.config"), side.path("config")));
  KMESH_TRY(kit.disk.copy(side.path("tree/System.map"), side.path("System.map")));
  Command pack;
  pack.argv = {"tar",         "--create",          "--file",      side.inside("modules.tar"),
               "--owner=0",   "--group=0",         "--sort=name", "--mtime=@0",
               "--directory", side.inside("root"), "lib/modules"};
  KMESH_TRY(run_inside(kit, side, std::move(pack), "the modules cannot be packed"));
  return image;
}

Result<std::vector<std::string>> module_sources(Kit& kit) {
  const std::string from = join(kit.data.kernel, "ko_src");
  KMESH_LET(files, kit.disk.list(from));
  std::vector<std::string> sources;
  for (const auto& file : files) {
    const bool source =
        file.ends_with(".c") || file.ends_with(".h") || file == "Kbuild" || file == "Makefile";
    if (source && !file.ends_with(".mod.c")) sources.push_back(join(from, file));
  }
  return sources;
}

Result<void> build_module(Kit& kit, const Side& side, Image& image, const std::string& build_folder,
                          const Make& make) {
  kit.status.doing("building kmesh.ko");
  const std::string folder = side.path("module");
  KMESH_TRY(kit.disk.remove_all(folder));
  KMESH_LET(sources, module_sources(kit));
  for (const auto& file : sources) KMESH_TRY(kit.disk.copy(file, join(folder, name_of(file))));
  Command command;
  command.argv = {"make",
                  "-C",
                  side.sandbox.inside(build_folder),
                  fmt::format("-j{}", make.jobs),
                  "M=" + side.sandbox.inside(folder),
                  "CC=" + make.compiler,
                  "modules"};
  KMESH_TRY(run_inside(kit, side, std::move(command), "kmesh.ko does not build against this kernel"));
  image.module = side.path(fmt::format("root/lib/modules/{}/extra/kmesh.ko", image.release));
  KMESH_TRY(kit.disk.copy(join(folder, "kmesh.ko"), image.module));
  return kit.disk.copy(join(folder, "kmesh.ko"), side.path("kmesh.ko"));
}

Result<void> make_initramfs(Kit& kit, const std::string& root, const std::string& folder, Image& image) {
  const std::string modules = "lib/modules/" + image.release;
  std::vector<CpioEntry> entries;
  for (const auto* name : {"bin", "sbin", "dev", "proc", "sys", "run", "tmp", "probes", "lib", "lib/modules"})
    entries.push_back(folder_entry(name));
  entries.push_back(folder_entry(modules));
  entries.push_back(folder_entry(modules + "/extra"));
  entries.push_back({"dev/console", "", "", S_IFCHR | 0600, makedev(5, 1)});
  entries.push_back(file_entry("init", join(kit.data.guest, "init"), true));
  entries.push_back(file_entry("bin/busybox", join(root, "bin/busybox"), true));
  for (const auto* name : {"bin/sh", "sbin/modprobe"})
    entries.push_back({name, "", "/bin/busybox", S_IFLNK | 0777});
  const std::string probes = join(kit.data.guest, "probes");
  KMESH_LET(names, kit.disk.list(probes));
  for (const auto& name : names) entries.push_back(file_entry("probes/" + name, join(probes, name), true));
  const std::string programs = join(kit.data.guest, "bin");  // what probes run
  if (kit.disk.exists(programs)) {
    KMESH_LET(tools, kit.disk.list(programs));
    for (const auto& name : tools) entries.push_back(file_entry("bin/" + name, join(programs, name), true));
  }
  if (kit.disk.exists(join(root, modules + "/modules.dep")))
    entries.push_back(file_entry(modules + "/modules.dep", join(root, modules + "/modules.dep"), false));
  if (!image.module.empty()) entries.push_back(file_entry(modules + "/extra/kmesh.ko", image.module, false));
  image.initramfs = join(folder, "initramfs.cpio");
  return write_cpio(image.initramfs, entries);
}

Result<std::string> image_release(std::string_view image) {
  // the boot protocol: "HdrS" at 0x202, and at 0x20e where, less 0x200, the version text begins
  const auto no_kernel = [] {
    return fail("this is no x86 kernel image (bzImage)",
                "name the file arch/x86/boot/bzImage or vmlinuz of a kernel");
  };
  if (image.size() < 0x210 || image.substr(0x202, 4) != "HdrS") return no_kernel();
  const auto at =
      0x200U + static_cast<unsigned char>(image[0x20e]) + 256U * static_cast<unsigned char>(image[0x20f]);
  if (at + 1 >= image.size()) return no_kernel();
  const std::string_view text = image.substr(at, 256);
  const auto end = text.find_first_of(std::string_view(" \0", 2));
  if (end == std::string_view::npos) return no_kernel();
  const std::string release(text.substr(0, end));
  const bool plain = release.find_first_not_of(
                         "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "._+~-") == std::string::npos;
  if (!plain || !safe_relative_path(release)) return no_kernel();  // it becomes a folder's name
  return release;
}

}  // namespace kmesh
