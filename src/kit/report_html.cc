// SPDX-License-Identifier: Apache-2.0
// report.html: one self-contained page, no scripts, readable in dark mode, on paper and aloud.
#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"
#include "kit/report.h"

namespace kmesh {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1d2430;--soft:#5a6575;--line:#d5dbe3;--paper:#fff;--card:#f6f8fa;--good:#11703c;
--bad:#b3261e;--mild:#8a5a00;--bar:#3567b5}
@media(prefers-color-scheme:dark){:root{--ink:#e4e8ee;--soft:#9aa5b4;--line:#333c48;--paper:#14181e;--card:#1c222a;
--good:#5fd38f;--bad:#ff8a80;--mild:#f0c36d;--bar:#6ea0ee}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:62rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}p.sub{color:var(--soft);margin:.2rem 0}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.45rem .6rem;border-bottom:1px solid var(--line);
vertical-align:top}th{color:var(--soft);font-weight:600}code{font:.85em ui-monospace,monospace;overflow-wrap:anywhere}
.good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}.mild{color:var(--mild);font-weight:600}
.verdict{display:inline-block;padding:.3rem .8rem;border-radius:.4rem;background:var(--card);border:1px solid var(--line);
margin:.8rem 0}
.bar{display:inline-block;height:.8rem;background:var(--bar);border-radius:.2rem;min-width:2px}
details{margin:.2rem 0}pre{background:var(--card);padding:.6rem;overflow-x:auto;font-size:.8rem}
@media print{body{margin:0}details{display:block}})";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string_view class_of(Verdict verdict) {
  if (!stops(verdict)) return "good";
  return verdict == Verdict::kPartial ? "mild" : "bad";
}

std::string outcome_cell(Outcome outcome, bool wanted) {
  return fmt::format("<td class=\"{}\">{}</td>", wanted ? "good" : "bad", name_of(outcome));
}

std::string patches_table(const Report& report) {
  if (report.plan.patches.empty()) return "<p>The series of this baseline is empty.</p>";
  std::string html =
      "<table><thead><tr><th scope=col>Patch</th><th scope=col>Verdict</th><th scope=col>Evidence</th>"
      "</tr></thead><tbody>";
  for (const auto& planned : report.plan.patches) {
    std::string evidence;
    for (const auto& item : planned.evidence)
      evidence += fmt::format("<code>{}:{}</code> {}{}<br>", escaped(item.path), item.line, item.match,
                              item.offset == 0 ? "" : fmt::format(", offset {:+}", item.offset));
    for (const auto& note : planned.notes) evidence += escaped(note) + "<br>";
    html +=
        fmt::format("<tr><th scope=row>{}<br><code>{}</code></th><td class=\"{}\">{}</td><td>{}</td></tr>",
                    escaped(planned.patch.feature), escaped(planned.patch.file), class_of(planned.verdict),
                    name_of(planned.verdict), evidence);
  }
  return html + "</tbody></table>";
}

std::string lines_block(std::string_view title, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::string html = fmt::format("<details><summary>{}</summary><pre>", title);
  for (const auto& line : lines) html += escaped(line) + "\n";
  return html + "</pre></details>";
}

std::string proof_word(const FeatureProof& item) {
  if (!item.objection.empty())
    return fmt::format("<span class=bad>not proven: {}</span>", escaped(item.objection));
  return item.judged && item.enhanced == Outcome::kPass ? "<span class=good>proven</span>" : "";
}

std::string proof_table(const Proof& proof) {
  std::string html =
      "<table><thead><tr><th scope=col>Feature</th><th scope=col>Baseline</th><th scope=col>Enhanced</th>"
      "<th scope=col>What it shows</th></tr></thead><tbody>";
  for (const auto& item : proof.features) {
    const bool good = item.objection.empty();
    html += fmt::format("<tr><th scope=row>{}</th>{}{}<td>{}<br>{}{}{}</td></tr>", escaped(item.feature),
                        outcome_cell(item.baseline, good),
                        outcome_cell(item.enhanced, item.enhanced == Outcome::kPass), proof_word(item),
                        escaped(item.how), lines_block("the probe on the baseline", item.baseline_lines),
                        lines_block("the probe on the enhanced kernel", item.enhanced_lines));
  }
  return html + "</tbody></table>";
}

std::string kabi_section(const KabiSummary& kabi) {
  std::string html = "<h2>kABI</h2>";
  if (!kabi.note.empty()) html += fmt::format("<p>{}</p>", escaped(kabi.note));
  // where nothing could be compared, the note is all there is
  if (!kabi.comparable && kabi.unchanged()) return html;
  if (kabi.unchanged())
    return html + "<p>No exported symbol changed: modules built for the baseline go on loading.</p>";
  html += fmt::format("<p>{} of the exported symbols changed, {} added, {} removed.</p>", kabi.changed.size(),
                      kabi.added.size(), kabi.removed.size());
  if (kabi.changed.empty()) return html;
  html +=
      "<table><thead><tr><th scope=col>Symbol</th><th scope=col>CRC</th><th scope=col>Why</th><th "
      "scope=col>Patches</th></tr></thead><tbody>";
  for (std::size_t i = 0; i < std::min(kabi.changed.size(), kKabiRows); ++i) {
    const auto& change = kabi.changed[i];
    html += fmt::format(
        "<tr><th scope=row><code>{}</code></th><td><code>{} {}</code></td><td>{}</td><td>{}</td></tr>",
        escaped(change.symbol), change.old_crc, change.new_crc, escaped(change.why),
        escaped(patches_text(change.patches, change.traceable)));
  }
  html += "</tbody></table>";
  if (kabi.changed.size() > kKabiRows)
    html += fmt::format("<p>And {} more; report.json has all.</p>", kabi.changed.size() - kKabiRows);
  return html;
}

std::string stages_table(const Report& report) {
  double most = 0.001;
  for (const auto& stage : report.stages) most = std::max(most, stage.seconds);
  std::string html =
      "<table><thead><tr><th scope=col>Stage</th><th scope=col>Time</th><th scope=col style=\"width:55%\">"
      "Share</th></tr></thead><tbody>";
  for (const auto& stage : report.stages)
    html += fmt::format("<tr><th scope=row>{}</th><td>{}</td><td>{} <span class=sub>{}</span></td></tr>",
                        stage.name, stage.reused ? "reused" : duration(stage.seconds),
                        stage.reused
                            ? ""
                            : fmt::format("<span class=bar aria-hidden=true style=\"width:{:.0f}%\"></span>",
                                          stage.seconds / most * 70),
                        escaped(stage.why));
  return html + "</tbody></table>";
}

}  // namespace

std::string report_html(const Report& report) {
  std::string html = fmt::format(
      "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport "
      "content=\"width=device-width\">"
      "<title>Linux {} enhanced</title><style>{}</style></head><body><main>",
      escaped(report.version), kStyle);
  html += fmt::format(
      "<h1>Linux {} with Kmesh</h1><p class=sub>{}; baseline {}; {} configuration; verified by {}</p>",
      escaped(report.version), escaped(report.origin), escaped(report.baseline_name), escaped(report.config),
      report.verified.empty() ? "nothing" : escaped(report.verified));
  html += fmt::format("<p class=\"verdict {}\">{}</p>", report.ok ? "good" : "bad",
                      report.error                  ? "stopped: " + escaped(report.error->what)
                      : !report.until.empty()       ? "done until stage " + escaped(report.until)
                      : !report.ok                  ? "not proven"
                      : report.plan.patches.empty() ? "built and booted; the series is empty"
                                                    : "built and proven");
  if (report.error)
    html += fmt::format("<p>{}</p><pre>{}</pre>", escaped(report.error->hint), escaped(report.error->detail));
  html += "<h2>Patches</h2>" + patches_table(report);
  if (report.proof) html += "<h2>Proof</h2>" + proof_table(*report.proof);
  if (report.kabi) html += kabi_section(*report.kabi);
  if (!report.packages.empty()) {
    html +=
        "<h2>Packages</h2><table><thead><tr><th scope=col>File</th><th scope=col>Size</th><th "
        "scope=col>SHA-256"
        "</th></tr></thead><tbody>";
    for (const auto& package : report.packages)
      html +=
          fmt::format("<tr><th scope=row>{}</th><td>{:.1f} MiB</td><td><code>{}</code></td></tr>",
                      escaped(package.path), static_cast<double>(package.bytes) / (1 << 20), package.sha256);
    html += "</tbody></table>";
  }
  html += "<h2>Stages</h2>" + stages_table(report);
  if (!report.warnings.empty()) {
    html += "<h2>To know</h2><ul>";
    for (const auto& warning : report.warnings) html += fmt::format("<li>{}</li>", escaped(warning));
    html += "</ul>";
  }
  return html + fmt::format("<p class=sub>Source fingerprint <code>{}</code></p></main></body></html>\n",
                            report.fingerprint);
}

}  // namespace kmesh
