// SPDX-License-Identifier: Apache-2.0
#include "kit/kabi.h"

#include <fmt/format.h>

#include "kit/kabi_side.h"
#include "kit/patch_folder.h"
#include "kit/tools.h"

namespace kmesh {
namespace {

Result<Side> work_side(Kit& kit, const std::string& work, bool sandbox) {
  const std::string cache = join(work, "ccache");
  for (const auto& folder : {join(work, "home"), cache}) KMESH_TRY(kit.disk.make_dirs(folder));
  return Side{"kabi", work, join(work, "log"), Sandbox(sandbox, work, cache)};
}

// Why the types of both sides cannot be compared, as far as files tell; empty: they can.
std::string no_types(const KabiReport& report) {
  std::string sides;
  if (report.old.vmlinux.empty()) sides = "the old side";
  if (report.now.vmlinux.empty()) sides += sides.empty() ? "the new side" : " and the new side";
  return sides.empty() ? "" : fmt::format("there is no vmlinux of {}", sides);
}

Result<void> compare_types(Kit& kit, const Side& side, KabiReport& report) {
  report.types_unknown = no_types(report);
  if (report.types_unknown.empty() && kit.processes.find("bpftool").empty())
    report.types_unknown = "bpftool is not installed (apt-get install bpftool)";
  if (!report.types_unknown.empty()) return {};
  kit.status.doing("reading the types of the old kernel");
  KMESH_LET(old, read_btf(kit, side, report.old.vmlinux));
  kit.status.doing("reading the types of the new kernel");
  KMESH_LET(now, read_btf(kit, side, report.now.vmlinux));
  if (!old || !now) {
    report.types_unknown =
        fmt::format("{} has neither BTF nor DWARF", old ? report.now.vmlinux : report.old.vmlinux);
    return {};
  }
  kit.status.doing("comparing types");
  report.types_compared = true;
  report.types = diff_types(*old, *now);
  std::vector<std::string> functions;
  for (const auto& change : report.symbols.changed) functions.push_back(change.now.name);
  report.functions = reach_types(*old, *now, report.types, functions);
  return {};
}

Result<std::string> run_abidiff(Kit& kit, const Side& side, const KabiReport& report) {
  if (const std::string why = no_types(report); !why.empty())
    return fail("abidiff compares the types of two vmlinux: " + why,
                "name the files with --old-vmlinux and --new-vmlinux");
  if (kit.processes.find("abidiff").empty())
    return fail("abidiff is not installed", "install it, or leave --abidiff out",
                "apt-get install abigail-tools");
  kit.status.doing("abidiff is comparing; that takes minutes");
  const std::string old = side.path("old-vmlinux");
  const std::string now = side.path("new-vmlinux");
  KMESH_TRY(kit.disk.copy(report.old.vmlinux, old));
  KMESH_TRY(kit.disk.copy(report.now.vmlinux, now));
  Command command;
  command.argv = {"abidiff", "--leaf-changes-only", side.sandbox.inside(old), side.sandbox.inside(now)};
  command.keep_output = true;
  const auto exit = kit.processes.run(side.sandbox.wrap(std::move(command)));
  KMESH_TRY(kit.disk.remove_all(old));
  KMESH_TRY(kit.disk.remove_all(now));
  if (!exit) return tl::make_unexpected(exit.error());
  // bit by bit: 1 an error, 2 a wrong call, 4 and 8 say what kind of change there is
  if (exit->timed_out || (exit->code & 3) != 0 || exit->code > 15)
    return program_failed("abidiff cannot compare the two", "leave --abidiff out", *exit);
  const std::string file = side.path("abidiff.txt");
  KMESH_TRY(kit.disk.write(file, exit->output));
  return file;
}

// The two sides and what differs between their symbols.
Result<KabiReport> compare_sides(Kit& kit, const std::string& old, const std::string& now,
                                 Symvers& old_symbols, Symvers& new_symbols) {
  KMESH_LET(before, find_kabi_side(kit, old));
  KMESH_LET(after, find_kabi_side(kit, now));
  KabiReport report;
  report.old = before.source;
  report.now = after.source;
  report.symbols = compare_symvers(before.symbols, after.symbols);
  old_symbols = std::move(before.symbols);
  new_symbols = std::move(after.symbols);
  return report;
}

// What the answer depends on: both lists of symbols, whether there are types, and the patches.
Result<std::string> fingerprint(Kit& kit, const KabiReport& report,
                                const std::vector<const PlannedPatch*>& patches) {
  std::string text = "1\n";
  for (const auto* source : {&report.old, &report.now}) {
    KMESH_LET(hash, kit.disk.sha256(source->symvers));
    text += hash;
    if (!source->vmlinux.empty()) {
      KMESH_LET(info, kit.disk.info(source->vmlinux));
      text += fmt::format(" {} {}", info.bytes, info.mtime_ns);
    }
    text += "\n";
  }
  for (const auto* planned : patches)
    text += fmt::format("{} {}\n", planned->patch.sha256, planned->patch.file);
  return sha256_text(text);
}

Result<KabiSummary> summarize(Kit& kit, const std::string& old, const std::string& now,
                              const std::string& work, bool sandbox,
                              const std::vector<const PlannedPatch*>& patches) {
  Symvers old_symbols;
  Symvers new_symbols;
  KMESH_LET(report, compare_sides(kit, old, now, old_symbols, new_symbols));
  KMESH_LET(key, fingerprint(kit, report, patches));
  const std::string kept = join(work, key + ".json");
  if (kit.disk.exists(kept)) {
    KMESH_LET(text, kit.disk.read(kept));
    if (auto summary = parse_summary(text)) return summary;
  }
  KMESH_TRY(kit.disk.remove_all(work));
  KMESH_LET(side, work_side(kit, work, sandbox));
  if (report.symbols.comparable() && !report.symbols.nothing()) {
    // symbols are worth telling without their types
    if (const auto compared = compare_types(kit, side, report); !compared)
      report.types_unknown = compared.error().what;
  }
  std::vector<Patch> series;
  for (const auto* planned : patches) series.push_back(planned->patch);
  explain(report, series);
  KabiSummary summary = summary_of(report);
  KMESH_TRY(kit.disk.write(kept, summary_json(summary)));
  return summary;
}

}  // namespace

Result<KabiReport> compare_kabi(Kit& kit, const KabiOptions& options) {
  if (options.sandbox) KMESH_TRY(check_sandbox(kit));
  kit.status.begin("kabi");
  Symvers old_symbols;
  Symvers new_symbols;
  KMESH_LET(report, compare_sides(kit, options.old, options.now, old_symbols, new_symbols));
  for (const auto* file : {&options.old_vmlinux, &options.new_vmlinux}) {
    if (!file->empty() && !kit.disk.exists(*file)) return wrong_call(fmt::format("there is no {}", *file));
  }
  if (!options.old_vmlinux.empty()) report.old.vmlinux = options.old_vmlinux;
  if (!options.new_vmlinux.empty()) report.now.vmlinux = options.new_vmlinux;
  KMESH_LET(side, work_side(kit, options.work, options.sandbox));
  std::vector<Patch> patches;
  if (!options.series.empty()) {
    KMESH_LET(read, read_patch_folder(kit.disk, options.series, Rules::kQuilt));
    patches = std::move(read);
  }
  for (const auto& module : options.modules) {
    KMESH_LET(used, read_module_versions(kit, side, module));
    report.modules.push_back(judge_module(module, used, old_symbols, new_symbols));
  }
  const bool named = !options.old_vmlinux.empty() || !options.new_vmlinux.empty();
  // where nothing differs there is nothing to explain
  if (named || !report.symbols.nothing() || !report.symbols.comparable())
    KMESH_TRY(compare_types(kit, side, report));
  if (named && !report.types_compared)
    return fail("types cannot be compared: " + report.types_unknown,
                "name a vmlinux of each side, with BTF or debug information in it");
  if (!options.series.empty()) explain(report, patches);
  if (options.abidiff) {
    KMESH_LET(file, run_abidiff(kit, side, report));
    report.abidiff = file;
  }
  kit.status.end("done");
  return report;
}

KabiSummary kabi_summary(Kit& kit, const std::string& old, const std::string& now, const std::string& work,
                         bool sandbox, const std::vector<const PlannedPatch*>& patches) {
  kit.status.begin("kabi");
  auto summary = summarize(kit, old, now, work, sandbox, patches);
  if (summary) return std::move(*summary);
  KabiSummary none;
  none.note = "not told: " + summary.error().what;
  return none;
}

}  // namespace kmesh
