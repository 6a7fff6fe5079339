// SPDX-License-Identifier: Apache-2.0
#include "kit/matrix_html.h"

#include <fmt/format.h>

#include <algorithm>

#include "kit/evidence.h"
#include "kit/html.h"

namespace kmesh {
namespace {

std::string_view mark_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNeeded:
      return "+";
    case Verdict::kPresent:
      return "=";
    case Verdict::kEquivalent:
      return "≈";
    case Verdict::kPartial:
      return "½";
    case Verdict::kBlocked:
      return "⊘";
    case Verdict::kConflict:
      return "✗";
  }
  return "";
}

std::string_view meaning_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNeeded:
      return "it applies, and is put in";
    case Verdict::kPresent:
      return "the same change is there";
    case Verdict::kEquivalent:
      return "the feature is there by another change";
    case Verdict::kPartial:
      return "some of its hunks are there";
    case Verdict::kBlocked:
      return "it needs an earlier patch that does not go in";
    case Verdict::kConflict:
      return "it does not apply";
  }
  return "";
}

// The mark is for the eye; the word beside it says the same aloud.
std::string word(Verdict verdict) {
  return fmt::format("<span aria-hidden=true>{} </span><span class=word>{}</span>", mark_of(verdict),
                     name_of(verdict));
}

std::string cell_html(const Cell& cell) {
  const PlannedPatch& planned = cell.planned;
  std::string html =
      fmt::format("<td class={}><details><summary>{}{}</summary><ul>", name_of(planned.verdict),
                  word(planned.verdict), cell.own ? "" : fmt::format(" (patch of {})", escaped(cell.series)));
  html += fmt::format("<li>{}</li>", escaped(evidence_text(planned)));
  for (const auto& item : planned.evidence) {
    if (item.match == "pattern")
      html +=
          fmt::format("<li><code>{}:{}: {}</code></li>", escaped(item.path), item.line, escaped(item.text));
    else
      html += fmt::format("<li><code>{}</code>{}</li>", escaped(hunk_text(item)),
                          item.text.empty() ? "" : fmt::format("<pre>{}</pre>", escaped(item.text)));
  }
  if (planned.unlisted.all() != 0) html += fmt::format("<li>and {} more hunks</li>", planned.unlisted.all());
  for (const auto& note : planned.notes) html += fmt::format("<li>{}</li>", escaped(note));
  return html + "</ul></details></td>";
}

std::string key_of(const Matrix& matrix) {
  std::string html;
  for (const Verdict verdict : {Verdict::kNeeded, Verdict::kPresent, Verdict::kEquivalent, Verdict::kPartial,
                                Verdict::kBlocked, Verdict::kConflict}) {
    const bool occurs = std::any_of(matrix.rows.begin(), matrix.rows.end(), [&](const MatrixRow& row) {
      return std::any_of(row.cells.begin(), row.cells.end(),
                         [&](const Cell& cell) { return cell.planned.verdict == verdict; });
    });
    if (occurs)
      html += fmt::format("<li class={}>{}: {}</li>", name_of(verdict), word(verdict), meaning_of(verdict));
  }
  return html.empty() ? html
                      : fmt::format("<ul class=key aria-label=\"What the verdicts mean\">{}</ul>", html);
}

std::string unread_cell(const MatrixRow& row, std::size_t columns) {
  std::string html = fmt::format("<td class=unread colspan={}><span class=word>not judged</span>: {}",
                                 columns, escaped(row.unread->what));
  if (!row.unread->hint.empty()) html += fmt::format("<br>{}", escaped(row.unread->hint));
  if (!row.unread->command.empty()) html += fmt::format("<br><code>{}</code>", escaped(row.unread->command));
  return html + "</td>";
}

std::string sources_list(const Matrix& matrix) {
  std::string html = "<h2>Sources</h2><ul>";
  for (const auto& source : matrix.columns)
    html += fmt::format("<li>{}: {}, {}<br><span class=sub>fingerprint <code>{}</code></span></li>",
                        escaped(source.name), escaped(source.origin),
                        source.verified.empty() ? "<span class=bad>not verified</span>"
                                                : "verified by " + escaped(source.verified),
                        escaped(source.fingerprint));
  return html + "</ul>";
}

std::string numbers_table(const Matrix& matrix) {
  if (matrix.ledger.empty()) return {};
  std::string html =
      "<h2>Numbers of the UAPI</h2><div class=wide><table><thead><tr><th scope=col>Name</th>"
      "<th scope=col>Patch</th>";
  for (const auto& source : matrix.columns)
    html += fmt::format("<th scope=col>{}</th>", escaped(source.name));
  html += "<th scope=col>Agree</th></tr></thead><tbody>";
  for (const auto& row : matrix.ledger) {
    html += fmt::format("<tr><th scope=row>{} <code>{}</code></th><td><code>{}</code></td>", row.name.kind,
                        escaped(row.name.name), escaped(row.file));
    for (const auto& number : row.numbers)
      html += number ? fmt::format("<td>{}</td>", *number) : std::string("<td>none</td>");
    html += row.agrees() ? "<td class=good>yes</td></tr>"
                         : "<td class=bad>no: what is compiled for one means another on the other</td></tr>";
  }
  return html + "</tbody></table></div>";
}

}  // namespace

std::string matrix_table(const Matrix& matrix) {
  std::string html = "<div class=wide><table><thead><tr><th scope=col>Patch</th>";
  for (const auto& source : matrix.columns)
    html += fmt::format("<th scope=col>{}{}</th>", escaped(source.name),
                        source.name == source.version ? "" : fmt::format("<br>{}", escaped(source.version)));
  html += "</tr></thead><tbody>";
  for (const auto& row : matrix.rows) {
    html += fmt::format("<tr><th scope=row>{}{}</th>", escaped(row.feature),
                        row.feature == row.file ? "" : fmt::format("<br><code>{}</code>", escaped(row.file)));
    if (row.unread) html += unread_cell(row, matrix.columns.size());
    for (const auto& cell : row.cells) html += cell_html(cell);
    html += "</tr>";
  }
  return html + "</tbody></table></div>" + key_of(matrix);
}

std::string matrix_html(const Matrix& matrix) {
  std::string names;
  for (const auto& source : matrix.columns) names += (names.empty() ? "" : ", ") + source.name;
  return html_page(
      "Patches on " + names,
      fmt::format("<h1>What each patch needs</h1><p class=sub>{} patch{} on {}; a cell opens to its "
                  "evidence</p>",
                  matrix.rows.size(), matrix.rows.size() == 1 ? "" : "es", escaped(names)) +
          matrix_table(matrix) + numbers_table(matrix) + sources_list(matrix));
}

}  // namespace kmesh
