// SPDX-License-Identifier: Apache-2.0
#include "kit/tree_checks.h"

#include <fmt/format.h>

#include <cctype>
#include <chrono>
#include <cstdlib>

#include "kit/config_needs.h"
#include "kit/debian_packages.h"
#include "kit/diagnose.h"
#include "kit/tools.h"

namespace kmesh {
namespace {

std::string text_of(Kit& kit, const std::string& tree, std::string_view name) {
  const auto text = kit.disk.read(join(tree, name));
  return text ? *text : std::string();
}

std::string answer_of(Kit& kit, std::vector<std::string> argv) {
  Command ask;
  ask.argv = std::move(argv);
  return answer_of(kit.processes, std::move(ask));
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

Finding helper_docs(Kit& kit, const Side& side, const std::string& tree, Docs what, HelperDocs& docs) {
  auto checked = check_helper_docs(kit, side, tree, what);
  if (!checked) return bad("helper-docs", checked.error());
  docs = std::move(*checked);
  if (docs.added.empty()) return well("helper-docs", "the tree's script knows all types of BPF helpers");
  if (what == Docs::kLook)
    return doubtful(
        "helper-docs",
        fail(fmt::format("{} does not know the type '{}'", docs.script, fmt::join(docs.added, "', '")),
             "kmesh-kernel build teaches it in its own tree; the patch that adds the helper should")
            .value());
  return doubtful("helper-docs",
                  fail(fmt::format("{} did not know the type '{}'; it was taught in the build's own tree",
                                   docs.script, fmt::join(docs.added, "', '")))
                      .value());
}

// What the configuration adds to what every kernel takes.
Finding options(Kit& kit, const std::string& config) {
  std::vector<Need> needs;
  for (const auto& need : needs_of(config))
    needs.push_back({std::string(need.what), fmt::format("{} (CONFIG_{})", need.what, need.option)});
  if (const auto checked = check_needs(kit, needs, "the configuration"); !checked)
    return bad("options", checked.error());
  return well("options", "what the configuration's options take is there");
}

// Headers for compiler plugins lie where the compiler says.
Finding plugins(Kit& kit, const std::string& config, const std::string& gcc) {
  if (config_value(config, "GCC_PLUGINS") != "y") return well("plugins", "the configuration has none");
  const std::string folder = first_line(answer_of(kit, {gcc, "-print-file-name=plugin"}));
  if (kit.disk.exists(join(folder, "include/gcc-plugin.h")))
    return well("plugins", "gcc's headers for them are there");
  return bad("plugins", fail(fmt::format("CONFIG_GCC_PLUGINS is on, and {} has no headers for plugins", gcc),
                             "install them", "apt-get install gcc-$(gcc -dumpversion)-plugin-dev")
                            .value());
}

Finding keys(Kit& kit, const std::string& tree, const std::string& config) {
  for (const auto& [option, file] : named_files(config)) {
    if (kit.disk.exists(join(tree, file))) continue;
    const std::string what = fmt::format("CONFIG_{} names {}, which is not in the source", option, file);
    // cleared, this one leaves nothing that modules can be signed with
    if (option == "MODULE_SIG_KEY")
      return bad("keys", fail(what, "put the file there, or have the build make a key of its own",
                              fmt::format("scripts/config --set-str {} {}", option, kMadeKey))
                             .value());
    return bad("keys", fail(what, "clear the option, or put the file there",
                            fmt::format("scripts/config --set-str {} ''", option))
                           .value());
  }
  return well("keys", "no certificate that is named is missing");
}

// From 5.14 on a script says the least version; before, a line of compiler-gcc.h does (40900 is 4.9).
Version least_gcc(Kit& kit, const Side& side, const std::string& tree) {
  if (kit.disk.exists(join(tree, "scripts/min-tool-version.sh"))) {
    Command ask;
    ask.argv = {"sh", "scripts/min-tool-version.sh", "gcc"};
    ask.folder = tree;
    ask.env = {{"SRCARCH", "x86"}};
    return version_in(answer_of(kit.processes, side.sandbox.wrap(std::move(ask))));
  }
  const std::string header = text_of(kit, tree, "include/linux/compiler-gcc.h");
  constexpr std::string_view kMark = "#if GCC_VERSION < ";
  const auto at = header.find(kMark);
  if (at == std::string::npos) return {};
  const auto number = static_cast<unsigned>(std::strtoul(header.c_str() + at + kMark.size(), nullptr, 10));
  return {number / 10000, number / 100 % 100};
}

Finding compiler(Kit& kit, const Side& side, const std::string& tree, const std::string& gcc) {
  const std::string machine = first_line(answer_of(kit, {gcc, "-dumpmachine"}));
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
  const Version have = version_in(answer_of(kit, {gcc, "-dumpfullversion", "-dumpversion"}));
  const Version least = least_gcc(kit, side, tree);
  if (!(have < least)) return well("compiler", fmt::format("{} {}.{}", gcc, have.major, have.minor));
  return bad("compiler", fail(fmt::format("{} is {}.{}, and this kernel takes {}.{} or newer", gcc,
                                          have.major, have.minor, least.major, least.minor),
                              "name another compiler with --cc", fmt::format("{} --version", gcc))
                             .value());
}

// A warning that came with a newer gcc ends such a build; whether one does nobody knows before.
Finding werror(const std::string& config) {
  if (config_value(config, "WERROR") != "y") return well("werror", "compiler warnings are no errors");
  return doubtful("werror",
                  fail("CONFIG_WERROR makes errors of this compiler's warnings",
                       "a gcc newer than the kernel may warn of what those of its time did not: clear the "
                       "option if it does")
                      .value());
}

// make reads a makefile whole before it makes anything of it: asked for what no makefile has, it says what it
// cannot read.
Finding makefiles(Kit& kit, const Side& side, const std::string& tree,
                  const std::vector<std::string>& touched) {
  for (const auto& path : touched) {
    const std::string name = name_of(path);
    if ((name != "Makefile" && name != "Kbuild") || !kit.disk.exists(join(tree, path))) continue;
    Command ask;
    ask.argv = {"make", "--dry-run", "-f", path, "kmesh-no-such-target"};
    ask.folder = tree;
    ask.keep_output = true;
    const auto said = kit.processes.run(side.sandbox.wrap(std::move(ask)));
    const auto known = said ? diagnose(said->output) : std::nullopt;
    if (known && known->failure->name == "makefile-damaged")
      return bad("makefiles", fail(known->cause(), known->remedy(), known->command()).value());
  }
  return well("makefiles", "make can read those that patches changed");
}

// 1.16 is the first that a kernel takes (before, its configuration drops BTF without a word); 1.24 writes
// 64-bit enumerators, unless it is told not to, and a tree of before 6.0 cannot read them.
Finding btf(Kit& kit, const std::string& tree, const std::string& config) {
  constexpr Version kFirst{1, 16};
  constexpr Version kEnum64{1, 24};
  if (config_value(config, "DEBUG_INFO_BTF") != "y" ||
      !kit.disk.exists(join(tree, "scripts/link-vmlinux.sh")))
    return well("btf", "none is made");
  const Version have = version_in(answer_of(kit, {"pahole", "--version"}));
  const auto refuse = [&](std::string what, std::string hint) {
    return bad("btf", fail(std::move(what), std::move(hint), "pahole --version").value());
  };
  if (have < kFirst)
    return refuse(fmt::format("pahole is {}.{}, and BTF takes 1.16 or newer", have.major, have.minor),
                  "install a newer pahole (package dwarves)");
  const bool knows = text_of(kit, tree, "include/uapi/linux/btf.h").find("ENUM64") != std::string::npos;
  bool leaves_out = false;
  for (const auto* script : {"scripts/pahole-flags.sh", "scripts/Makefile.btf", "scripts/link-vmlinux.sh"})
    leaves_out =
        leaves_out || text_of(kit, tree, script).find("skip_encoding_btf_enum64") != std::string::npos;
  if (!(have < kEnum64) && !knows && !leaves_out)
    return refuse(
        fmt::format("pahole {}.{} writes BTF that this kernel's tools cannot read", have.major, have.minor),
        "have scripts/pahole-flags.sh add --skip_encoding_btf_enum64, or install a pahole before 1.24");
  return well("btf", fmt::format("pahole {}.{}", have.major, have.minor));
}

// What was unpacked from "tomorrow" is newer than all that is made of it: make does it again at each call.
// The clock is this machine's, as make's is.
Finding times(Kit& kit, const std::string& tree, const std::vector<std::string>& touched) {
  using Nanoseconds = std::chrono::nanoseconds;
  const auto now =
      std::chrono::duration_cast<Nanoseconds>(std::chrono::system_clock::now().time_since_epoch());
  std::vector<std::string> names = {"Makefile", "Kconfig", ".config"};
  names.insert(names.end(), touched.begin(), touched.end());
  std::string newest;
  Nanoseconds ahead = std::chrono::seconds(1);  // a server's clock may be a little ahead
  for (const auto& name : names) {
    const auto info = kit.disk.info(join(tree, name));
    if (!info || info->directory || Nanoseconds(info->mtime_ns) - now <= ahead) continue;
    ahead = Nanoseconds(info->mtime_ns) - now;
    newest = name;
  }
  if (newest.empty()) return well("times", "no source that was looked at is from the future");
  return doubtful(
      "times",
      fail(fmt::format("{} is from the future, by {} s, and make cannot tell what is up to date", newest,
                       std::chrono::duration_cast<std::chrono::seconds>(ahead).count()),
           "set the clock; if that is right, the source was packed with a wrong one: have it packed anew",
           "date")
          .value());
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

TreeState check_tree(Kit& kit, const Side& side, const std::string& tree, const std::string& compiler_words,
                     const std::vector<std::string>& touched, Docs docs) {
  const std::string config = text_of(kit, tree, ".config");
  const std::string gcc = compiler_program(compiler_words);
  TreeState state;
  state.findings.push_back(helper_docs(kit, side, tree, docs, state.docs));
  state.findings.push_back(options(kit, config));
  state.findings.push_back(plugins(kit, config, gcc));
  state.findings.push_back(keys(kit, tree, config));
  state.findings.push_back(compiler(kit, side, tree, gcc));
  state.findings.push_back(btf(kit, tree, config));
  state.findings.push_back(werror(config));
  state.findings.push_back(makefiles(kit, side, tree, touched));
  state.findings.push_back(times(kit, tree, touched));
  return state;
}

}  // namespace kmesh
