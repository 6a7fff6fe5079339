// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "kit/pipeline.h"
#include "verbs/call.h"
#include "verbs/verbs.h"

namespace kmesh {

int prove_verb(const Call& call) {
  ProveOptions options;
  options.work = "build/prove";
  auto timeout = static_cast<unsigned>(options.guest.timeout.count());
  bool json = false;
  Talk talk = Talk::kNormal;
  Form form("Boots an image in QEMU with the probes.", "kmesh-kernel prove");
  form.add_option("IMAGE", options.image, "a bzImage, or a folder with vmlinuz (and kmesh.ko) in it")
      ->check(named())
      ->required();
  form.add_option("--against", options.against, "the control: an image without what is to be proven")
      ->check(named())
      ->type_name("IMAGE");
  form.add_option("--module", options.module, "kmesh.ko for IMAGE (default: the one beside it)")
      ->check(named());
  form.add_option("--against-module", options.against_module, "kmesh.ko for the control")->check(named());
  form.add_option("--append", options.guest.append, "added to the guest's kernel command line")
      ->type_name("WORDS");
  form.add_option("--share", options.guest.share, "a folder that the guest sees, read-only, at /share")
      ->check(CLI::ExistingDirectory);
  form.add_flag("--icount", options.guest.icount,
                "the guest's clock counts instructions (emulated, one CPU)");
  form.add_option("--timeout", timeout, "seconds a guest may take (default 120)")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  form.add_option("--work", options.work, "folder for the logs (default build/prove)")->check(named("DIR"));
  form.add_flag("--json", json, "the result as JSON on standard output");
  add_talk(form, talk);
  form.words.about = {
      "One probe a feature runs in the guest. With a control every feature must pass on the image and must "
      "not pass on the "
      "control: a probe that passes on both proves nothing. KVM is used where it works, and emulation where "
      "it does not."};
  form.words.examples = {"kmesh-kernel prove build/kernel/enhanced --against build/kernel/baseline"};
  if (const auto code = parse(form, call)) return *code;
  for (auto* path : {&options.image, &options.against, &options.module, &options.against_module,
                     &options.work, &options.guest.share})
    *path = absolute(*path);
  options.guest.timeout = std::chrono::seconds(timeout);
  return work_in(
      options.work, {json, talk}, [](const Kit&) { return Result<void>(); },
      [&](Kit& kit) { return prove(kit, options); },
      [&](const Report& report) {
        return Answer{json ? report_json(report) : proof_text(report), report.ok};
      });
}

}  // namespace kmesh
