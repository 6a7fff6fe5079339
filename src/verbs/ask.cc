// SPDX-License-Identifier: Apache-2.0
// plan and adapt: they ask sources about patches and build nothing.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "kit/adapting.h"
#include "kit/calls.h"
#include "kit/matrix_html.h"
#include "kit/planning.h"
#include "verbs/call.h"
#include "verbs/verbs.h"

namespace kmesh {
namespace {

// What the verbs have in common that ask sources and build nothing.
void add_source_options(Form& form, SourceOptions& sources) {
  sources.work = "build/plan";
  form.add_option("--work", sources.work, "folder for what is fetched and read (default build/plan)")
      ->check(named("DIR"));
  form.add_flag("--refresh", sources.refresh, "ask the package archive again for its newest version");
  form.add_flag_callback(
      "--no-verify", [&sources] { sources.verify = false; }, "take a source that nothing vouches for");
  form.add_flag_callback(
      "--no-sandbox", [&sources] { sources.sandbox = false; }, "run a package's spec with your own rights");
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

int plan_verb(const Call& call) {
  PlanOptions options;
  std::string html;
  bool json = false;
  Talk talk = Talk::kNormal;
  bool verbose = false;
  Form form("Judges each patch of the archive, or of yours, on every source named.", "kmesh-kernel plan");
  form.add_option("--baseline", options.baselines, "name in baselines.toml (default 5.10); repeatable")
      ->check(named("BASELINE"))
      ->type_name("NAME");
  auto* tarball = form.add_option("--tarball", options.tarballs, "a kernel's source as a tarball; repeatable")
                      ->check(named());
  form.add_option("--sha256", options.sha256, "checksums of the tarballs, in their order")
      ->type_name("HEX")
      ->needs(tarball);
  form.add_option("--srpm", options.packages, "a kernel's source package; repeatable")->check(named());
  form.add_option("--key", options.keys, "public key that signs source packages; repeatable")->check(named());
  auto* tree = form.add_option("--tree", options.trees, "a kernel's source as a folder; repeatable")
                   ->check(named("DIR"));
  form.add_option("--revision", options.revisions, "tag or commit of the git tree; repeatable")
      ->type_name("REV")
      ->needs(tree);
  form.add_option("--series", options.series, "folder of patches, with a series file or by name")
      ->check(named("DIR"));
  add_source_options(form, options.sources);
  form.add_flag("--verbose,-v", verbose, "a line for every hunk");
  form.add_option("--html", html, "the matrix as a page to look at, into FILE")->check(named());
  form.add_flag("--json", json, "the matrix as JSON on standard output");
  add_quiet(form, talk);
  form.words.about = {
      "Only the files that a patch touches are read. Of each patch and source one verdict is said, with the "
      "hunks, lines and "
      "offsets behind it; nothing is built. Verdicts: needed, it applies; present, the same change is there; "
      "equivalent, the "
      "feature is there by another change; partial, some hunks are there; blocked, by an earlier patch of "
      "the series; "
      "conflict.",
      "A verdict is cumulative: a patch is judged on the source as those before it in the series leave it. "
      "The exit status "
      "is 0 whatever the verdicts are, and 1 where a patch could not be judged at all."};
  form.words.examples = {"kmesh-kernel plan --baseline 5.10 --baseline 6.1 --baseline 6.12"};
  form.words.files = {{"WORK/", "what was fetched, and what was read of it, for the next call"}};
  if (const auto code = parse(form, call)) return *code;
  for (auto* paths : {&options.tarballs, &options.trees, &options.packages, &options.keys}) {
    for (auto& path : *paths) path = absolute(path);
  }
  for (auto* path : {&options.series, &options.sources.work, &html}) *path = absolute(*path);
  for (auto& sum : options.sha256) sum = lower(sum);
  return work_in(
      options.sources.work, {json, talk},
      [&](const Kit& kit) { return check_plan_call(kit.disk, kit.data, options); },
      [&](Kit& kit) -> Result<Matrix> {
        KMESH_LET(matrix, plan_sources(kit, options));
        if (!html.empty()) KMESH_TRY(kit.disk.write(html, matrix_html(matrix)));
        return matrix;
      },
      [&](const Matrix& matrix) {
        return say_planned(matrix, json ? matrix_json(matrix)
                                        : matrix_text(matrix, verbose ? Hunks::kEach : Hunks::kNotable));
      });
}

int adapt_verb(const Call& call) {
  AdaptOptions options;
  bool json = false;
  Talk talk = Talk::kNormal;
  Form form("Carries a series to another source, as a new folder of patches.", "kmesh-kernel adapt");
  auto* baseline =
      form.add_option("--baseline", options.baseline, "the source to adapt to: name in baselines.toml")
          ->check(named("BASELINE"))
          ->type_name("NAME");
  auto* tarball = form.add_option("--tarball", options.tarball, "the same: a tarball")
                      ->check(named())
                      ->excludes(baseline);
  auto* tree = form.add_option("--tree", options.tree, "the same: a folder")
                   ->check(named("DIR"))
                   ->excludes(baseline)
                   ->excludes(tarball);
  form.add_option("--srpm", options.package, "the same: a package, as its own patches leave it")
      ->check(named())
      ->excludes(baseline)
      ->excludes(tarball)
      ->excludes(tree);
  form.add_option("--key", options.keys, "public key that signs source packages; repeatable")->check(named());
  form.add_option("--series", options.series, "the patches (default: the archive's, of the baseline before)")
      ->check(named("DIR"));
  form.add_option("--from", options.from, "what they were written for (default: Kmesh-Base)")
      ->check(named("BASELINE|FILE"))
      ->type_name("SOURCE");
  form.add_option("--output", options.output, "the new folder (default WORK/series-NAME)")
      ->check(named("DIR"));
  add_source_options(form, options.sources);
  form.add_flag("--json", json, "what was done as JSON on standard output");
  add_talk(form, talk);
  form.words.about = {
      "Each patch that applies is taken as it is. One that does not is merged, three ways: the source it was "
      "written for, that "
      "source with the patch, and the new one. What merges without a conflict becomes the patch of the new "
      "series.",
      "Where a person must decide, the patch's line in the new series is commented out, with the reason, and "
      "the files with "
      "the conflicts in them lie beside it; the exit status is 1 then."};
  form.words.examples = {"kmesh-kernel adapt --baseline 6.12 --output build/6.12-series"};
  form.words.files = {{"OUTPUT/series", "the order, and what was decided"},
                      {"OUTPUT/*.conflicts/", "what a person must decide"}};
  if (const auto code = parse(form, call)) return *code;
  const std::string name = path_of_target(options);
  if (options.output.empty())
    options.output =
        join(options.sources.work, "series-" + (name.empty() ? options.baseline : name_of(name)));
  for (auto* path : {&options.tarball, &options.tree, &options.package, &options.series, &options.output,
                     &options.sources.work})
    *path = absolute(*path);
  for (auto& key : options.keys) key = absolute(key);
  return work_in(
      options.sources.work, {json, talk},
      [&](const Kit& kit) { return check_adapt_call(kit.disk, kit.data, options); },
      [&](Kit& kit) { return adapt(kit, options); },
      [&](const AdaptReport& report) { return say_adapted(report, json); });
}

}  // namespace kmesh
