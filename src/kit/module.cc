// SPDX-License-Identifier: Apache-2.0
#include "kit/module.h"

#include <fmt/format.h>

#include "kit/deb_scripts.h"
#include "kit/stage.h"

namespace kmesh {
namespace {

// Source0 of the spec, the same bytes for the same files.
Result<void> pack_sources(Kit& kit, const Side& side, const std::string& tarball) {
  KMESH_LET(sources, module_sources(kit));
  Command pack;
  pack.argv = {"tar",
               "--create",
               "--file",
               tarball,
               "--mtime=@0",
               "--owner=0",
               "--group=0",
               "--numeric-owner",
               "--mode=u=rw,go=r",
               "--directory",
               join(kit.data.kernel, "ko_src")};
  for (const auto& file : sources) pack.argv.push_back(name_of(file));
  pack.log = side.log;
  KMESH_LET(exit, kit.processes.run(pack));
  if (!exit.ok()) return program_failed("the module's sources cannot be packed", "", exit);
  return {};
}

// The only file with this ending below the folder.
Result<std::string> only_file(Kit& kit, const Side& side, const std::string& folder,
                              const std::string& ending) {
  KMESH_LET(names, kit.disk.walk(folder));
  std::erase_if(names, [&](const std::string& name) { return !name.ends_with(ending); });
  if (names.size() != 1)
    return fail(fmt::format("{} packages were made of kmesh.ko where one was expected", names.size()),
                fmt::format("the whole log is {}", side.log));
  return join(folder, names.front());
}

Result<std::string> pack_rpm(Kit& kit, const Side& side, const Image& image, const Make& make) {
  const std::string top = side.path("kmod/rpmbuild");
  for (const auto* name : {"SOURCES", "SPECS"}) KMESH_TRY(kit.disk.make_dirs(join(top, name)));
  const std::string spec = join(top, "SPECS/kmod-kmesh.spec");
  KMESH_TRY(kit.disk.copy(join(kit.data.kernel, "rpm/kmod-kmesh.spec"), spec));
  KMESH_TRY(pack_sources(kit, side, join(top, "SOURCES/kmesh-ko.tar")));
  Command build;
  build.argv = {"rpmbuild"};
  const auto define = [&](const std::string& text) {
    build.argv.insert(build.argv.end(), {"--define", text});
  };
  define("_topdir " + side.sandbox.inside(top));
  define("_dbpath " + side.inside("rpmdb"));
  define(fmt::format("_smp_mflags -j{}", make.jobs));
  define("kmesh_cc " + make.compiler);
  define("kernel_release " + image.release);
  define("kernel_devel " + side.inside("root/usr/src/kernels/" + image.release));
  // what it needs is in the private root, not in this host's rpm database
  build.argv.insert(build.argv.end(), {"--nodeps", "-bb", side.sandbox.inside(spec)});
  KMESH_TRY(run_inside(kit, side, std::move(build), "kmesh.ko does not build against this kernel"));
  return only_file(kit, side, join(top, "RPMS"), ".rpm");
}

Result<std::string> pack_deb(Kit& kit, const Side& side, const Image& image) {
  const std::string tree = side.path("kmod/tree");
  const std::string module = join(tree, fmt::format("lib/modules/{}/extra/kmesh.ko", image.release));
  KMESH_TRY(kit.disk.copy(image.module, module));
  KMESH_TRY(kit.disk.write(join(tree, "DEBIAN/control"), deb_control(image.release)));
  for (const std::string name : {"postinst", "postrm"}) {
    const std::string script = join(tree, "DEBIAN/" + name);
    KMESH_TRY(kit.disk.write(script, deb_script(name, image.release)));
    KMESH_TRY(kit.disk.make_executable(script));
  }
  Command strip;
  strip.argv = {"strip", "--strip-debug", side.sandbox.inside(module)};
  KMESH_TRY(run_inside(kit, side, std::move(strip), "kmesh.ko cannot be stripped"));
  Command pack;
  pack.argv = {"dpkg-deb", "--root-owner-group", "--build", side.sandbox.inside(tree), side.inside("kmod")};
  pack.env = {{"SOURCE_DATE_EPOCH", kDebSeconds}};
  KMESH_TRY(run_inside(kit, side, std::move(pack), "the module's package cannot be made"));
  return only_file(kit, side, side.path("kmod"), ".deb");
}

}  // namespace

std::string deb_control(const std::string& kernel_release) {
  return fmt::format(
      "Package: kmod-kmesh-{0}\n"
      "Version: {1}\n"
      "Architecture: amd64\n"
      "Maintainer: Kmesh developers <kmesh@localhost>\n"
      "Section: kernel\n"
      "Priority: optional\n"
      "Depends: kmod, linux-image-{0} (= {1})\n"
      "Provides: kmod-kmesh\n"
      "Description: The service mesh in the kernel: kmesh.ko for {0}\n"
      " It holds connections to services of the mesh back until their first request\n"
      " is written, and connects them to where BPF programs send that request.\n",
      kernel_release, kRelease);
}

std::string deb_script(const std::string& name, const std::string& kernel_release) {
  // a kernel that is gone has no list of its modules
  return fmt::format(
      "#!/bin/sh\nset -e\n"
      "[ \"$1\" != {0} ] || [ ! -e /lib/modules/{1}/modules.order ] || depmod -a {1}\n",
      name == "postinst" ? "configure" : "remove", kernel_release);
}

Result<std::string> pack_module(Kit& kit, const Side& side, Image& image, Output output, const Make& make) {
  kit.status.doing("building kmesh.ko");
  KMESH_TRY(kit.disk.remove_all(side.path("kmod")));
  std::string package;
  if (output == Output::kRpm) {
    KMESH_LET(made, pack_rpm(kit, side, image, make));
    package = made;
    KMESH_TRY(add_rpms(kit, side, {package}));
    image.module = side.path(fmt::format("root/lib/modules/{}/extra/kmesh.ko", image.release));
  } else {
    KMESH_TRY(build_module(kit, side, image, side.path("tree"), make));
    if (output == Output::kImage) return side.path("kmesh.ko");
    KMESH_LET(made, pack_deb(kit, side, image));
    package = made;
    KMESH_TRY(kit.disk.remove_all(image.module));
    Command install;
    install.argv = {"dpkg-deb", "--extract", side.sandbox.inside(package), side.inside("root")};
    KMESH_TRY(run_inside(kit, side, std::move(install), "the module's package cannot be unpacked"));
  }
  if (!kit.disk.exists(image.module))
    return fail(fmt::format("{} brought no kmesh.ko for {}", name_of(package), image.release),
                fmt::format("the whole log is {}", side.log));
  KMESH_TRY(kit.disk.copy(image.module, side.path("kmesh.ko")));
  return package;
}

}  // namespace kmesh
