// SPDX-License-Identifier: Apache-2.0
#include "kit/prep_texts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/archive.h"
#include "base/relative_path.h"
#include "kit/build.h"
#include "kit/hunks.h"
#include "kit/spec_edit.h"
#include "kit/spec_failure.h"
#include "kit/stage.h"
#include "kit/touched.h"

namespace kmesh {
namespace {

// The Makefile in an archive's top folder, as a kernel's begins.
bool is_kernel_makefile(std::string_view name, std::string_view text) {
  if (name.starts_with("./")) name.remove_prefix(2);
  return name.substr(name.find('/') + 1) == "Makefile" &&
         text.find("\nPATCHLEVEL = ") != std::string_view::npos;
}

struct Contents {
  std::vector<std::string> kernels;  // names of sources that are a kernel's tree
  std::set<std::string> touched;
};

Result<Contents> look_through(Kit& kit, const std::string& sources) {
  Contents contents;
  KMESH_LET(names, kit.disk.list(sources));
  for (const auto& name : names) {
    kit.status.doing(name);
    bool kernel = false;
    std::set<std::string> touched;
    KMESH_TRY(each_file(join(sources, name), [&](const std::string& entry, const std::string& text) {
      kernel = is_kernel_makefile(entry, text);
      if (!kernel) touched.merge(paths_of_diffs(text));
      return !kernel;
    }));
    if (kernel) {
      contents.kernels.push_back(name);
    } else {
      contents.touched.merge(touched);
    }
  }
  return contents;
}

Result<Exit> run_prep(Kit& kit, const Side& side, const std::string& spec) {
  KMESH_TRY(kit.disk.remove_all(side.path("rpmbuild/BUILD")));
  KMESH_TRY(kit.disk.remove_all(side.path("texts")));
  KMESH_TRY(kit.disk.make_dirs(side.path("texts")));
  Command command;
  command.argv = {"rpmbuild",
                  "--define",
                  "_topdir " + side.inside("rpmbuild"),
                  "--define",
                  "_dbpath " + side.inside("rpmdb"),
                  "--define",
                  "_buildshell /bin/bash",
                  "--nodeps",
                  "-bp",
                  side.inside(spec)};
  command.log = side.log;
  command.keep_output = true;
  return kit.processes.run(side.sandbox.wrap(std::move(command)));
}

}  // namespace

std::set<std::string> paths_of_diffs(std::string_view text) {
  std::set<std::string> paths;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    auto line = text.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool file = line.starts_with("--- ") || line.starts_with("+++ ");
    const bool moved =
        line.starts_with("rename from ") || line.starts_with("rename to ") || line.starts_with("copy from ");
    if (!file && !moved) continue;
    auto path = line.substr(file ? 4 : line.find(' ', line.find(' ') + 1) + 1);
    path = path.substr(0, path.find('\t'));
    if (file) {
      const auto slash = path.find('/');
      if (slash == std::string_view::npos || path == "/dev/null") continue;
      path.remove_prefix(slash + 1);
    }
    if (safe_relative_path(path)) paths.emplace(path);
  }
  return paths;
}

Result<std::string> stopping_spec(std::string_view spec, const std::string& list, const std::string& target) {
  return insert_at_place(
      spec,
      {fmt::format(
          "while read -r kmesh; do if [ -f \"$kmesh\" ]; then cp --parents -- \"$kmesh\" {}; fi; done < {}",
          target, list)},
      {fmt::format(": > {}.reached", list), "exit 0"});
}

Result<TouchedFiles> read_prep_texts(Kit& kit, const Side& side, const std::string& package,
                                     const std::vector<std::string>& paths) {
  KMESH_LET(spec, unpack_source_package(kit, package, side));
  const std::string sources = side.path("rpmbuild/SOURCES");
  KMESH_LET(contents, look_through(kit, sources));
  if (contents.kernels.empty())
    return fail(
        fmt::format("{} holds no kernel: none of its sources has a kernel's Makefile", name_of(package)),
        "is it the kernel's source package?");
  KMESH_LET(text, kit.disk.read(spec));
  KMESH_LET(stopping, stopping_spec(text, side.inside("wanted"), side.inside("texts")));
  const std::string stop = side.path("rpmbuild/SPECS/stop.spec");
  KMESH_TRY(kit.disk.write(stop, stopping));
  KMESH_TRY(kit.disk.write(side.path("wanted"), fmt::format("{}\n", fmt::join(paths, "\n"))));

  std::set<std::string> wanted = contents.touched;
  wanted.insert(paths.begin(), paths.end());
  wanted.insert("Makefile");
  for (const auto& name : contents.kernels) {
    kit.status.doing(name);
    const std::string whole = join(sources, name);
    KMESH_TRY(kit.disk.rename(whole, side.path("whole-" + name)));
    KMESH_TRY(reduce_tarball(side.path("whole-" + name), whole, wanted));
  }
  kit.status.doing("the spec's own patches");
  KMESH_LET(reduced, run_prep(kit, side, stop));
  const std::string reached = side.path("wanted.reached");
  if (!reduced.ok() || !kit.disk.exists(reached)) {
    // a %prep that looks at other files needs all of them
    for (const auto& name : contents.kernels)
      KMESH_TRY(kit.disk.rename(side.path("whole-" + name), join(sources, name)));
    kit.status.doing("the spec's own patches, on the whole source");
    KMESH_LET(again, run_prep(kit, side, stop));
    if (!again.ok()) {
      const std::string at = failed_line(text, again.output);
      return run_failed(
          fmt::format("the spec's own %prep fails{}", at.empty() ? "" : fmt::format(" ({})", at)), again,
          side);
    }
    if (!kit.disk.exists(reached))
      return fail(
          "the spec's own %prep ends before it comes to where our patches would follow",
          fmt::format("it goes another way than its lines tell (an \"exit\", say); the whole log is {}",
                      side.log));
  }
  KMESH_LET(files, kept_touched(kit, paths, side.path("texts")));
  KMESH_TRY(kit.disk.remove_all(side.path("rpmbuild")));
  return std::move(files);
}

}  // namespace kmesh
