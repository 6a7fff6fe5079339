// SPDX-License-Identifier: Apache-2.0
#include "kit/tree_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "kit/config_needs.h"
#include "kit/diagnose.h"
#include "kit/licence_check.h"
#include "kit/toolchain_checks.h"
#include "kit/tools.h"
#include "kit/touched_objects.h"

namespace kmesh {
namespace {

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
  const std::string folder = first_line(answer_of(kit.processes, {gcc, "-print-file-name=plugin"}));
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

// A spec may configure its tree in %build: only who looks at one that lies there is told.
Finding configuration(const std::string& tree, std::string_view config) {
  if (!config.empty()) return well("configuration", "there is one");
  return doubtful("configuration", fail(fmt::format("{} is not configured", tree),
                                        "kmesh-kernel build does so; as it is no module can be built in it",
                                        "make olddefconfig modules_prepare")
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
  std::size_t read = 0;
  for (const auto& path : touched) {
    if (!is_makefile(name_of(path)) || !kit.disk.exists(join(tree, path))) continue;
    Command ask;
    ask.argv = {"make", "--dry-run", "-f", path, "kmesh-no-such-target"};
    ask.folder = tree;
    ask.keep_output = true;
    const auto said = kit.processes.run(side.sandbox.wrap(std::move(ask)));
    const auto known = said ? diagnose(said->output) : std::nullopt;
    if (known && known->failure->name == "makefile-damaged")
      return bad("makefiles", fail(known->cause(), known->remedy(), known->command()).value());
    ++read;
  }
  return well("makefiles", read == 0 ? "no patch changed one" : "make can read those that patches changed");
}

// kbuild may know of a rule that is written elsewhere, so this is no failure yet.
Finding sources(Kit& kit, const std::string& tree, const std::vector<std::string>& touched,
                std::string_view config) {
  const auto without = objects_without_source(kit.disk, tree, touched, config);
  if (without.empty()) return well("sources", "what patched makefiles name has its source");
  return doubtful("sources", fail(fmt::format("a patched makefile names {}, and there is no source for it",
                                              fmt::join(without, ", ")),
                                  "apply the whole series, or take the line out of the makefile")
                                 .value());
}

// What a merge by hand left behind. Documents underline their headings like that, so the other two count.
Finding markers(Kit& kit, const std::string& tree, const std::vector<std::string>& touched) {
  for (const auto& path : touched) {
    const auto text = kit.disk.read(join(tree, path));
    if (!text) continue;
    bool ours = false;
    bool theirs = false;
    each_line(*text, [&](std::string_view line) {
      ours = ours || line.starts_with("<<<<<<< ");
      theirs = theirs || line.starts_with(">>>>>>> ");
    });
    if (ours && theirs)
      return bad("markers", fail(fmt::format("{} has the marks of a merge that was not finished", path),
                                 "choose between the two texts in the patch that brings them",
                                 fmt::format("grep -n '^[<=>]\\{{7\\}}' {}", path))
                                .value());
  }
  return well("markers", "no patched file has the marks of an unfinished merge");
}

// Whatever stands in them comes before the half hour of the others.
Finding first_compiled(Kit& kit, const std::string& tree, const std::vector<std::string>& touched,
                       std::string_view config) {
  constexpr std::size_t kTold = 12;
  auto objects = touched_objects(kit.disk, tree, touched, config);
  if (objects.empty()) return well(kTouchedFirst, "patches change no file that is compiled by itself");
  const std::size_t more = objects.size() - std::min(objects.size(), kTold);
  objects.resize(objects.size() - more);
  return well(kTouchedFirst,
              fmt::format("compiled first, for patches change them: {}{}", fmt::join(objects, ", "),
                          more == 0 ? "" : fmt::format(" and {} more", more)));
}

// What was unpacked from "tomorrow" is newer than all that is made of it: make does it again at each call.
// The clock is this machine's, as make's is.
Finding times(Kit& kit, const std::string& tree) {
  using Nanoseconds = std::chrono::nanoseconds;
  const auto now =
      std::chrono::duration_cast<Nanoseconds>(std::chrono::system_clock::now().time_since_epoch());
  auto names = kit.disk.walk(tree).value_or(std::vector<std::string>());
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

TreeState check_tree(Kit& kit, const Side& side, const std::string& tree, const std::string& compiler_words,
                     const std::vector<std::string>& touched, Docs docs) {
  const std::string config = kit.disk.read(join(tree, ".config")).value_or("");
  const std::string gcc = compiler_program(compiler_words);
  TreeState state;
  state.findings.push_back(helper_docs(kit, side, tree, docs, state.docs));
  if (docs == Docs::kLook) state.findings.push_back(configuration(tree, config));
  state.findings.push_back(options(kit, config));
  state.findings.push_back(plugins(kit, config, gcc));
  state.findings.push_back(keys(kit, tree, config));
  state.findings.push_back(compiler_check(kit, side, tree, config, gcc));
  state.findings.push_back(linker_check(kit, side, tree));
  state.findings.push_back(btf_check(kit, tree, config));
  state.findings.push_back(werror(config));
  state.findings.push_back(makefiles(kit, side, tree, touched));
  state.findings.push_back(sources(kit, tree, touched, config));
  state.findings.push_back(markers(kit, tree, touched));
  state.findings.push_back(licence_check(kit, side, tree, touched));
  state.findings.push_back(first_compiled(kit, tree, touched, config));
  state.findings.push_back(times(kit, tree));
  return state;
}

}  // namespace kmesh
