// SPDX-License-Identifier: Apache-2.0
// The private root a side is installed into, with the module built against it: what boots is what a host
// would have after installing the packages. And the initramfs made of it.
#pragma once

#include <string>
#include <vector>

#include "base/archive.h"
#include "base/result.h"
#include "kit/kit.h"
#include "kit/side.h"

namespace kmesh {

struct Image {
  std::string kernel;     // bzImage, absolute
  std::string release;    // uname -r
  std::string module;     // kmesh.ko, absolute; empty: none
  std::string initramfs;  // absolute; empty until it is made
};

// An empty root, before anything is installed into it, with a shell and depmod (busybox), for scriptlets and
// for the guest.
Result<void> make_root(Kit& kit, const Side& side);

// rpm --root with the built packages: scriptlets run there, depmod among them. Gives the installed kernel.
Result<Image> install_rpms(Kit& kit, const Side& side, const std::vector<std::string>& packages);

// The same with more packages, which bring no kernel.
Result<void> add_rpms(Kit& kit, const Side& side, const std::vector<std::string>& packages);

// make modules_install into the root, and the files of an `image` output beside it.
Result<Image> install_tree(Kit& kit, const Side& side, const Make& make);

// What was installed into the root before, kmesh.ko with it where it was.
Result<Image> installed_image(Kit& kit, const Side& side, Output output);

// The files kmesh.ko is made of, and nothing that a build by hand may have left beside them.
Result<std::vector<std::string>> module_sources(Kit& kit);

// Builds kernel/ko_src against the installed kernel and puts it into lib/modules/RELEASE/extra.
Result<void> build_module(Kit& kit, const Side& side, Image& image, const std::string& build_folder,
                          const Make& make);

// `folder`/initramfs.cpio from the private root, init and the probes.
Result<void> make_initramfs(Kit& kit, const std::string& root, const std::string& folder, Image& image);

// uname -r of a bzImage, from its header. Errors: no x86 kernel image. Pure.
Result<std::string> image_release(std::string_view image);

}  // namespace kmesh
