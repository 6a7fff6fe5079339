// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "kit/calls.h"
#include "kit/configs.h"
#include "kit/pipeline.h"
#include "verbs/call.h"
#include "verbs/verbs.h"

namespace kmesh {
namespace {

constexpr const char* kMade = "What is made";
constexpr const char* kHow = "How";

void add_source(Form& form, Options& options) {
  constexpr const char* kSource = "The source, one of";
  form.add_option("--baseline", options.baseline, "name in baselines.toml (default 5.10)")
      ->check(named("BASELINE"))
      ->type_name("NAME")
      ->group(kSource);
  auto* tarball = form.add_option("--tarball", options.tarball, "a kernel's source as a tarball")
                      ->check(named())
                      ->group(kSource);
  auto* tree = form.add_option("--tree", options.tree, "the same as a folder")
                   ->check(named("DIR"))
                   ->excludes(tarball)
                   ->group(kSource);
  auto* package = form.add_option("--srpm", options.package, "a distribution's source package")
                      ->check(named())
                      ->excludes(tarball)
                      ->excludes(tree)
                      ->group(kSource);
  auto* repository =
      form.add_option("--repo", options.repository, "the same from a repository: URL or .repo file")
          ->check(named())
          ->type_name("REPO")
          ->excludes(tarball)
          ->excludes(tree)
          ->excludes(package)
          ->group(kSource);
  form.add_option("--key", options.keys, "public key that signs the package; may be repeated")
      ->check(named())
      ->group(kSource);
  form.add_option("--sha256", options.sha256, "the tarball's checksum, from its publisher")
      ->type_name("HEX")
      ->needs(tarball)
      ->group(kRare);
  form.add_option("--package", options.package_name, "name of the repository's package (default kernel)")
      ->type_name("NAME")
      ->needs(repository)
      ->group(kRare);
}

}  // namespace

int build_verb(const Call& call) {
  Options options;
  std::string output = "rpm";
  std::string cc;
  bool json = false;
  Talk talk = Talk::kNormal;
  bool no_verify = false;
  bool no_sandbox = false;
  Form form("Builds and proves an enhanced kernel. Run again, it goes on where it stopped.",
            "kmesh-kernel build");
  add_source(form, options);
  form.add_option("--series", options.series, "folder of patches and their order, not the archive's")
      ->check(named("DIR"))
      ->group(kMade);
  form.add_option("--config", options.config, "slim (default), lean, debug, distro, or FILE")
      ->check(named(config_words()))
      ->type_name("CONFIG")
      ->excludes("--srpm")
      ->excludes("--repo")
      ->group(kMade);
  form.add_option("--output", output, "the packages (default rpm; those of a source package)")
      ->check(one_of({"rpm", "deb", "image"}))
      ->excludes("--srpm")
      ->excludes("--repo")
      ->group(kMade);
  form.add_option("--work", options.work, "work folder (default build/BASELINE)")
      ->check(named("DIR"))
      ->group(kHow);
  form.add_option("--jobs,-j", options.jobs, "processes at once (default: one a processor)")
      ->check(CLI::PositiveNumber)
      ->type_name("N")
      ->group(kHow);
  form.add_flag("--json", json, "the report as JSON on standard output")->group(kHow);
  add_talk(form, talk, kRare);
  form.add_option("--until", options.until,
                  fmt::format("stop after this stage: {}", fmt::join(stage_names(), ", ")))
      ->check(one_of(stage_names()))
      ->type_name("STAGE")
      ->group(kRare);
  form.add_option("--cc", cc, "the compiler and what stands before it, as in \"ccache distcc gcc\"")
      ->type_name("COMMAND")
      ->group(kRare);
  form.add_option("--signing-key", options.signing_key, "key and certificate that sign modules, PEM")
      ->check(named())
      ->group(kRare);
  form.add_flag("--install-deps", options.install_requirements,
                "have what a source package's spec wants installed (as root)")
      ->group(kRare);
  form.add_flag("--refresh", options.refresh, "ask the package archive again for its newest version")
      ->group(kRare);
  form.add_flag("--no-verify", no_verify, "take a source that nothing vouches for")->group(kRare);
  form.add_flag("--no-sandbox", no_sandbox, "run the spec and the makefiles with your own rights")
      ->group(kRare);
  form.words.about = {
      "Takes a distribution's kernel source, judges each patch on it, adds those that are needed, builds "
      "packages and the "
      "module kmesh.ko, and proves both in QEMU: every feature's probe must pass on the enhanced kernel, and "
      "must not pass "
      "on the kernel without the patch, which is built as the control.",
      "What was finished is kept in the work folder, and used again as long as nothing it was made of has "
      "changed. There is "
      "no option for going on: run the same command again.",
      "Without a source it is the baseline 5.10: Debian's linux-source package of that name, from the "
      "mirrors that the host "
      "itself uses. Nothing outside of the work folder changes, and the kernel is not installed."};
  form.words.examples = {"kmesh-kernel build --baseline 5.10 --work build/kernel"};
  form.words.files = {
      {"WORK/packages/", "the packages, SHA256SUMS and a manifest"},
      {"WORK/report.html",
       "what was built, from what, which patches went in and why; also report.txt and report.json"},
      {"WORK/logs/", "one log a stage, and the one before it as .old"}};
  if (const auto code = parse(form, call)) return *code;
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
      options.work, {json, talk}, [&](const Kit& kit) { return check_call(kit.disk, kit.data, options); },
      [&](Kit& kit) { return build(kit, options); },
      [&](const Report& report) {
        return Answer{json ? report_json(report) : report_screen(report, options.work), report.ok};
      });
}

}  // namespace kmesh
