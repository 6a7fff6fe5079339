// SPDX-License-Identifier: Apache-2.0
#include "kit/matrix_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kit/evidence.h"
#include "kit/html.h"

namespace kmesh {
namespace {

struct VerdictWords {
  Verdict verdict;
  std::string_view mark;  // for the eye; the verdict's name beside it says the same aloud
  std::string_view meaning;
};

constexpr std::array kVerdicts = {
    VerdictWords{Verdict::kNeeded, "+", "it applies, and is put in"},
    VerdictWords{Verdict::kPresent, "=", "the same change is there"},
    VerdictWords{Verdict::kEquivalent, "≈", "the feature is there by another change"},
    VerdictWords{Verdict::kPartial, "½", "some of its hunks are there"},
    VerdictWords{Verdict::kBlocked, "⊘", "it needs an earlier patch that does not go in"},
    VerdictWords{Verdict::kConflict, "✗", "it does not apply"}};

std::string word(const VerdictWords& words) {
  return fmt::format("<span aria-hidden=true>{} </span><span class=word>{}</span>", words.mark,
                     name_of(words.verdict));
}

std::string word(Verdict verdict) {
  return word(*std::find_if(kVerdicts.begin(), kVerdicts.end(),
                            [&](const VerdictWords& words) { return words.verdict == verdict; }));
}

std::string cell_html(const Cell& cell) {
  const PlannedPatch& planned = cell.planned;
  std::string html =
      fmt::format("<td class={}><details><summary>{}{}</summary><ul>", name_of(planned.verdict),
                  word(planned.verdict), cell.own ? "" : fmt::format(" (patch of {})", escaped(cell.series)));
  html += fmt::format("<li>{}</li>", escaped(evidence_text(planned)));
  for (const auto& item : planned.evidence) {
    // what was found of a pattern stands in its line already
    const bool block = item.match != "pattern" && !item.text.empty();
    html += fmt::format("<li><code>{}</code>{}</li>", escaped(hunk_text(item)),
                        block ? fmt::format("<pre>{}</pre>", escaped(item.text)) : "");
  }
  if (planned.unlisted.all() != 0) html += fmt::format("<li>and {} more hunks</li>", planned.unlisted.all());
  for (const auto& note : planned.notes) html += fmt::format("<li>{}</li>", escaped(note));
  return html + "</ul></details></td>";
}

std::string key_of(const Matrix& matrix) {
  std::string html;
  for (const auto& words : kVerdicts) {
    const bool occurs = std::any_of(matrix.rows.begin(), matrix.rows.end(), [&](const MatrixRow& row) {
      return std::any_of(row.cells.begin(), row.cells.end(),
                         [&](const Cell& cell) { return cell.planned.verdict == words.verdict; });
    });
    if (occurs)
      html += fmt::format("<li class={}>{}: {}</li>", name_of(words.verdict), word(words), words.meaning);
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
  std::string headings = heading("Name") + heading("Patch");
  for (const auto& source : matrix.columns) headings += heading(escaped(source.name));
  headings += heading("Agree");
  std::string rows;
  for (const auto& row : matrix.ledger) {
    rows += fmt::format("<tr><th scope=row>{} <code>{}</code></th><td><code>{}</code></td>", row.name.kind,
                        escaped(row.name.name), escaped(row.file));
    for (const auto& number : row.numbers)
      rows += number ? fmt::format("<td>{}</td>", *number) : std::string("<td>none</td>");
    rows += row.agrees() ? "<td class=good>yes</td></tr>"
                         : "<td class=bad>no: what is compiled for one means another on the other</td></tr>";
  }
  return "<h2>Numbers of the UAPI</h2>" + html_table(headings, rows);
}

}  // namespace

std::string matrix_table(const Matrix& matrix) {
  std::string headings = heading("Patch");
  for (const auto& source : matrix.columns)
    headings += heading(escaped(source.name) +
                        (source.name == source.version ? "" : "<br>" + escaped(source.version)));
  std::string rows;
  for (const auto& row : matrix.rows) {
    rows += fmt::format("<tr><th scope=row>{}{}</th>", escaped(row.feature),
                        row.feature == row.file ? "" : fmt::format("<br><code>{}</code>", escaped(row.file)));
    if (row.unread) rows += unread_cell(row, matrix.columns.size());
    for (const auto& cell : row.cells) rows += cell_html(cell);
    rows += "</tr>";
  }
  return html_table(headings, rows) + key_of(matrix);
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
