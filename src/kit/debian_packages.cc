// SPDX-License-Identifier: Apache-2.0
#include "kit/debian_packages.h"

#include <array>
#include <utility>

namespace kmesh {
namespace {

// Debian 12; what is not here has its package's name.
constexpr std::array kPackages = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"ld", "binutils"},
    {"as", "binutils"},
    {"objcopy", "binutils"},
    {"python3", "python3-minimal"},
    {"awk", "gawk"},
    {"xz", "xz-utils"},
    {"lzma", "xz-utils"},
    {"lz4c", "lz4"},
    {"pahole", "dwarves"},
    {"depmod", "kmod"},
    {"rpmbuild", "rpm"},
    {"dpkg-buildpackage", "dpkg-dev"},
    {"qemu-system-x86_64", "qemu-system-x86"},
    {"aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"},
    {"busybox", "busybox-static"},
    {"types.h", "libc6-dev"},
    {"stdio.h", "libc6-dev"},
    {"stdlib.h", "libc6-dev"},
    {"string.h", "libc6-dev"},
    {"unistd.h", "libc6-dev"},
    {"z", "zlib1g-dev"},
    {"elf", "libelf-dev"},
    {"libelf-devel", "libelf-dev"},
    {"crypto", "libssl-dev"},
    {"ssl", "libssl-dev"},
    {"gelf.h", "libelf-dev"},
    {"libelf.h", "libelf-dev"},
    {"dwarf.h", "libdw-dev"},
    {"zlib.h", "zlib1g-dev"},
    {"gmp.h", "libgmp-dev"},
    {"gcc-plugin.h", "gcc-12-plugin-dev"},
    {"bversion.h", "gcc-12-plugin-dev"},
    {"ncurses", "libncurses-dev"},
    {"curses.h", "libncurses-dev"},
    {"ncurses.h", "libncurses-dev"},
    {"slang.h", "libslang2-dev"},
    {"numa.h", "libnuma-dev"},
});

}  // namespace

std::string debian_package_of(std::string_view what) {
  if (what.find("openssl/") != std::string_view::npos) return "libssl-dev";
  if (what.find("elfutils/") != std::string_view::npos) return "libdw-dev";
  const auto slash = what.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? what : what.substr(slash + 1);
  for (const auto& [known, package] : kPackages) {
    if (known == name) return std::string(package);
  }
  return std::string(name);
}

}  // namespace kmesh
