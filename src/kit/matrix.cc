// SPDX-License-Identifier: Apache-2.0
#include "kit/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "kit/evidence.h"

namespace kmesh {
namespace {

using Json = nlohmann::ordered_json;

const Patch* find_patch(const Series& series, std::string_view file) {
  const auto found = std::find_if(series.patches.begin(), series.patches.end(),
                                  [&](const Patch& patch) { return patch.file == file; });
  return found == series.patches.end() ? nullptr : &*found;
}

std::size_t index_of(const std::vector<std::string>& names, const std::string& file) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), file) - names.begin());
}

struct Candidate {
  const Series* series = nullptr;
  const Patch* patch = nullptr;
};

// The version of a patch for a source whose own series is the one at `own` (archive.size(): it has none).
Candidate version_for(const std::vector<Series>& archive, std::size_t own, std::string_view file) {
  const auto in = [&](std::size_t i) { return Candidate{&archive[i], find_patch(archive[i], file)}; };
  for (std::size_t i = std::min(own + 1, archive.size()); i-- > 0;) {
    if (in(i).patch != nullptr) return in(i);
  }
  for (std::size_t i = own + 1; i < archive.size(); ++i) {
    if (in(i).patch != nullptr) return in(i);
  }
  return {};
}

std::vector<std::string> file_names(const std::vector<Series>& archive) {
  std::vector<std::string> names;
  for (const auto& series : archive) {
    for (const auto& patch : series.patches) {
      if (std::find(names.begin(), names.end(), patch.file) == names.end()) names.push_back(patch.file);
    }
  }
  return names;
}

// The patches that could not be read and stand before this one: what they would have made is not known.
std::string series_without(const std::vector<Patch>& series, std::string_view file) {
  const Patch* first = nullptr;
  std::size_t count = 0;
  for (const auto& patch : series) {
    if (patch.file == file) break;
    if (!patch.unread) continue;
    if (first == nullptr) first = &patch;
    ++count;
  }
  if (first == nullptr) return {};
  if (count == 1) return fmt::format("judged as if {} were not there, which could not be read", first->file);
  return fmt::format(
      "judged as if {} patches before it were not there, which could not be read, the first {}", count,
      first->file);
}

std::string cell_text(const MatrixRow& row, std::size_t column) {
  if (row.unread) return "not judged";
  const Cell& cell = row.cells[column];
  const auto verdict = name_of(cell.planned.verdict);
  return cell.own ? std::string(verdict) : fmt::format("{} ({})", verdict, cell.series);
}

// The evidence behind one cell: in a few words where it can be carried out, hunk by hunk where it cannot.
std::string cell_evidence(const Cell& cell, Hunks hunks) {
  std::string text = evidence_text(cell.planned) + "\n";
  for (const auto& item : cell.planned.evidence) {
    if (item.match == "pattern" || hunks == Hunks::kEach)
      text += fmt::format("    {}\n", hunk_text(item));
    else if (item.offset != 0)
      text += fmt::format("    {}:{}: {:+} lines\n", item.path, item.line, item.offset);
    else if (stops(cell.planned.verdict) && item.match == "reverse")
      text += fmt::format("    {}:{}: already there\n", item.path, item.line);
    if (item.match != "pattern") text += item.text;
  }
  for (const auto& note : cell.planned.notes) text += fmt::format("    {}\n", note);
  return text;
}

std::string unread_text(const Matrix& matrix) {
  std::string text;
  for (const auto& row : matrix.rows) {
    if (!row.unread) continue;
    const auto& [what, hint, command, detail, wrong] = *row.unread;
    const bool named = what.find(row.file) != std::string::npos;
    text += fmt::format("  {}{}\n", named ? "" : row.file + ": ", what);
    for (const auto* more : {&hint, &command}) {
      if (!more->empty()) text += fmt::format("    {}\n", *more);
    }
  }
  return text.empty() ? text : "\nNot judged\n" + text;
}

// The numbers of one source, for the patches that it has or gets.
void enter_numbers(std::vector<LedgerRow>& ledger, std::size_t column, const Plan& plan) {
  for (const auto& planned : plan.patches) {
    // a tree that has it by another change gives it a number, too: a likely one to be another
    if (stops(planned.verdict)) continue;
    for (auto& name : added_names(planned.patch)) {
      const auto header = plan.after.find(name.path);
      if (header == plan.after.end()) continue;
      const auto number = number_of(name, header->second);
      if (!number) continue;
      auto row = std::find_if(ledger.begin(), ledger.end(), [&](const LedgerRow& known) {
        return known.name == name && known.file == planned.patch.file;
      });
      if (row == ledger.end()) {
        ledger.push_back({std::move(name), planned.patch.file, {}});
        row = ledger.end() - 1;
      }
      row->numbers.resize(column + 1);
      row->numbers[column] = number;
    }
  }
}

std::string ledger_text(const Matrix& matrix) {
  if (matrix.ledger.empty()) return {};
  std::string text = "\nNumbers of the UAPI\n";
  for (const auto& row : matrix.ledger) {
    text += fmt::format("  {} {} ({}):", row.name.kind, row.name.name, row.file);
    for (std::size_t c = 0; c < matrix.columns.size(); ++c) {
      if (row.numbers[c]) text += fmt::format(" {} on {}", *row.numbers[c], matrix.columns[c].name);
    }
    if (!row.agrees())
      text += fmt::format(
          "\n    warning: they disagree. What is compiled for one of these kernels means another {} on the "
          "other",
          row.name.kind);
    text += "\n";
  }
  return text;
}

}  // namespace

bool LedgerRow::agrees() const {
  const std::optional<long>* first = nullptr;
  for (const auto& number : numbers) {
    if (!number) continue;
    if (first != nullptr && **first != *number) return false;
    first = &number;
  }
  return true;
}

std::size_t Matrix::unread() const {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [](const MatrixRow& row) { return row.unread.has_value(); }));
}

Matrix make_matrix(const std::vector<Series>& archive, std::vector<Column> columns) {
  Matrix matrix;
  const auto names = file_names(archive);
  for (const auto& name : names) matrix.rows.push_back({name, "", {}, {}});
  for (const auto& series : archive) {
    for (const auto& patch : series.patches) {
      if (!patch.unread) continue;
      MatrixRow& row = matrix.rows[index_of(names, patch.file)];
      row.feature = patch.feature;
      row.unread = patch.unread;
    }
  }
  for (auto& column : columns) {
    const auto own = static_cast<std::size_t>(
        std::find_if(archive.begin(), archive.end(),
                     [&](const Series& series) { return series.name == column.series; }) -
        archive.begin());
    std::vector<Candidate> asked;
    std::vector<Patch> patches;
    const auto ask = [&](const Candidate& candidate) {
      if (matrix.rows[index_of(names, candidate.patch->file)].unread) return;
      asked.push_back(candidate);
      patches.push_back(*candidate.patch);
    };
    if (own < archive.size()) {
      for (const auto& patch : archive[own].patches) ask({&archive[own], &patch});
    }
    for (const auto& name : names) {
      const Candidate candidate = version_for(archive, own, name);
      if (own == archive.size() || candidate.series != &archive[own]) ask(candidate);
    }
    Plan plan = make_plan(patches, column.files);
    enter_numbers(matrix.ledger, matrix.columns.size(), plan);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      MatrixRow& into = matrix.rows[index_of(names, patches[i].file)];
      PlannedPatch& planned = plan.patches[i];
      if (auto note =
              stops(planned.verdict) ? series_without(asked[i].series->patches, planned.patch.file) : "";
          !note.empty())
        planned.notes.push_back(std::move(note));
      if (into.feature.empty()) into.feature = patches[i].feature;
      into.cells.push_back(
          {asked[i].series->name, asked[i].series->name == column.series, std::move(planned)});
    }
    matrix.columns.push_back(std::move(column.source));
  }
  for (auto& row : matrix.ledger) row.numbers.resize(matrix.columns.size());
  return matrix;
}

std::string matrix_text(const Matrix& matrix, Hunks hunks) {
  std::size_t left = 0;
  for (const auto& row : matrix.rows) left = std::max(left, row.file.size());
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < matrix.columns.size(); ++c) {
    std::size_t width = std::max(matrix.columns[c].name.size(), matrix.columns[c].version.size());
    for (const auto& row : matrix.rows) width = std::max(width, cell_text(row, c).size());
    widths.push_back(width);
  }
  const auto line = [&](std::string_view head, const auto& cell) {
    std::string text = fmt::format("{:<{}}", head, left);
    for (std::size_t c = 0; c < matrix.columns.size(); ++c)
      text += fmt::format("  {:<{}}", cell(c), widths[c]);
    while (text.ends_with(' ')) text.pop_back();
    return text + "\n";
  };
  std::string text = line("", [&](std::size_t c) { return matrix.columns[c].name; });
  if (std::any_of(matrix.columns.begin(), matrix.columns.end(),
                  [](const Source& source) { return source.name != source.version; }))
    text += line("", [&](std::size_t c) { return matrix.columns[c].version; });
  for (const auto& row : matrix.rows)
    text += line(row.file, [&](std::size_t c) { return cell_text(row, c); });
  for (std::size_t c = 0; c < matrix.columns.size(); ++c) {
    const Source& source = matrix.columns[c];
    text += fmt::format(
        "\n{}: {}, {}\n", source.name, source.origin,
        source.verified.empty() ? "not verified" : fmt::format("verified by {}", source.verified));
    for (const auto& row : matrix.rows) {
      if (row.unread) continue;
      text += fmt::format("  {:<10} {}: {}", name_of(row.cells[c].planned.verdict), row.file,
                          cell_evidence(row.cells[c], hunks));
    }
  }
  return text + unread_text(matrix) + ledger_text(matrix);
}

std::string matrix_json(const Matrix& matrix) {
  Json json = {{"ok", matrix.unread() == 0}, {"baselines", Json::array()}, {"patches", Json::array()}};
  for (const auto& source : matrix.columns) {
    json["baselines"].push_back({{"name", source.name},
                                 {"version", source.version},
                                 {"fingerprint", source.fingerprint},
                                 {"origin", source.origin},
                                 {"verified", source.verified}});
  }
  for (const auto& row : matrix.rows) {
    Json cells = Json::array();
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      const Cell& cell = row.cells[c];
      cells.push_back({{"baseline", matrix.columns[c].name},
                       {"series", cell.series},
                       {"verdict", name_of(cell.planned.verdict)}});
      put_evidence(cell.planned, cells.back());
      if (!cell.planned.blocked_by.empty()) cells.back()["blocked_by"] = cell.planned.blocked_by;
    }
    json["patches"].push_back({{"file", row.file}, {"feature", row.feature}, {"cells", std::move(cells)}});
    if (row.unread)
      json["patches"].back()["not_judged"] = {
          {"what", row.unread->what}, {"hint", row.unread->hint}, {"command", row.unread->command}};
  }
  json["numbers"] = Json::array();
  for (const auto& row : matrix.ledger) {
    Json numbers = Json::array();
    for (std::size_t c = 0; c < matrix.columns.size(); ++c) {
      if (row.numbers[c])
        numbers.push_back({{"baseline", matrix.columns[c].name}, {"number", *row.numbers[c]}});
    }
    json["numbers"].push_back({{"name", row.name.name},
                               {"kind", row.name.kind},
                               {"file", row.file},
                               {"path", row.name.path},
                               {"numbers", std::move(numbers)},
                               {"agree", row.agrees()}});
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kmesh
