// SPDX-License-Identifier: Apache-2.0
#include "kit/host_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/text.h"
#include "kit/configs.h"
#include "kit/tools.h"

namespace kmesh {
namespace {

constexpr std::uint64_t kCompilerBytes = 250ULL << 20;  // one gcc with a kernel's largest file
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr const char* kEnvironment = "/proc/self/environ";

// The value of a line "NAME:   12 kB" of /proc/meminfo, in bytes.
std::uint64_t meminfo(std::string_view text, std::string_view name) {
  std::uint64_t bytes = 0;
  each_line(text, [&](std::string_view line) {
    if (line.starts_with(name)) bytes = std::strtoull(line.data() + name.size(), nullptr, 10) << 10;
  });
  return bytes;
}

// The soft limit of a line of /proc/self/limits; none where it has no such line.
std::uint64_t limit_of(std::string_view text, std::string_view name) {
  std::uint64_t limit = ~0ULL;
  each_line(text, [&](std::string_view line) {
    if (!line.starts_with(name)) return;
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(' ', name.size())));
    limit = line.starts_with("unlimited") ? ~0ULL : std::strtoull(std::string(line).c_str(), nullptr, 10);
  });
  return limit;
}

Finding tools(Kit& kit, const Options& options) {
  if (const auto checked = check_tools(kit, options); !checked) return bad("tools", checked.error());
  return well("tools", "the programs and headers that building a kernel takes are there");
}

Finding sandbox(Kit& kit, const Options& options) {
  if (!options.sandbox)
    return doubtful("sandbox", fail("the build runs without a sandbox (--no-sandbox)").value());
  if (const auto checked = check_sandbox(kit); !checked) return bad("sandbox", checked.error());
  return well("sandbox", "bubblewrap can make one");
}

// Somebody's spec has a configuration of its own, which may be as large as a distribution's.
bool has_own_spec(const Options& options) { return !options.package.empty() || !options.repository.empty(); }

Finding space(Kit& kit, const Options& options) {
  if (const auto checked = check_space(kit, options, false); !checked) return bad("space", checked.error());
  // the sandbox has a /tmp in memory
  constexpr std::uint64_t kTemporary = 64ULL << 20;
  if (const auto left = kit.disk.free_bytes("/tmp"); !options.sandbox && left && *left < kTemporary)
    return bad("space",
               fail(fmt::format("/tmp has {} MiB free; compilers keep what they hand on there", *left >> 20),
                    "free some space there", "df -h /tmp")
                   .value());
  const std::uint64_t free = kit.disk.free_bytes(options.work).value_or(0);
  const std::uint64_t most = sized_config("distro").bytes;
  if (has_own_spec(options) && free < most)
    return doubtful("space",
                    fail(fmt::format("{} MiB are free, and the kernel of a distribution takes up to {} MiB",
                                     free >> 20, most >> 20),
                         "where the spec builds all of it, name a folder on another disk with --work DIR")
                        .value());
  return well("space", fmt::format("{} MiB are free", free >> 20));
}

// A container may be allowed less than the machine has.
Finding memory(Kit& kit, const Options& options) {
  const auto text = kit.disk.read("/proc/meminfo");
  if (!text) return doubtful("memory", text.error());
  std::uint64_t have = meminfo(*text, "MemAvailable:") + meminfo(*text, "SwapFree:");
  if (const auto limit = kit.disk.read("/sys/fs/cgroup/memory.max"); limit && !limit->starts_with("max"))
    have = std::min<std::uint64_t>(have, std::strtoull(limit->c_str(), nullptr, 10));
  if (const auto own = kit.disk.read("/proc/self/limits"))
    have = std::min(have, limit_of(*own, "Max address space"));
  const std::uint64_t least = std::max(sized_config(options.config).memory, kCompilerBytes);
  if (have < least)
    return bad("memory", fail(fmt::format("{} MiB of memory are free; linking this kernel takes about {} MiB",
                                          have >> 20, least >> 20),
                              "end what takes the memory, or add swap", "free -m")
                             .value());
  const std::uint64_t most = sized_config("distro").memory;
  if (has_own_spec(options) && have < most)
    return doubtful("memory",
                    fail(fmt::format("{} MiB of memory are free, and linking the kernel of a distribution "
                                     "takes up to {} MiB",
                                     have >> 20, most >> 20),
                         "end what takes the memory, or add swap")
                        .value());
  const auto fit = static_cast<unsigned>(have / kCompilerBytes);
  if (fit < jobs_of(options))
    return doubtful(
        "memory",
        fail(fmt::format("{} MiB of memory are free for {} compilers at once", have >> 20, jobs_of(options)),
             fmt::format("the system may kill one of them; let fewer run with --jobs {}", std::max(1U, fit)))
            .value());
  return well("memory", fmt::format("{} MiB are free", have >> 20));
}

// Each compiler is a handful of processes: make, shell, ccache, gcc, cc1, as. A shell keeps few files open, a
// linker many.
Finding limits(Kit& kit, const Options& options) {
  constexpr std::uint64_t kEach = 8;
  constexpr std::uint64_t kOthers = 64;
  constexpr std::uint64_t kFiles = 256;
  const auto text = kit.disk.read("/proc/self/limits");
  if (!text) return doubtful("limits", text.error());
  const std::uint64_t processes = limit_of(*text, "Max processes");
  const std::uint64_t need = kOthers + kEach * jobs_of(options);
  if (processes < need)
    return bad("limits", fail(fmt::format("{} processes are allowed; building with {} jobs takes about {}",
                                          processes, jobs_of(options), need),
                              "raise the limit, or let fewer jobs run with --jobs", "ulimit -u")
                             .value());
  const std::uint64_t files = limit_of(*text, "Max open files");
  if (files < kFiles)
    return bad("limits", fail(fmt::format("{} open files are allowed; building takes {}", files, kFiles),
                              "raise the limit", "ulimit -n 1024")
                             .value());
  return well("limits", "of processes and open files are high enough");
}

// What is found with something that is put below the work folder, and taken away again.
template <typename Look>
Finding probed(Kit& kit, const Options& options, std::string_view check, const Look& look) {
  const std::string probe = join(options.work, "probe");
  // a run that was killed here has left its own
  if (const auto free = kit.disk.remove_all(probe); !free) return bad(check, free.error());
  Result<Finding> found = look(probe);
  [[maybe_unused]] const auto cleared = kit.disk.remove_all(probe);
  return found ? std::move(*found) : bad(check, std::move(found).error());
}

// The two names that differ in case only are one file there, and a kernel has such pairs (xt_TCPMSS.h,
// xt_tcpmss.h).
Finding folder(Kit& kit, const Options& options) {
  const auto wrong = [&](std::string what) {
    return bad("folder", fail(std::move(what), "name a folder on another file system with --work DIR",
                              fmt::format("findmnt --target {}", options.work))
                             .value());
  };
  return probed(kit, options, "folder", [&](const std::string& probe) -> Result<Finding> {
    KMESH_TRY(kit.disk.make_dirs(probe));
    KMESH_TRY(kit.disk.write(join(probe, "case"), "#!/bin/sh\nexit 0\n"));
    if (kit.disk.exists(join(probe, "CASE")))
      return wrong(
          fmt::format("the file system of {} takes upper and lower case for the same", options.work));
    KMESH_TRY(kit.disk.make_executable(join(probe, "case")));
    Command command;
    command.argv = {join(probe, "case")};
    const auto ran = kit.processes.run(command);
    if (!ran || !ran->ok())
      return wrong(
          fmt::format("programs in {} cannot be run: its file system is mounted with noexec", options.work));
    KMESH_TRY(kit.disk.symlink("case", join(probe, "link")));
    if (!options.sandbox && options.work.find_first_of(" :") != std::string::npos)
      return wrong(fmt::format("make takes no blank and no colon in a path, and {} has one", options.work));
    // a command of kbuild names the tree dozens of times; in the sandbox it is called /kmesh
    constexpr std::size_t kLongest = 200;
    if (!options.sandbox && options.work.size() > kLongest)
      return wrong(fmt::format("the path of {} has {} bytes, and commands that name it often become too long",
                               options.work, options.work.size()));
    return well("folder", "programs run there, and upper case is not lower case");
  });
}

// What a build is made of. Of a tree its top folder tells: all its files were unpacked or checked out at
// once.
std::vector<std::string> timed_files(Kit& kit, const Options& options) {
  std::vector<std::string> files = {join(kit.data.kernel, "baselines.toml"), options.tarball, options.package,
                                    join(options.work, "journal.json")};
  const auto names = options.tree.empty() ? std::vector<std::string>()
                                          : kit.disk.list(options.tree).value_or(std::vector<std::string>());
  for (const auto& name : names) files.push_back(join(options.tree, name));
  return files;
}

// make decides by times: what was written "tomorrow" is always newer than what is made today.
Finding clock(Kit& kit, const Options& options) {
  return probed(kit, options, "clock", [&](const std::string& probe) -> Result<Finding> {
    KMESH_TRY(kit.disk.write(probe, ""));
    KMESH_LET(now, kit.disk.info(probe));
    for (const auto& path : timed_files(kit, options)) {
      if (path.empty()) continue;
      const auto info = kit.disk.info(path);
      if (!info || info->directory) continue;
      const std::int64_t ahead = (info->mtime_ns - now.mtime_ns) / kSecond;
      if (ahead <= 1) continue;
      return bad("clock", fail(fmt::format("the clock is in the past: {} was written {} s later than now",
                                           path, ahead),
                               "set the clock, or the file's time, and run the same command again", "date")
                              .value());
    }
    return well("clock", "no file of the kit's or of the source's is from the future");
  });
}

// What ccache says of a folder it cannot write, kconfig takes for the compiler's answer.
Finding cache(Kit& kit, const Options& options) {
  if (!compiler(kit, options).starts_with("ccache")) return well("cache", "the compiler is run without one");
  const std::string folder = cache_folder(options);
  if (kit.disk.exists(folder)) {
    if (const auto may = kit.disk.may_write(folder); !may)
      return bad("cache", fail(fmt::format("ccache cannot write its folder: {}", may.error().what),
                               "name another one in CCACHE_DIR", "export CCACHE_DIR=$HOME/.cache/ccache")
                              .value());
  }
  return well("cache", fmt::format("of the compiler: {}", folder));
}

// The sandbox clears the environment. Without one make takes these for what the person behind it wants.
Finding environment(Kit& kit, const Options& options) {
  if (options.sandbox) return well("environment", "the sandbox clears it");
  if (const auto text = kit.disk.read(kEnvironment); !text) return doubtful("environment", text.error());
  const auto found = environment_for_make(kit);
  if (found.empty()) return well("environment", "nothing in it is meant for a kernel's makefiles");
  std::vector<std::string> names;
  for (const auto& entry : found) names.push_back(entry.substr(0, entry.find('=')));
  return doubtful(
      "environment",
      fail(fmt::format("the environment has {}, and without a sandbox the kernel's makefiles take it",
                       fmt::join(found, ", ")),
           "unset it, unless it is what you want", fmt::format("unset {}", fmt::join(names, " ")))
          .value());
}

using Check = Finding (*)(Kit&, const Options&);
constexpr std::array<Check, 9> kChecks = {&tools,  &sandbox, &folder, &space,      &memory,
                                          &limits, &clock,   &cache,  &environment};

}  // namespace

std::vector<std::string> environment_for_make(Kit& kit) {
  constexpr std::array<std::string_view, 14> kRead = {"ARCH",
                                                      "CROSS_COMPILE",
                                                      "CC",
                                                      "LD",
                                                      "LLVM",
                                                      "KCFLAGS",
                                                      "KCPPFLAGS",
                                                      "KAFLAGS",
                                                      "CFLAGS_KERNEL",
                                                      "KBUILD_OUTPUT",
                                                      "KBUILD_EXTMOD",
                                                      "HOSTCFLAGS",
                                                      "INSTALL_MOD_PATH",
                                                      "KCONFIG_CONFIG"};
  const auto text = kit.disk.read(kEnvironment).value_or(std::string());
  std::vector<std::string> found;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view entry(text.c_str() + at);
    at += entry.size() + 1;
    const auto name = entry.substr(0, entry.find('='));
    if (std::find(kRead.begin(), kRead.end(), name) != kRead.end()) found.emplace_back(entry);
  }
  return found;
}

std::vector<Finding> check_host(Kit& kit, const Options& options) {
  std::vector<Finding> findings;
  for (const auto& check : kChecks) findings.push_back(check(kit, options));
  return findings;
}

}  // namespace kmesh
