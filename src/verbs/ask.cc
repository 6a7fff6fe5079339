// SPDX-License-Identifier: Apache-2.0
// plan and adapt: they ask sources about patches and build nothing.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "kit/adapting.h"
#include "kit/calls.h"
#include "kit/planning.h"
#include "verbs/call.h"
#include "verbs/verbs.h"

namespace kmesh {
namespace {

// What the verbs have in common that ask sources and build nothing.
void add_source_options(CLI::App& app, SourceOptions& sources) {
  sources.work = "build/plan";
  app.add_option("--work", sources.work, "folder for what is fetched and read (default build/plan)")
      ->check(named());
  app.add_flag("--refresh", sources.refresh, "ask the package archive again for its newest version");
  app.add_flag_callback(
      "--no-verify", [&sources] { sources.verify = false; }, "take a source that nothing vouches for");
  app.add_flag_callback(
      "--no-sandbox", [&sources] { sources.sandbox = false; },
      "run a source package's spec with your own rights");
}

// Of patches that could not be judged the first is said on standard error; the answer has them all.
Answer say_planned(const Matrix& matrix, std::string text) {
  const std::size_t unread = matrix.unread();
  Answer said{std::move(text), unread == 0};
  const auto first = std::find_if(matrix.rows.begin(), matrix.rows.end(),
                                  [](const MatrixRow& row) { return row.unread.has_value(); });
  if (first == matrix.rows.end()) return said;
  said.error = *first->unread;
  said.error.what = fmt::format("{} of {} patches could not be judged{}: {}", unread, matrix.rows.size(),
                                unread == 1 ? "" : ", the first", said.error.what);
  return said;
}

Answer say_adapted(const AdaptReport& report, bool json) {
  Answer said{json ? adapt_json(report) : adapt_text(report), report.adaptation.decided()};
  if (!said.ok)
    said.error =
        fail("not every patch could be adapted; a person must decide",
             fmt::format("{}, and take the # from its line in the series",
                         report.adaptation.has_files()
                             ? "resolve what lies in *.conflicts/, make the patch of it"
                             : "make the patch anew for this source; the reasons stand in the series"),
             fmt::format("grep -n '^# undecided' {}/series", report.output))
            .value();
  return said;
}

}  // namespace

int plan_verb(const std::vector<std::string>& arguments) {
  PlanOptions options;
  bool json = false;
  bool verbose = false;
  CLI::App app("Judges every patch of the archive, or of a folder of yours, on every source named.",
               "kmesh-kernel plan");
  app.add_option("--baseline", options.baselines, "name in baselines.toml (default 5.10); may be repeated");
  auto* tarball =
      app.add_option("--tarball", options.tarballs, "a kernel's source as a tarball; may be repeated")
          ->check(named());
  app.add_option("--sha256", options.sha256, "checksums of the tarballs, in their order")->needs(tarball);
  app.add_option("--srpm", options.packages, "a kernel's source package; may be repeated")->check(named());
  app.add_option("--key", options.keys, "file with a public key that signs source packages; may be repeated")
      ->check(named());
  auto* tree = app.add_option("--tree", options.trees, "a kernel's source as a folder; may be repeated")
                   ->check(named());
  app.add_option("--revision", options.revisions,
                 "tag or commit of the git repository at --tree; may be repeated")
      ->needs(tree);
  app.add_option("--series", options.series, "folder of patches, with a series file or taken by name")
      ->check(named());
  add_source_options(app, options.sources);
  app.add_flag("--verbose", verbose, "a line for every hunk");
  app.add_flag("--json", json, "the matrix as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel plan --baseline 5.10 --baseline 6.1 --baseline 6.12");
  if (const auto code = parse(app, arguments)) return *code;
  for (auto* paths : {&options.tarballs, &options.trees, &options.packages, &options.keys}) {
    for (auto& path : *paths) path = absolute(path);
  }
  for (auto* path : {&options.series, &options.sources.work}) *path = absolute(*path);
  for (auto& sum : options.sha256) sum = lower(sum);
  return work_in(
      options.sources.work, json,
      [&](const Kit& kit) { return check_plan_call(kit.disk, kit.data, options); },
      [&](Kit& kit) { return plan_sources(kit, options); },
      [&](const Matrix& matrix) {
        return say_planned(matrix, json ? matrix_json(matrix)
                                        : matrix_text(matrix, verbose ? Hunks::kEach : Hunks::kNotable));
      });
}

int adapt_verb(const std::vector<std::string>& arguments) {
  AdaptOptions options;
  bool json = false;
  CLI::App app("Carries a series to another source, as a new folder of patches.", "kmesh-kernel adapt");
  auto* baseline =
      app.add_option("--baseline", options.baseline, "the source to adapt to: name in baselines.toml");
  auto* tarball =
      app.add_option("--tarball", options.tarball, "the same: a tarball")->check(named())->excludes(baseline);
  auto* tree = app.add_option("--tree", options.tree, "the same: a folder")
                   ->check(named())
                   ->excludes(baseline)
                   ->excludes(tarball);
  app.add_option("--srpm", options.package, "the same: a source package, as its own patches leave it")
      ->check(named())
      ->excludes(baseline)
      ->excludes(tarball)
      ->excludes(tree);
  app.add_option("--key", options.keys, "file with a public key that signs source packages; may be repeated")
      ->check(named());
  app.add_option("--series", options.series, "the patches (default: the archive's for the baseline before)")
      ->check(named());
  app.add_option("--from", options.from,
                 "the source they were written for, name or path (default: Kmesh-Base)")
      ->check(named());
  app.add_option("--output", options.output, "the new folder (default WORK/series-NAME)")->check(named());
  add_source_options(app, options.sources);
  app.add_flag("--json", json, "what was done as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel adapt --baseline 6.12 --output build/6.12-series");
  if (const auto code = parse(app, arguments)) return *code;
  const std::string name = path_of_target(options);
  if (options.output.empty())
    options.output =
        join(options.sources.work, "series-" + (name.empty() ? options.baseline : name_of(name)));
  for (auto* path : {&options.tarball, &options.tree, &options.package, &options.series, &options.output,
                     &options.sources.work})
    *path = absolute(*path);
  for (auto& key : options.keys) key = absolute(key);
  return work_in(
      options.sources.work, json,
      [&](const Kit& kit) { return check_adapt_call(kit.disk, kit.data, options); },
      [&](Kit& kit) { return adapt(kit, options); },
      [&](const AdaptReport& report) { return say_adapted(report, json); });
}

}  // namespace kmesh
