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

namespace {

// A work folder that was not there yet, or was empty: looking takes a lock and puts something there to try.
class NewFolder {
 public:
  explicit NewFolder(std::string folder) : folder_(std::move(folder)) {
    RealDisk disk;
    for (std::string path = folder_; !disk.exists(path); path = parent_of(path)) missing_.push_back(path);
    new_ = !missing_.empty() || disk.list(folder_).value_or(std::vector{folder_}).empty();
  }
  // Everything is taken away again, up to the first folder that somebody else uses by now.
  void leave(Disk& disk) const {
    if (!new_) return;
    for (const auto& name : {std::string(kTemporaries), std::string("lock")})
      if (!disk.remove_all(join(folder_, name))) return;
    for (const auto& path : missing_) {
      const auto names = disk.list(path);
      if (!names || !names->empty() || !disk.remove_all(path)) return;
    }
  }

 private:
  std::string folder_;
  std::vector<std::string> missing_;  // innermost first
  bool new_ = false;
};

}  // namespace

int doctor_verb(const Call& call) {
  Options options;
  options.work = "build/5.10";
  std::string output = "rpm";
  std::string cc;
  bool json = false;
  Talk talk = Talk::kNormal;
  Form form("Looks for what would make a build fail: on this host, and in a work folder's tree.",
            "kmesh-kernel doctor");
  form.add_option("--work", options.work, "work folder of the build (default build/5.10)")
      ->check(named("DIR"));
  form.add_option("--config", options.config, "what it is for, as with build (default slim)")
      ->check(named(config_words()))
      ->type_name("CONFIG");
  form.add_option("--output", output, "what is to be made (default rpm)")
      ->check(one_of({"rpm", "deb", "image"}));
  form.add_option("--cc", cc, "the compiler and what stands before it")->type_name("COMMAND");
  form.add_option("--jobs,-j", options.jobs, "processes at once (default: one a processor)")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  form.add_flag_callback(
      "--no-sandbox", [&options] { options.sandbox = false; }, "for a build without a sandbox");
  form.add_flag("--json", json, "the findings as JSON on standard output");
  add_talk(form, talk);
  form.words.about = {
      "Each check says what it found and, where a build would fail, what to do and a command to copy. The "
      "exit status is 1 if "
      "a build would fail. A build asks the same before it begins."};
  form.words.examples = {"kmesh-kernel doctor --config distro --work build/kernel"};
  if (const auto code = parse(form, call)) return *code;
  options.output = output_of(output);
  take_compiler(options, cc);
  if (named_config(options.config) == nullptr) options.config = absolute(options.config);
  options.work = absolute(options.work);
  const NewFolder before(options.work);
  return work_in(
      options.work, {json, talk}, [&](const Kit& kit) { return check_call(kit.disk, kit.data, options); },
      [&](Kit& kit) {
        auto findings = examine(kit, options);
        before.leave(kit.disk);
        return findings;
      },
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

int explain_verb(const Call& call) {
  std::string log;
  bool json = false;
  Form form("Reads the log of a kernel's build and says what went wrong.", "kmesh-kernel explain");
  form.add_option("LOG", log, "the log, of this program or of any other")->check(named())->required();
  form.add_flag("--json", json, "the answer as JSON on standard output");
  form.words.about = {
      "Finds the first error and looks it up in a table of known failures: the cause, what to do, and the "
      "stage that a build "
      "goes on with. The exit status is 1 where the table has no row for it; the line is shown then."};
  form.words.examples = {"kmesh-kernel explain build/kernel/logs/build.log"};
  if (const auto code = parse(form, call)) return *code;
  RealDisk disk;
  const auto text = disk.read(absolute(log));
  if (!text) return show(text.error(), json);
  const Explanation explanation = explain(*text);
  const bool explained = explanation.known || explanation.line == 0;
  const int code = answer(json ? explanation_json(explanation) : told(explanation_text(explanation)),
                          explained ? kDone : kFailed);
  if (explained) return code;
  return show(fail(fmt::format("the table of known failures has no row for the first error, line {}",
                               explanation.line),
                   "what is shown is where to look; docs/when-it-fails.md says how a row is added")
                  .value(),
              false);
}

}  // namespace kmesh
