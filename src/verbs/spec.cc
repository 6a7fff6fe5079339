// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "kit/spec_file.h"
#include "verbs/call.h"
#include "verbs/verbs.h"

namespace kmesh {

int spec_verb(const std::vector<std::string>& arguments) {
  SpecOptions options;
  options.work = "build/spec";
  std::string what;
  bool json = false;
  bool no_sandbox = false;
  CLI::App app(
      "Adds lines to a kernel.spec: patches applied strictly, the kABI check off. Or takes them back.",
      "kmesh-kernel spec");
  app.add_option("WHAT", what, "edit or undo")->check(one_of({"edit", "undo"}))->required();
  app.add_option("FILE", options.file, "the spec; it is changed where it lies")->check(named())->required();
  app.add_option("--patch", options.patches, "a patch, applied in the order given; may be repeated")
      ->check(named());
  app.add_option("--sources", options.sources,
                 "folder of the spec's sources (default: ../SOURCES, or the spec's own)")
      ->check(CLI::ExistingDirectory);
  app.add_option("--work", options.work, "folder for what rpm is asked (default build/spec)")->check(named());
  app.add_flag("--no-sandbox", no_sandbox,
               "let rpm parse the spec, which runs its %(...), with your own rights");
  app.add_flag("--json", json, "what was done as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel spec edit SPECS/kernel.spec --patch SOURCES/0001-fix.patch");
  if (const auto code = parse(app, arguments)) return *code;
  options.undo = what == "undo";
  options.sandbox = !no_sandbox;
  // a link to a spec stays one
  std::error_code error;
  const auto real = std::filesystem::canonical(options.file, error);
  options.file = error ? absolute(options.file) : real.string();
  for (auto& patch : options.patches) patch = absolute(patch);
  options.work = absolute(options.work);
  options.sources = absolute(options.sources);
  return work_in(
      options.work, json,
      [&](const Kit&) {
        return options.undo || !options.patches.empty()
                   ? Result<void>()
                   : wrong_call("which patches is the spec to apply?", "name each with --patch",
                                "kmesh-kernel spec edit FILE --patch PATCH");
      },
      [&](Kit& kit) { return change_spec_file(kit, options); },
      [&](const SpecReport& report) { return Answer{json ? spec_json(report) : spec_text(report)}; });
}

}  // namespace kmesh
