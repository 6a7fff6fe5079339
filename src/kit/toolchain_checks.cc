// SPDX-License-Identifier: Apache-2.0
#include "kit/toolchain_checks.h"

#include <fmt/format.h>

#include <cctype>
#include <cstdlib>

#include "base/text.h"
#include "kit/config_needs.h"
#include "kit/debian_packages.h"
#include "kit/tools.h"

namespace kmesh {
namespace {

// What the tree's own script names, from 5.13 on; nothing before.
Version least_of(Kit& kit, const Side& side, const std::string& tree, const std::string& tool) {
  if (!kit.disk.exists(join(tree, "scripts/min-tool-version.sh"))) return {};
  Command ask;
  ask.argv = {"sh", "scripts/min-tool-version.sh", tool};
  ask.folder = tree;
  ask.env = {{"SRCARCH", "x86"}};
  return version_in(answer_of(kit.processes, side.sandbox.wrap(std::move(ask))));
}

// Before that script a line of compiler-gcc.h says it (40900 is 4.9).
Version least_gcc(Kit& kit, const Side& side, const std::string& tree) {
  if (const auto told = least_of(kit, side, tree, "gcc"); !(told == Version{})) return told;
  const std::string header = kit.disk.read(join(tree, "include/linux/compiler-gcc.h")).value_or("");
  constexpr std::string_view kMark = "#if GCC_VERSION < ";
  const auto at = header.find(kMark);
  if (at == std::string::npos) return {};
  const auto number = static_cast<unsigned>(std::strtoul(header.c_str() + at + kMark.size(), nullptr, 10));
  return {number / 10000, number / 100 % 100};
}

}  // namespace

Version version_in(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (std::isdigit(static_cast<unsigned char>(text[at])) == 0) continue;
    Version version;
    const std::string rest(text.substr(at, 32));
    char* end = nullptr;
    version.major = static_cast<unsigned>(std::strtoul(rest.c_str(), &end, 10));
    if (*end == '.') version.minor = static_cast<unsigned>(std::strtoul(end + 1, nullptr, 10));
    return version;
  }
  return {};
}

Finding compiler_check(Kit& kit, const Side& side, const std::string& tree, std::string_view config,
                       const std::string& gcc) {
  const std::string machine = first_line(answer_of(kit.processes, {gcc, "-dumpmachine"}));
  if (machine.empty())
    return bad("compiler",
               fail(fmt::format("{} is no compiler that can be run", gcc), "name another one with --cc",
                    fmt::format("apt-get install {}", debian_package_of(gcc)))
                   .value());
  if (!machine.starts_with("x86_64"))
    return bad("compiler", fail(fmt::format("{} makes code for {}", gcc, machine),
                                "this kernel is configured for x86_64: name a compiler for that with --cc",
                                fmt::format("{} -dumpmachine", gcc))
                               .value());
  if (!config.empty() && config_value(config, "X86_64") != "y" && config_value(config, "64BIT"))
    return bad("compiler",
               fail(fmt::format("the tree is configured for another architecture than x86_64, and {} "
                                "makes code for {}",
                                gcc, machine),
                    "configure it for x86_64", "make ARCH=x86_64 olddefconfig")
                   .value());
  const Version have = version_in(answer_of(kit.processes, {gcc, "-dumpfullversion", "-dumpversion"}));
  const Version least = least_gcc(kit, side, tree);
  if (!(have < least)) return well("compiler", fmt::format("{} {}.{}", gcc, have.major, have.minor));
  return bad("compiler", fail(fmt::format("{} is {}.{}, and this kernel takes {}.{} or newer", gcc,
                                          have.major, have.minor, least.major, least.minor),
                              "name another compiler with --cc", fmt::format("{} --version", gcc))
                             .value());
}

Finding linker_check(Kit& kit, const Side& side, const std::string& tree) {
  // "GNU ld (GNU Binutils for Debian) 2.40": what stands in brackets has numbers of its own
  const std::string said = program_version(kit, "ld");
  const Version have = version_in(std::string_view(said).substr(said.rfind(')') + 1));
  const Version least = least_of(kit, side, tree, "binutils");
  if (!(have < least)) return well("linker", fmt::format("ld {}.{}", have.major, have.minor));
  return bad("linker", fail(fmt::format("ld is {}.{}, and this kernel takes {}.{} or newer", have.major,
                                        have.minor, least.major, least.minor),
                            "install newer binutils", "ld --version")
                           .value());
}

// 1.16 is the first that a kernel takes (before, its configuration drops BTF without a word); 1.24 writes
// 64-bit enumerators, unless it is told not to, and a tree of before 6.0 cannot read them.
Finding btf_check(Kit& kit, const std::string& tree, std::string_view config) {
  constexpr Version kFirst{1, 16};
  constexpr Version kEnum64{1, 24};
  if (config_value(config, "DEBUG_INFO_BTF") != "y" ||
      !kit.disk.exists(join(tree, "scripts/link-vmlinux.sh")))
    return well("btf", "none is made");
  const Version have = version_in(answer_of(kit.processes, {"pahole", "--version"}));
  const auto refuse = [&](std::string what, std::string hint) {
    return bad("btf", fail(std::move(what), std::move(hint), "pahole --version").value());
  };
  if (have < kFirst)
    return refuse(fmt::format("pahole is {}.{}, and BTF takes 1.16 or newer", have.major, have.minor),
                  "install a newer pahole (package dwarves)");
  const auto has = [&](const char* file, std::string_view word) {
    return kit.disk.read(join(tree, file)).value_or("").find(word) != std::string::npos;
  };
  const bool knows = has("include/uapi/linux/btf.h", "ENUM64");
  bool leaves_out = false;
  for (const auto* script : {"scripts/pahole-flags.sh", "scripts/Makefile.btf", "scripts/link-vmlinux.sh"})
    leaves_out = leaves_out || has(script, "skip_encoding_btf_enum64");
  if (!(have < kEnum64) && !knows && !leaves_out)
    return refuse(
        fmt::format("pahole {}.{} writes BTF that this kernel's tools cannot read", have.major, have.minor),
        "have scripts/pahole-flags.sh add --skip_encoding_btf_enum64, or install a pahole before 1.24");
  return well("btf", fmt::format("pahole {}.{}", have.major, have.minor));
}

}  // namespace kmesh
