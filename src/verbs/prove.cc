// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "kit/pipeline.h"
#include "verbs/call.h"
#include "verbs/verbs.h"

namespace kmesh {

int prove_verb(const std::vector<std::string>& arguments) {
  ProveOptions options;
  options.work = "build/prove";
  auto timeout = static_cast<unsigned>(options.guest.timeout.count());
  bool json = false;
  CLI::App app("Boots an image in QEMU with the probes.", "kmesh-kernel prove");
  app.add_option("IMAGE", options.image, "a bzImage, or a folder with vmlinuz (and kmesh.ko) in it")
      ->check(named())
      ->required();
  app.add_option("--against", options.against, "the control: an image without what is to be proven")
      ->check(named());
  app.add_option("--module", options.module, "kmesh.ko for IMAGE (default: the one beside it)")
      ->check(named());
  app.add_option("--against-module", options.against_module, "kmesh.ko for the control")->check(named());
  app.add_option("--append", options.guest.append, "added to the guest's kernel command line");
  app.add_option("--share", options.guest.share, "a folder that the guest sees, read-only, at /share")
      ->check(CLI::ExistingDirectory);
  app.add_flag("--icount", options.guest.icount, "the guest's clock counts instructions (emulated, one CPU)");
  app.add_option("--timeout", timeout, "seconds a guest may take (default 120)")->check(CLI::PositiveNumber);
  app.add_option("--work", options.work, "folder for the logs (default build/prove)")->check(named());
  app.add_flag("--json", json, "the result as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel prove build/kernel/enhanced --against build/kernel/baseline");
  if (const auto code = parse(app, arguments)) return *code;
  for (auto* path : {&options.image, &options.against, &options.module, &options.against_module,
                     &options.work, &options.guest.share})
    *path = absolute(*path);
  options.guest.timeout = std::chrono::seconds(timeout);
  return work_in(
      options.work, json, [](const Kit&) { return Result<void>(); },
      [&](Kit& kit) { return prove(kit, options); },
      [&](const Report& report) {
        return Answer{json ? report_json(report) : proof_text(report), report.ok};
      });
}

}  // namespace kmesh
