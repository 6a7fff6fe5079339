// SPDX-License-Identifier: Apache-2.0
#include "kit/kabi.h"

#include "verbs/call.h"
#include "verbs/verbs.h"

namespace kmesh {

int kabi_verb(const Call& call) {
  KabiOptions options;
  options.work = "build/kabi";
  bool json = false;
  Talk talk = Talk::kNormal;
  bool no_sandbox = false;
  Form form("What changed for modules between two kernels: symbols, types, and the patch that did it.",
            "kmesh-kernel kabi");
  form.add_option("OLD", options.old, "Module.symvers, a kernel-devel RPM, or a folder with one")
      ->check(named())
      ->required();
  form.add_option("NEW", options.now, "the same of the other kernel")->check(named())->required();
  form.add_option("--old-vmlinux", options.old_vmlinux, "with BTF or DWARF (default: beside Module.symvers)")
      ->check(named());
  form.add_option("--new-vmlinux", options.new_vmlinux, "the same of the other kernel")->check(named());
  form.add_option("--series", options.series, "folder of the patches between the two")->check(named("DIR"));
  form.add_option("--module", options.modules, "a built .ko: does it go on loading? repeatable")
      ->check(named());
  form.add_flag("--abidiff", options.abidiff, "keep what abidiff says of the two, too; takes minutes");
  form.add_option("--work", options.work, "folder for what is read (default build/kabi)")
      ->check(named("DIR"));
  form.add_flag("--no-sandbox", no_sandbox,
                "let bpftool, pahole, kmod and abidiff read with your own rights");
  form.add_flag("--json", json, "all of it as JSON on standard output");
  add_talk(form, talk);
  form.words.about = {
      "Compares the checksums that the kernels' exported symbols have, finds the types behind those that "
      "changed in BTF or "
      "DWARF, and names the patch of the series that touches each. Of modules it says whether they go on "
      "loading."};
  form.words.examples = {"kmesh-kernel kabi build/kernel/baseline build/kernel/enhanced"};
  if (const auto code = parse(form, call)) return *code;
  options.sandbox = !no_sandbox;
  for (auto* path : {&options.old, &options.now, &options.old_vmlinux, &options.new_vmlinux, &options.series,
                     &options.work})
    *path = absolute(*path);
  for (auto& module : options.modules) module = absolute(module);
  return work_in(
      options.work, {json, talk}, [](const Kit&) { return Result<void>(); },
      [&](Kit& kit) { return compare_kabi(kit, options); },
      [&](const KabiReport& report) { return Answer{json ? kabi_json(report) : kabi_text(report)}; });
}

}  // namespace kmesh
