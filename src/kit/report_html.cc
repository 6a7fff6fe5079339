// SPDX-License-Identifier: Apache-2.0
// report.html: one self-contained page, no scripts, readable in dark mode, on paper and aloud.
#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"
#include "kit/html.h"
#include "kit/matrix_html.h"
#include "kit/report.h"

namespace kmesh {
namespace {

constexpr int kColours = 11;       // of the page's style, s0 to s10: one for each stage
constexpr double kWideEnough = 9;  // percent of the bar, for the name of a stage

std::string outcome_cell(Outcome outcome, bool wanted) {
  return fmt::format("<td class=\"{}\">{}</td>", wanted ? "good" : "bad", name_of(outcome));
}

// The one baseline that was built, against its series.
std::string patches_table(const Report& report) {
  if (report.plan.patches.empty()) return "<p>The series of this baseline is empty.</p>";
  Matrix matrix;
  Source& source = matrix.columns.emplace_back();
  source.name = report.baseline_name;
  source.version = report.version;
  for (const auto& planned : report.plan.patches)
    matrix.rows.push_back({planned.patch.file, planned.patch.feature, {{"", true, planned}}, {}});
  return matrix_table(matrix) +
         "<p class=sub>On other baselines: <code>kmesh-kernel plan --baseline 6.1 --baseline 6.12 --html "
         "FILE</code></p>";
}

std::string lines_block(std::string_view title, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::string html = fmt::format("<details><summary>{}</summary><pre>", title);
  for (const auto& line : lines) html += escaped(line) + "\n";
  return html + "</pre></details>";
}

std::string proof_table(const Proof& proof) {
  std::string rows;
  for (const auto& item : proof.features) {
    const bool good = item.objection.empty();
    std::string word = escaped(proof_word(item));
    if (!word.empty()) word = fmt::format("<span class={}>{}</span>", good ? "good" : "bad", word);
    rows += fmt::format("<tr><th scope=row>{}</th>{}{}<td class=below>{}<br>{}{}{}</td></tr>",
                        escaped(item.feature), outcome_cell(item.baseline, good),
                        outcome_cell(item.enhanced, item.enhanced == Outcome::kPass), word, escaped(item.how),
                        lines_block("the probe on the baseline", item.baseline_lines),
                        lines_block("the probe on the enhanced kernel", item.enhanced_lines));
  }
  return html_table(
      heading("Feature") + heading("Baseline") + heading("Enhanced") + text_heading("What it shows"), rows);
}

std::string symbols_list(std::string_view title, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string html = fmt::format("<p>{}: ", title);
  for (std::size_t i = 0; i < std::min(names.size(), kKabiRows); ++i)
    html += fmt::format("{}<code>{}</code>", i == 0 ? "" : ", ", escaped(names[i]));
  if (names.size() > kKabiRows)
    html += fmt::format(", and {} more; report.json has all", names.size() - kKabiRows);
  return html + ".</p>";
}

std::string kabi_section(const KabiSummary& kabi) {
  std::string html;
  if (!kabi.note.empty()) html += fmt::format("<p>{}</p>", escaped(kabi.note));
  // where nothing could be compared, the note is all there is
  if (!kabi.comparable && kabi.unchanged()) return html;
  if (kabi.unchanged())
    return html + "<p>No exported symbol changed: modules built for the baseline go on loading.</p>";
  html += fmt::format("<p>{} of the exported symbols changed, {} added, {} removed.</p>", kabi.changed.size(),
                      kabi.added.size(), kabi.removed.size());
  html += symbols_list("Removed, so that modules which use them do not load", kabi.removed) +
          symbols_list("Added", kabi.added);
  if (kabi.changed.empty()) return html;
  std::string rows;
  for (std::size_t i = 0; i < std::min(kabi.changed.size(), kKabiRows); ++i) {
    const auto& change = kabi.changed[i];
    rows += fmt::format(
        "<tr><th scope=row><code>{}</code></th><td><code>{} {}</code></td><td class=below>{}</td>"
        "<td class=below>{}</td></tr>",
        escaped(change.symbol), change.old_crc, change.new_crc, escaped(change.why),
        escaped(patches_text(change.patches, change.traceable)));
  }
  html +=
      html_table(heading("Symbol") + heading("CRC") + text_heading("Why") + text_heading("Patches"), rows);
  if (kabi.changed.size() > kKabiRows)
    html += fmt::format("<p>And {} more; report.json has all.</p>", kabi.changed.size() - kKabiRows);
  return html;
}

std::string this_run(const StageTime& stage) {
  if (stage.reused) return "reused";
  return stage.why.empty() ? "done" : "done: " + escaped(stage.why);
}

double took(const StageTime& stage) { return stage.reused ? stage.before : stage.seconds; }

// Where the time went that made these packages: a bar for the eye, a table that has the same in numbers. What
// was reused counts with the time that it took when it was done, and is paler.
std::string stages_section(const Report& report) {
  double all = 0;
  for (const auto& stage : report.stages) all += took(stage);
  std::string bar;
  std::string rows;
  int colour = 0;
  for (const auto& stage : report.stages) {
    const std::string shade = fmt::format("s{}{}", colour++ % kColours, stage.reused ? " before" : "");
    const double share = all > 0 ? took(stage) / all * 100 : 0;
    bar += fmt::format("<span class=\"{}\" style=\"width:{:.2f}%\" title=\"{}: {}\">{}</span>", shade, share,
                       escaped(stage.name), duration(took(stage)),
                       share < kWideEnough ? "" : escaped(stage.name));
    rows += fmt::format(
        "<tr><th scope=row><span class=\"dot {}\" aria-hidden=true></span>{}</th><td class=num>{}</td><td "
        "class=num>{:.0f} %</td><td>{}</td></tr>",
        shade, escaped(stage.name), duration(took(stage)), share, this_run(stage));
  }
  std::string html;
  if (const auto slowest = slowest_text(report); !slowest.empty())
    html += fmt::format("<p>{}</p>", escaped(slowest));
  return html + "<div class=bar aria-hidden=true>" + bar + "</div>" +
         html_table(heading("Stage") + number_heading("Time") + number_heading("Share") + heading("This run"),
                    rows);
}

std::string packages_table(const std::vector<Package>& packages) {
  std::string rows;
  for (const auto& package : packages)
    rows +=
        fmt::format("<tr><th scope=row>{}</th><td class=num>{}</td><td class=below><code>{}</code></td></tr>",
                    escaped(package.path), size_text(package.bytes), package.sha256);
  return html_table(heading("File") + number_heading("Size") + text_heading("SHA-256"), rows);
}

std::string outcome_box(const Report& report) {
  std::string html = fmt::format("<div class=\"box {}\">{}", report.ok ? "good" : "bad",
                                 report.error                  ? "stopped: " + escaped(report.error->what)
                                 : !report.until.empty()       ? "done until stage " + escaped(report.until)
                                 : !report.ok                  ? "not proven"
                                 : report.plan.patches.empty() ? "built and booted; the series is empty"
                                                               : "built and proven");
  if (report.error) {
    html += fmt::format("<p>{}</p>", escaped(report.error->hint));
    for (const auto* block : {&report.error->command, &report.error->detail}) {
      if (!block->empty()) html += fmt::format("<pre>{}</pre>", escaped(*block));
    }
  }
  return html + "</div>";
}

// What a reader must know before trusting the rest.
std::string warnings_box(const std::vector<std::string>& warnings) {
  if (warnings.empty()) return "<p>None.</p>";
  std::string html = "<div class=\"box mild\"><ul>";
  for (const auto& warning : warnings) html += fmt::format("<li>{}</li>", escaped(warning));
  return html + "</ul></div>";
}

struct Section {
  std::string_view id;
  std::string_view title;
  std::string html;
};

std::vector<Section> sections_of(const Report& report) {
  std::vector<Section> sections = {{"warnings", "Warnings", warnings_box(report.warnings)},
                                   {"patches", "Patches", patches_table(report)}};
  if (report.proof) sections.push_back({"proof", "Proof", proof_table(*report.proof)});
  if (report.kabi) sections.push_back({"kabi", "kABI", kabi_section(*report.kabi)});
  if (!report.packages.empty()) sections.push_back({"packages", "Packages", packages_table(report.packages)});
  sections.push_back({"stages", "Stages", stages_section(report)});
  return sections;
}

}  // namespace

std::string report_html(const Report& report) {
  std::string body = fmt::format(
      "<h1>Linux {} with Kmesh</h1><p class=sub>{}; baseline {}; {} configuration; verified by {}</p>",
      escaped(report.version), escaped(report.origin), escaped(report.baseline_name), escaped(report.config),
      report.verified.empty() ? "nothing" : escaped(report.verified));
  body += outcome_box(report);
  const auto sections = sections_of(report);
  body += "<nav aria-label=Sections>";
  for (const auto& section : sections)
    body += fmt::format("<a href=\"#{}\">{}</a>", section.id, section.title);
  body += "</nav>";
  for (const auto& section : sections)
    body += fmt::format("<section aria-labelledby={0}><h2 id={0}>{1}</h2>{2}</section>", section.id,
                        section.title, section.html);
  body += fmt::format("<p class=sub>Source fingerprint <code>{}</code></p>", report.fingerprint);
  return html_page(fmt::format("Linux {} enhanced", report.version), body);
}

}  // namespace kmesh
