// SPDX-License-Identifier: Apache-2.0
// doctor and explain: they look at a host and at a log, and change nothing.
#include <fmt/format.h>

#include "kit/calls.h"
#include "kit/configs.h"
#include "kit/doctor.h"
#include "kit/explain.h"
#include "verbs/call.h"
#include "verbs/verbs.h"

namespace kmesh {

int doctor_verb(const std::vector<std::string>& arguments) {
  Options options;
  options.work = "build/5.10";
  std::string output = "rpm";
  std::string cc;
  bool json = false;
  CLI::App app(
      "Looks for what would make a build fail: on this host, and in the tree that a work folder has.",
      "kmesh-kernel doctor");
  app.add_option("--work", options.work, "work folder of the build (default build/5.10)")->check(named());
  app.add_option("--config", options.config, "the configuration it is for, as with build (default slim)")
      ->check(named());
  app.add_option("--output", output, "what is to be made (default rpm)")
      ->check(one_of({"rpm", "deb", "image"}));
  app.add_option("--cc", cc, "the compiler and what stands before it");
  app.add_option("--jobs,-j", options.jobs, "processes at once (default: one a processor)")
      ->check(CLI::PositiveNumber);
  app.add_flag_callback(
      "--no-sandbox", [&options] { options.sandbox = false; }, "for a build without a sandbox");
  app.add_flag("--json", json, "the findings as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel doctor --config distro --work build/kernel");
  if (const auto code = parse(app, arguments)) return *code;
  options.output = output_of(output);
  take_compiler(options, cc);
  if (named_config(options.config) == nullptr) options.config = absolute(options.config);
  options.work = absolute(options.work);
  return work_in(
      options.work, json, [&](const Kit& kit) { return check_call(kit.disk, kit.data, options); },
      [&](Kit& kit) { return examine(kit, options); },
      [&](const std::vector<Finding>& findings) {
        Answer said{json ? findings_json(findings) : findings_text(findings)};
        std::vector<std::string> failed;
        for (const auto& finding : findings)
          if (finding.grade == Grade::kFailure) failed.push_back(finding.check);
        said.ok = failed.empty();
        if (!said.ok)
          said.error = fail(fmt::format("a build would fail: {}", fmt::join(failed, ", ")),
                            "what to do about each is said above")
                           .value();
        return said;
      });
}

int explain_verb(const std::vector<std::string>& arguments) {
  std::string log;
  bool json = false;
  CLI::App app("Reads the log of a kernel's build and says what went wrong.", "kmesh-kernel explain");
  app.add_option("LOG", log, "the log, of this program or of any other")->check(named())->required();
  app.add_flag("--json", json, "the answer as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel explain build/kernel/logs/build.log");
  if (const auto code = parse(app, arguments)) return *code;
  RealDisk disk;
  const auto text = disk.read(absolute(log));
  if (!text) return show(text.error(), json);
  const Explanation explanation = explain(*text);
  const bool explained = explanation.known || explanation.line == 0;
  const int code = answer(json ? explanation_json(explanation) : plain(explanation_text(explanation)),
                          explained ? kDone : kFailed);
  if (explained) return code;
  return show(fail(fmt::format("the table of known failures has no row for the first error, line {}",
                               explanation.line),
                   "what is shown is where to look; docs/when-it-fails.md says how a row is added")
                  .value(),
              false);
}

}  // namespace kmesh
