// SPDX-License-Identifier: Apache-2.0
// Which Debian package has a program or a header that building a kernel takes. Pure.
#pragma once

#include <string>
#include <string_view>

namespace kmesh {

// `what`: "flex", "/usr/bin/patch", "gelf.h", "openssl/ssl.h". Its own name where no row has it: most often
// that is the package's too.
std::string debian_package_of(std::string_view what);

}  // namespace kmesh
