// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "kit/spec_file.h"
#include "verbs/call.h"
#include "verbs/verbs.h"

namespace kmesh {

int spec_verb(const Call& call) {
  SpecOptions options;
  options.work = "build/spec";
  std::string what;
  bool json = false;
  bool no_sandbox = false;
  Form form(
      "Adds lines to a kernel.spec: patches, applied strictly, and the kABI check off. Or takes them back.",
      "kmesh-kernel spec");
  form.add_option("WHAT", what, "edit or undo")->check(one_of({"edit", "undo"}))->required();
  form.add_option("FILE", options.file, "the spec; it is changed where it lies")->check(named())->required();
  form.add_option("--patch", options.patches, "a patch, applied in the order given; repeatable")
      ->check(named());
  form.add_option("--sources", options.sources,
                  "folder of its sources (default ../SOURCES, or the spec's own)")
      ->check(CLI::ExistingDirectory);
  form.add_option("--work", options.work, "folder for what rpm is asked (default build/spec)")
      ->check(named("DIR"));
  form.add_flag("--no-sandbox", no_sandbox,
                "let rpm parse the spec, and run its %(...), with your own rights");
  form.add_flag("--json", json, "what was done as JSON on standard output");
  form.words.about = {
      "- edit: decides on the spec's text where the patches go, behind the spec's own, and has rpm check the "
      "result. What rpm "
      "and the text disagree on is refused, and the spec left as it was.",
      "- undo: takes every added line back; the spec is as it was, byte for byte."};
  form.words.examples = {"kmesh-kernel spec edit SPECS/kernel.spec --patch SOURCES/0001-fix.patch",
                         "kmesh-kernel spec undo SPECS/kernel.spec"};
  if (const auto code = parse(form, call)) return *code;
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
      options.work, {json},
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
