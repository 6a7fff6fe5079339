// SPDX-License-Identifier: Apache-2.0
#include "kit/tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string_view>
#include <thread>

#include "base/text.h"
#include "kit/configs.h"
#include "kit/debian_packages.h"

namespace kmesh {
namespace {

// A tree that another patch laid out anew, and packages beside those of before.
constexpr std::uint64_t kAgainBytes = 2ULL << 30;

// Programs, and files where they begin with a slash.
constexpr std::array<std::string_view, 22> kKernelTools = {"make",
                                                           "gcc",
                                                           "ld",
                                                           "flex",
                                                           "bison",
                                                           "bc",
                                                           "perl",
                                                           "python3",
                                                           "rsync",
                                                           "cpio",
                                                           "awk",
                                                           "xz",
                                                           "tar",
                                                           "patch",
                                                           "pahole",
                                                           "kmod",
                                                           "openssl",
                                                           "/usr/include/gelf.h",
                                                           "/usr/include/zlib.h",
                                                           "/usr/include/openssl/ssl.h",
                                                           "/bin/busybox",
                                                           "qemu-system-x86_64"};

constexpr std::uint64_t kTreeBytes = 3ULL << 30;  // a source package and one unpacked tree

}  // namespace

Result<void> check_sandbox(Kit& kit) {
  if (kit.processes.find("bwrap").empty())
    return fail("bubblewrap is not installed, and a spec and a kernel's makefiles are somebody's code",
                "install it; or let that code run with your own rights, with --no-sandbox",
                "apt-get install bubblewrap");
  Command probe;
  // inside of a container it may be /proc that cannot be had
  probe.argv = {"bwrap",     "--unshare-all", "--ro-bind", "/usr",         "/usr", "--symlink",
                "usr/lib64", "/lib64",        "--symlink", "usr/lib",      "/lib", "--proc",
                "/proc",     "--dev",         "/dev",      "/usr/bin/true"};
  KMESH_LET(exit, kit.processes.run(probe));
  if (exit.ok()) return {};
  return fail(
      "bubblewrap cannot make a sandbox here",
      "user namespaces may be switched off, or this is a plain chroot; allow them, or let a spec and a "
      "kernel's makefiles run with your own rights, with --no-sandbox",
      "sysctl -w user.max_user_namespaces=10000", exit.tail);
}

Result<void> check_rpm_tools(Kit& kit, bool sandbox) {
  for (const auto* program : {"rpm", "rpmkeys", "rpmspec", "rpmbuild", "gpg"}) {
    if (!kit.processes.find(program).empty()) continue;
    return fail(fmt::format("{} is not installed, and it is asked about packages, keys and specs", program),
                "install it", "apt-get install rpm gpg");
  }
  return sandbox ? check_sandbox(kit) : Result<void>();
}

Result<void> check_tools(Kit& kit, const Options& options) {
  std::vector<std::string> needs(kKernelTools.begin(), kKernelTools.end());
  if (options.output == Output::kRpm) needs.emplace_back("rpmbuild");
  if (options.output == Output::kDeb) needs.emplace_back("dpkg-buildpackage");
  std::vector<Need> told;
  for (const auto& what : needs) told.push_back({what, what});
  return check_needs(kit, told, "building a kernel");
}

Result<void> check_needs(Kit& kit, const std::vector<Need>& needs, std::string_view who) {
  std::vector<std::string> missing;
  std::set<std::string> packages;
  for (const auto& [what, told] : needs) {
    const bool there = what.starts_with('/') ? kit.disk.exists(what) : !kit.processes.find(what).empty();
    if (there) continue;
    missing.push_back(told);
    packages.insert(debian_package_of(what));
  }
  if (missing.empty()) return {};
  return fail(fmt::format("this host lacks what {} takes: {}", who, fmt::join(missing, ", ")),
              "install it, then run the same command again",
              fmt::format("apt-get install {}", fmt::join(packages, " ")));
}

Result<void> check_space(Kit& kit, const Options& options, bool built) {
  // what comes before the compiling unpacks one tree at most
  constexpr std::array<std::string_view, 6> kEarly = {"baseline", "series", "plan", "stage", "edit", "prep"};
  const bool compiles = std::find(kEarly.begin(), kEarly.end(), options.until) == kEarly.end();
  const std::uint64_t whole = compiles ? sized_config(options.config).bytes : kTreeBytes;
  const std::uint64_t need = built ? std::min(whole, kAgainBytes) : whole;
  KMESH_LET(free, kit.disk.free_bytes(options.work));
  if (free >= need) return {};
  return fail(fmt::format("{} has {} MiB free; {} a kernel{} takes about {} MiB", options.work, free >> 20,
                          compiles ? "building" : "unpacking", built ? " again" : "", need >> 20),
              "free some space, or name a folder on another disk with --work DIR",
              fmt::format("df -h {}", options.work));
}

std::string compiler(Kit& kit, const Options& options) {
  if (!options.compiler.empty()) return options.compiler;
  return kit.processes.find("ccache").empty() ? "gcc" : "ccache gcc";
}

std::string cache_folder(const Options& options) {
  const char* set = std::getenv("CCACHE_DIR");
  return set != nullptr && *set == '/' ? set : join(options.work, "ccache");
}

std::string compiler_program(const std::string& compiler) { return compiler.substr(compiler.rfind(' ') + 1); }

std::string program_version(Kit& kit, const std::string& program) {
  return first_line(answer_of(kit.processes, {program, "--version"}));
}

std::string compiler_version(Kit& kit, const std::string& compiler) {
  return program_version(kit, compiler_program(compiler));
}

unsigned jobs_of(const Options& options) {
  return options.jobs != 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace kmesh
