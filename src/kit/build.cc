// SPDX-License-Identifier: Apache-2.0
#include "kit/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <sstream>

#include "base/text.h"
#include "kit/baseline.h"
#include "kit/deb_scripts.h"
#include "kit/spec_failure.h"
#include "kit/tools.h"

namespace kmesh {
namespace {

using Words = std::vector<std::string>;

constexpr std::string_view kLost = "kmesh-config: lost ";

Words rpmbuild(const Side& side, const Make& make) {
  // what stands in the way of gcc must not be taken for a compiler by what stands before it
  const std::string compiler = make.wrapped ? "gcc" : make.compiler;
  Words words = {"rpmbuild", "--define", "_topdir " + side.inside("rpmbuild"), "--define",
                 "_dbpath " + side.inside("rpmdb"), "--define", fmt::format("_smp_mflags -j{}", make.jobs),
                 // and for what asks for the number: RPM_BUILD_NCPUS comes of it
                 "--define", fmt::format("_smp_build_ncpus {}", make.jobs), "--define",
                 "kmesh_cc " + compiler, "--define", "kmesh_hostcc " + compiler,
                 // this host's rpm database is no inventory of its tools: those were looked for before
                 "--nodeps"};
  if (!make.first.empty())
    words.insert(words.end(), {"--define", fmt::format("kmesh_first {}", fmt::join(make.first, " "))});
  // somebody's spec was written for a host whose /bin/sh is bash
  if (make.wrapped) words.insert(words.end(), {"--define", "_buildshell /bin/bash"});
  return words;
}

Words make_words(const Side& side, const Make& make) {
  return {"make",
          "-C",
          side.inside("tree"),
          fmt::format("-j{}", make.jobs),
          "CC=" + make.compiler,
          "HOSTCC=" + make.compiler};
}

Words with(Words words, std::initializer_list<std::string> more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// What makes two builds of one source equal.
const std::map<std::string, std::string>& fixed_identity() {
  static const std::map<std::string, std::string> kEnv = {
      {"KBUILD_BUILD_USER", "kmesh"},
      {"KBUILD_BUILD_HOST", "kmesh"},
      {"KBUILD_BUILD_VERSION", "1"},
      {"KBUILD_BUILD_TIMESTAMP", "Thu Jan  1 12:00:00 UTC 2026"}};
  return kEnv;
}

// Below a side's folder: a line for each file that the compiler in the way compiled.
constexpr std::string_view kCompiled = "cc/compiled";
// The same of all runs since %prep, with their folders.
constexpr std::string_view kCompilerPlaces = "cc/places";

// What stands in the compiler's place. A spec may keep make silent, or let it say whole commands; so the
// files are counted here, but for those by which Makefiles ask what the compiler can.
std::string compiler_script(const std::string& before, const std::string& real, const std::string& compiled,
                            const std::string& places) {
  return fmt::format(
      "#!/bin/sh\n"
      "case \" $* \" in\n"
      "*' /dev/null '* | *' - '*) ;;\n"
      "*' -c '*) for last; do :; done; {{ echo \"$last\" >> {0}; }} 2> /dev/null\n"
      "  case $last in /*) ;; *) last=$PWD/$last ;; esac\n"
      "  {{ echo \"$last\" >> {1}; }} 2> /dev/null ;;\n"
      "esac\n"
      "exec {2}{3} \"$@\"\n",
      compiled, places, before, real);
}

// A spec that calls gcc finds the compiler that was asked for under that name.
Result<void> put_compiler_in_the_way(Kit& kit, const Side& side, const Make& make) {
  const std::string program = compiler_program(make.compiler);
  const std::string before = make.compiler.substr(0, make.compiler.size() - program.size());
  const std::string real = kit.processes.find(program);
  KMESH_TRY(kit.disk.remove_all(side.path(kCompilerPlaces)));
  for (const auto* name : {"gcc", "cc"}) {
    const std::string script = side.path(std::string("cc/") + name);
    KMESH_TRY(kit.disk.write(
        script, compiler_script(before, real, side.inside(kCompiled), side.inside(kCompilerPlaces))));
    KMESH_TRY(kit.disk.make_executable(script));
  }
  return {};
}

std::map<std::string, std::string> make_environment(const Side& side, const Make& make) {
  auto env = fixed_identity();
  if (make.wrapped) env["PATH"] = side.inside("cc") + ":/usr/sbin:/usr/bin:/sbin:/bin";
  return env;
}

// Shows how far a build is: by what make says, and by what the compiler in the way has noted.
class Steps {
 public:
  Steps(Kit& kit, const Side& side, std::size_t expected)
      : kit_(kit), compiled_(side.path(kCompiled)), expected_(expected) {}

  void line(std::string_view line) {
    if (is_step(line)) {
      ++said_;
      show(line.substr(line.find_first_not_of(' ')));
    } else if (line.starts_with("Processing files") || line.starts_with("Executing(")) {
      kit_.status.doing(line.substr(0, line.find(": /")));
    }
  }

  void tick() {
    const auto info = kit_.disk.info(compiled_);
    if (!info || info->bytes == bytes_) return;
    bytes_ = info->bytes;
    const auto names = kit_.disk.read(compiled_);
    if (!names) return;
    noted_ = static_cast<std::size_t>(std::count(names->begin(), names->end(), '\n'));
    const std::string_view whole = std::string_view(*names).substr(0, names->rfind('\n'));
    show(fmt::format("CC {}", whole.substr(whole.rfind('\n') + 1)));
  }

  [[nodiscard]] std::size_t count() const { return std::max(said_, noted_); }

 private:
  void show(std::string_view what) { kit_.status.progress(count(), expected_, what); }

  Kit& kit_;
  std::string compiled_;
  std::size_t expected_;
  std::size_t said_ = 0;
  std::size_t noted_ = 0;
  std::uint64_t bytes_ = 0;
};

// Runs a build and counts its steps.
Result<std::size_t> run_steps(Kit& kit, const Side& side, const Make& make,
                              const std::vector<Words>& commands, std::size_t expected,
                              const std::string& what) {
  Steps steps(kit, side, expected);
  KMESH_TRY(kit.disk.remove_all(side.path(kCompiled)));
  for (const auto& argv : commands) {
    Command command;
    command.argv = argv;
    command.env = make_environment(side, make);
    command.log = side.log;
    command.keep_output = true;
    command.on_line = [&](std::string_view line) { steps.line(line); };
    if (make.wrapped) command.on_tick = [&] { steps.tick(); };
    KMESH_LET(exit, kit.processes.run(side.sandbox.wrap(std::move(command))));
    if (exit.ok()) continue;
    return run_failed(what, exit, side);
  }
  if (make.wrapped) steps.tick();
  return steps.count();
}

}  // namespace

bool is_step(std::string_view line) {
  if (!line.starts_with("  ") || line.size() < 5 || line[2] < 'A' || line[2] > 'Z') return false;
  const std::string_view word = line.substr(2, line.find(' ', 2) - 2);
  static constexpr std::array<std::string_view, 9> kSteps = {
      "CC", "AS", "AR", "LD", "HOSTCC", "HOSTLD", "OBJCOPY", "MODPOST", "BTFIDS"};
  return std::find(kSteps.begin(), kSteps.end(), word) != kSteps.end();
}

std::vector<std::string> lost_options(std::string_view log) {
  std::vector<std::string> lost;
  std::istringstream lines{std::string(log)};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kLost)) lost.push_back(line.substr(kLost.size()));
  }
  return lost;
}

// Where %prep leaves the tree is the spec's business: SIDE/rpmbuild/BUILD/* or one below it. Configured ones
// come first: a spec may keep the source as it was beside it.
Result<std::string> rpm_tree(Kit& kit, const Side& side) {
  const std::string build = side.path("rpmbuild/BUILD");
  std::vector<std::string> trees;
  KMESH_LET(outer, kit.disk.list(build));
  for (const auto& folder : outer) {
    trees.push_back(join(build, folder));
    const auto inner = kit.disk.list(trees.back());
    if (!inner) continue;
    for (const auto& name : *inner) trees.push_back(join(build, folder + "/" + name));
  }
  for (const auto* mark : {".config", "Kconfig"}) {
    for (const auto& tree : trees) {
      if (kit.disk.exists(join(tree, mark))) return tree;
    }
  }
  return fail("%prep left no kernel tree below BUILD", fmt::format("the whole log is {}", side.log));
}

Result<std::vector<std::string>> compiled_trees(Kit& kit, const Side& side) {
  std::set<std::string> trees;
  const std::string places = side.path(kCompilerPlaces);
  if (!kit.disk.exists(places)) return std::vector<std::string>();
  KMESH_LET(text, kit.disk.read(places));
  const std::string build = "rpmbuild/BUILD";
  const std::string inside = side.inside(build) + "/";
  std::set<std::string> seen;
  each_line(text, [&](std::string_view line) {
    const std::string file = std::filesystem::path(line).lexically_normal().string();
    if (!file.starts_with(inside)) return;
    // files of one folder have one tree
    const std::string folder = parent_of(file);
    if (folder.size() < inside.size() || !seen.insert(folder).second) return;
    for (auto end = folder.find('/', inside.size());; end = folder.find('/', end + 1)) {
      const auto below = folder.substr(inside.size(), end == std::string::npos ? end : end - inside.size());
      const std::string tree = join(side.path(build), below);
      const auto makefile = kit.disk.read(join(tree, "Makefile"));
      if (makefile && kernel_version(*makefile)) {
        trees.insert(tree);
        return;
      }
      if (end == std::string::npos) return;
    }
  });
  return std::vector<std::string>(trees.begin(), trees.end());
}

Result<std::string> rpm_prepare(Kit& kit, const Side& side, const std::string& spec, const Make& make) {
  kit.status.doing("unpacking, patching, configuring");
  KMESH_TRY(kit.disk.remove_all(side.path("rpmbuild/BUILD")));
  if (make.wrapped) KMESH_TRY(put_compiler_in_the_way(kit, side, make));
  auto ran = run_steps(kit, side, make, {with(rpmbuild(side, make), {"-bp", side.sandbox.inside(spec)})}, 0,
                       "the spec's %prep failed: the source was not unpacked, patched and configured");
  if (!ran) {
    const auto text = kit.disk.read(spec);
    const auto log = kit.disk.read(side.log);
    const std::string at = text && log ? failed_line(*text, *log) : "";
    if (!at.empty()) ran.error().hint += fmt::format("\n  it stopped at {} ({})", at, spec);
    return tl::make_unexpected(std::move(ran.error()));
  }
  KMESH_LET(tree, rpm_tree(kit, side));
  return join(tree, ".config");
}

Result<std::size_t> rpm_build(Kit& kit, const Side& side, const std::string& spec, const Make& make,
                              std::size_t expected) {
  for (const auto* name : {"rpmbuild/RPMS", "rpmbuild/BUILDROOT"})
    KMESH_TRY(kit.disk.remove_all(side.path(name)));
  return run_steps(kit, side, make,
                   {with(rpmbuild(side, make), {"-bb", "--noprep", "--noclean", side.sandbox.inside(spec)})},
                   expected, "rpmbuild failed");
}

Result<std::string> tree_configure(Kit& kit, const Side& side, const ConfigChoice& config, const Make& make) {
  const std::string tree = side.path("tree");
  const std::string wanted = side.path("kernel.config");
  const std::string script = side.path("kernel-config");
  KMESH_TRY(kit.disk.copy(config.path, wanted));
  KMESH_TRY(kit.disk.copy(join(kit.data.kernel, "rpm/kernel-config"), script));
  const Words in_tree = {"env", "-C", side.inside("tree")};
  const auto inside_wanted = side.sandbox.inside(wanted);
  std::vector<Words> commands = {with(in_tree, {"sh", side.sandbox.inside(script), "adopt", inside_wanted})};
  if (config.fragment) {
    commands.push_back(with(make_words(side, make), {"tinyconfig"}));
    commands.push_back(with(in_tree, {"scripts/kconfig/merge_config.sh", "-m", ".config", inside_wanted}));
  } else {
    commands.push_back(with(in_tree, {"cp", inside_wanted, ".config"}));
  }
  commands.push_back(with(make_words(side, make), {"olddefconfig"}));
  commands.push_back(with(in_tree, {"sh", side.sandbox.inside(script), "compare", inside_wanted, ".config"}));
  kit.status.doing("configuring");
  KMESH_TRY(run_steps(kit, side, make, commands, 0, "the kernel cannot be configured"));
  return join(tree, ".config");
}

Result<std::size_t> tree_build(Kit& kit, const Side& side, Output output, const Make& make,
                               std::size_t expected) {
  const Words base = make_words(side, make);
  std::vector<Words> commands;
  if (!make.first.empty()) {
    commands.push_back(base);
    commands.back().insert(commands.back().end(), make.first.begin(), make.first.end());
  }
  commands.push_back(with(base, {"bzImage", "modules"}));
  if (output == Output::kDeb) {
    // made after the headers are packed, for the next package: what is packed once more would have it
    commands.push_back(
        {"env", "-C", side.inside("tree"), "rm", "-f", "scripts/unifdef", "scripts/.unifdef.cmd"});
    // files of the source have the time at which they were packed, or patched: in a package all have one
    Words pack = {"env", fmt::format("SOURCE_DATE_EPOCH={}", kDebSeconds), "TAR_OPTIONS=--touch"};
    pack.insert(pack.end(), base.begin(), base.end());
    commands.push_back(with(std::move(pack), {"bindeb-pkg", "KDEB_PKGVERSION=" + std::string(kRelease),
                                              "DPKG_FLAGS=-d --no-sign"}));
  }
  return run_steps(kit, side, make, commands, expected, "make failed");
}

}  // namespace kmesh
