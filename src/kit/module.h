// SPDX-License-Identifier: Apache-2.0
// kmesh.ko in a package of its own beside the kernel's: built against what is installed in the private root,
// packed, and installed there from that package.
#pragma once

#include <string>

#include "base/result.h"
#include "kit/kit.h"
#include "kit/root.h"
#include "kit/side.h"

namespace kmesh {

// kmod-kmesh as an RPM, by rpmbuild and kernel/rpm/kmod-kmesh.spec; as a Debian package; or, for an image,
// just the file. Gives its path, and names the installed module in `image`. Errors: it does not build, or
// what was installed holds no module.
Result<std::string> pack_module(Kit& kit, const Side& side, Image& image, Output output, const Make& make);

// The control file of the Debian package. Pure.
std::string deb_control(const std::string& kernel_release);

// Its maintainer script of that name, postinst or postrm. Pure.
std::string deb_script(const std::string& name, const std::string& kernel_release);

}  // namespace kmesh
