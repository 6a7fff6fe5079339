// SPDX-License-Identifier: Apache-2.0
#include "kit/adapting.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "kit/origin.h"
#include "kit/patch_folder.h"

namespace kmesh {
namespace {

using Json = nlohmann::ordered_json;

// The header of a patch that was made anew: another base, and no list of changed lines that no longer holds.
std::string new_header(const Patch& patch, const std::string& base) {
  std::istringstream lines(patch.header);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (line == "---") return text + "---\n";
    text += line.starts_with("Kmesh-Base:") ? fmt::format("Kmesh-Base: {}", base) : line;
    text += '\n';
  }
  return text;
}

// Its name in the new folder, which is flat, for that is what a build takes.
std::string file_of(const AdaptedPatch& adapted) {
  std::string file = adapted.patch.file;
  std::replace(file.begin(), file.end(), '/', '-');
  return file;
}

std::string series_text(const AdaptReport& report) {
  std::string text =
      fmt::format("# Linux {}, in the order in which they are applied (quilt, -p1).\n", report.version);
  std::string section = text;
  for (const auto& patch : report.adaptation.patches) {
    if (patch.patch.section != section && !patch.patch.section.empty())
      text += fmt::format("\n# {}\n", patch.patch.section);
    section = patch.patch.section;
    if (patch.outcome == Adapted::kDropped || patch.outcome == Adapted::kUndecided)
      text += fmt::format("# {} {}: {}\n", name_of(patch.outcome), file_of(patch), patch.why);
    else
      text += file_of(patch) + "\n";
  }
  return text;
}

// A baseline's name, or else a tree, a source package or a tarball.
Result<OpenSource> open_named(Kit& kit, Sources& sources, const std::vector<BaselineRow>& rows,
                              const std::string& name, const std::vector<std::string>& keys) {
  const bool row_named =
      std::any_of(rows.begin(), rows.end(), [&](const BaselineRow& row) { return row.name == name; });
  if (row_named || !kit.disk.exists(name)) {
    KMESH_LET(row, find_baseline(rows, name));
    return sources.baseline(row, keys);
  }
  KMESH_LET(info, kit.disk.info(name));
  if (info.directory) return sources.tree(name);
  return name.ends_with(".rpm") ? sources.package(name, keys) : sources.tarball(name, "");
}

Result<OpenSource> open_target(Kit& kit, Sources& sources, const std::vector<BaselineRow>& rows,
                               const AdaptOptions& options) {
  if (!options.package.empty()) return sources.package(options.package, options.keys);
  const std::string path = path_of_target(options);
  return open_named(kit, sources, rows, path.empty() ? options.baseline : path, options.keys);
}

// The folder the patches come from: the one named, or that of the baseline before.
Result<std::string> series_folder(const Kit& kit, const std::vector<BaselineRow>& rows,
                                  const AdaptOptions& options) {
  if (!options.series.empty()) return options.series;
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const BaselineRow& candidate) {
    return candidate.name == options.baseline;
  });
  // the rows with a series of its own stand in the order of their kernels; others share one
  const auto first =
      row == rows.end() ? row : std::find_if(rows.begin(), rows.end(), [&](const BaselineRow& candidate) {
        return candidate.series == row->series;
      });
  if (first == rows.end() || first == rows.begin())
    return wrong_call("the archive has no older series than that of this source",
                      "name the patches with --series DIR");
  return join(kit.data.kernel, "patches/" + (first - 1)->series);
}

// Each patch as its own source has it.
Result<std::vector<Written>> written_for(Kit& kit, Sources& sources, const std::vector<BaselineRow>& rows,
                                         const std::vector<Patch>& series, const AdaptOptions& options) {
  const std::string& from = options.from;
  const auto silent = std::find_if(series.begin(), series.end(),
                                   [&](const Patch& patch) { return patch.base.empty() && !patch.unread; });
  if (from.empty() && silent != series.end())
    return wrong_call(fmt::format("{} does not say what it was written for", silent->file),
                      "name that source with --from: a baseline, a tarball, a tree or a source package; or "
                      "write it into the patch, as Kmesh-Base: NAME");
  std::map<std::string, std::vector<Written>> by_base;
  std::vector<Written> all;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (series[i].unread) {
      all.emplace_back();
      continue;
    }
    const std::string base = from.empty() ? series[i].base : from;
    auto known = by_base.find(base);
    if (known == by_base.end()) {
      KMESH_LET(opened, open_named(kit, sources, rows, base, options.keys));
      known = by_base.emplace(base, as_written(series, opened.source.name, opened.files)).first;
    }
    all.push_back(known->second[i]);
  }
  return all;
}

Result<void> write_folder(Kit& kit, const AdaptReport& report, const std::string& from) {
  for (const auto& patch : report.adaptation.patches) {
    if (patch.outcome == Adapted::kDropped || patch.patch.unread) continue;
    const std::string file = join(report.output, file_of(patch));
    if (patch.diff.empty()) {
      KMESH_LET(text, kit.disk.read(join(from, patch.patch.file)));
      KMESH_TRY(kit.disk.write(file, text));
    } else {
      KMESH_TRY(kit.disk.write(file, new_header(patch.patch, report.target) + patch.diff));
    }
    for (const auto* texts : {&patch.conflicts, &patch.clean}) {
      for (const auto& [path, text] : *texts)
        KMESH_TRY(kit.disk.write(join(file + ".conflicts", path), text));
    }
  }
  // last: a folder without it was not finished
  return kit.disk.write(join(report.output, "series"), series_text(report));
}

// What was written is what was claimed.
Result<void> check_folder(Kit& kit, const AdaptReport& report, const TouchedFiles& files) {
  KMESH_LET(patches, read_patch_folder(kit.disk, report.output, Rules::kQuilt));
  const Plan plan = make_plan(patches, files);
  for (const auto& planned : plan.patches) {
    const bool exact = planned.verdict == Verdict::kNeeded && planned.moved() == 0;
    if (!exact)
      return fail(fmt::format("the adapted {} does not apply as it should ({})", planned.patch.file,
                              name_of(planned.verdict)),
                  "this is an error of the kit: please report it with the patch");
  }
  return {};
}

}  // namespace

Result<AdaptReport> adapt(Kit& kit, const AdaptOptions& options) {
  KMESH_LET(rows, read_baselines(kit.disk, kit.data));
  KMESH_LET(folder, series_folder(kit, rows, options));
  KMESH_LET(series, read_each_patch(kit.disk, folder));
  const auto unread = [](const Patch& patch) { return patch.unread.has_value(); };
  if (!series.empty() && std::all_of(series.begin(), series.end(), unread))
    return tl::make_unexpected(*series.front().unread);
  if (kit.disk.exists(options.output))
    return fail(fmt::format("{} is there already, and somebody may have worked in it", options.output),
                "move it away, or name another folder with --output");
  Sources sources(kit, rows, options.sources, paths_to_read(series));
  KMESH_LET(target, open_target(kit, sources, rows, options));
  KMESH_LET(written, written_for(kit, sources, rows, series, options));
  KMESH_LET(adaptation, adapt_series(series, written, target.source.name, target.files));
  AdaptReport report{target.source.name, target.source.version, options.output, source_options(options),
                     // what Kmesh-Base can name is a baseline; --from takes a path
                     path_of_target(options), std::move(adaptation)};
  KMESH_TRY(write_folder(kit, report, folder));
  if (std::any_of(report.adaptation.patches.begin(), report.adaptation.patches.end(),
                  [](const AdaptedPatch& patch) {
                    return patch.outcome != Adapted::kDropped && patch.outcome != Adapted::kUndecided;
                  }))
    KMESH_TRY(check_folder(kit, report, target.files));
  return report;
}

std::string path_of_target(const AdaptOptions& options) {
  if (!options.tree.empty()) return options.tree;
  return options.tarball.empty() ? options.package : options.tarball;
}

std::string source_options(const AdaptOptions& options) {
  const auto named = [&](std::string_view option, const std::string& value) {
    return value.empty() ? "" : fmt::format(" {} {}", option, value);
  };
  const bool package = !options.package.empty();
  const bool path = !path_of_target(options).empty();
  std::string text = named("--tree", options.tree) + named("--tarball", options.tarball) +
                     named("--srpm", options.package) + named("--baseline", path ? "" : options.baseline);
  for (const auto& key : options.keys) text += named("--key", key);
  if (!options.tree.empty() || (path && !options.sources.verify)) text += " --no-verify";
  if (package && !options.sources.sandbox) text += " --no-sandbox";
  return text.substr(1);
}

std::string adapt_text(const AdaptReport& report) {
  std::string text = fmt::format("{} patches for Linux {} ({})\n", report.adaptation.patches.size(),
                                 report.version, report.target);
  for (const auto& patch : report.adaptation.patches) {
    text +=
        fmt::format("  {:<10} {}\n             {}\n", name_of(patch.outcome), patch.patch.file, patch.why);
    if (patch.patch.unread) text += fmt::format("             {}\n", patch.patch.unread->hint);
    for (const auto& [path, unused] : patch.conflicts)
      text += fmt::format("             {}.conflicts/{}: with conflicts\n", file_of(patch), path);
    for (const auto& [path, unused] : patch.clean)
      text += fmt::format("             {}.conflicts/{}: merged\n", file_of(patch), path);
  }
  text += fmt::format("The new series: {}\n", report.output);
  if (report.adaptation.decided())
    text += fmt::format("Try it:  kmesh-kernel build {} --series {}\n", report.called, report.output);
  const bool renamed =
      std::any_of(report.adaptation.patches.begin(), report.adaptation.patches.end(),
                  [](const AdaptedPatch& patch) { return !patch.diff.empty() && !patch.patch.base.empty(); });
  if (renamed && !report.from.empty())
    text += fmt::format(
        "The new patches say Kmesh-Base: {}, which is no baseline: who adapts them further names this source "
        "with --from {}\n",
        report.target, report.from);
  return text;
}

std::string adapt_json(const AdaptReport& report) {
  Json json = {{"ok", report.adaptation.decided()},
               {"baseline", {{"name", report.target}, {"version", report.version}}},
               {"series", report.output},
               {"build", report.called},
               {"patches", Json::array()}};
  for (const auto& patch : report.adaptation.patches) {
    Json conflicts = Json::array();
    for (const auto& [path, unused] : patch.conflicts) conflicts.push_back(path);
    Json clean = Json::array();
    for (const auto& [path, unused] : patch.clean) clean.push_back(path);
    json["patches"].push_back({{"file", patch.patch.file},
                               {"feature", patch.patch.feature},
                               {"verdict", patch.patch.unread ? "not judged" : name_of(patch.verdict)},
                               {"outcome", name_of(patch.outcome)},
                               {"why", patch.why},
                               {"conflicts", std::move(conflicts)},
                               {"merged", std::move(clean)}});
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kmesh
