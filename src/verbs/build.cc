// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "kit/calls.h"
#include "kit/configs.h"
#include "kit/pipeline.h"
#include "verbs/call.h"
#include "verbs/verbs.h"

namespace kmesh {

int build_verb(const std::vector<std::string>& arguments) {
  Options options;
  std::string output = "rpm";
  std::string cc;
  bool json = false;
  bool no_verify = false;
  bool no_sandbox = false;
  CLI::App app("Builds and proves an enhanced kernel; run again, it goes on where it stopped.",
               "kmesh-kernel build");
  app.add_option("--baseline", options.baseline, "name in baselines.toml (default 5.10)");
  auto* tarball =
      app.add_option("--tarball", options.tarball, "a kernel's source as a tarball")->check(named());
  app.add_option("--tree", options.tree, "a kernel's source as a folder")->check(named())->excludes(tarball);
  app.add_option("--sha256", options.sha256, "the tarball's checksum, from its publisher")->needs(tarball);
  auto* package = app.add_option("--srpm", options.package, "a distribution's kernel source package")
                      ->check(named())
                      ->excludes(tarball)
                      ->excludes("--tree");
  auto* repository =
      app.add_option("--repo", options.repository, "the same from a repository: its URL, or a .repo file")
          ->check(named())
          ->excludes(tarball)
          ->excludes("--tree")
          ->excludes(package);
  app.add_option("--package", options.package_name, "name of the repository's package (default kernel)")
      ->needs(repository);
  app.add_option("--key", options.keys, "file with the public key that signs the package; may be repeated")
      ->check(named());
  app.add_option("--series", options.series,
                 "folder with a series file and patches, instead of the archive's")
      ->check(named());
  app.add_option("--config", options.config,
                 "slim (default), lean, debug (watches itself), distro (Debian's), FILE")
      ->check(named())
      ->excludes(package)
      ->excludes(repository);
  app.add_option("--output", output, "what is made (default rpm; a source package makes its own)")
      ->check(one_of({"rpm", "deb", "image"}))
      ->excludes(package)
      ->excludes(repository);
  app.add_option("--work", options.work, "work folder (default build/BASELINE)")->check(named());
  app.add_option("--until", options.until, "stop after this stage")->check(one_of(stage_names()));
  app.add_option("--cc", cc, "the compiler and what stands before it, as in \"ccache distcc gcc\"");
  app.add_option("--signing-key", options.signing_key,
                 "PEM file with the key and certificate that sign modules")
      ->check(named());
  app.add_option("--jobs,-j", options.jobs, "processes at once (default: one a processor)")
      ->check(CLI::PositiveNumber);
  app.add_flag("--install-deps", options.install_requirements,
               "have what a source package's spec wants installed (as root)");
  app.add_flag("--refresh", options.refresh, "ask the package archive again for its newest version");
  app.add_flag("--no-verify", no_verify, "take a source that nothing vouches for");
  app.add_flag("--no-sandbox", no_sandbox, "run the spec and the makefiles with your own rights");
  app.add_flag("--json", json, "the report as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel build --baseline 5.10 --work build/kernel");
  if (const auto code = parse(app, arguments)) return *code;
  options.output = output_of(output);
  options.verify = !no_verify;
  options.sandbox = !no_sandbox;
  for (auto* path :
       {&options.tarball, &options.tree, &options.package, &options.series, &options.signing_key})
    *path = absolute(*path);
  for (auto& key : options.keys) key = absolute(key);
  take_compiler(options, cc);
  if (options.package_name.empty()) options.package_name = "kernel";
  if (!options.repository.empty() && options.repository.find("://") == std::string::npos)
    options.repository = absolute(options.repository);
  if (named_config(options.config) == nullptr) options.config = absolute(options.config);
  if (options.work.empty()) options.work = "build/" + (options.baseline.empty() ? "5.10" : options.baseline);
  options.work = absolute(options.work);
  options.sha256 = lower(options.sha256);

  return work_in(
      options.work, json, [&](const Kit& kit) { return check_call(kit.disk, kit.data, options); },
      [&](Kit& kit) { return build(kit, options); },
      [&](const Report& report) {
        return Answer{json ? report_json(report) : report_screen(report, options.work), report.ok};
      });
}

}  // namespace kmesh
