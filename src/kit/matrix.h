// SPDX-License-Identifier: Apache-2.0
// Every patch of an archive on every source named: rows are patches, columns are sources. A source is asked
// for the patches of its own series first, in their order, and for those of the other series after them.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kit/baseline.h"
#include "kit/ledger.h"
#include "kit/plan.h"

namespace kmesh {

struct Series {
  std::string name;  // folder in the archive: "5.10.0"
  std::vector<Patch> patches;
};

struct Column {
  Source source;       // its name heads the column
  std::string series;  // its own; empty: none of the archive's
  TouchedFiles files;
};

struct Cell {
  std::string series;  // where this patch stands
  bool own = false;    // in the source's own series
  PlannedPatch planned;
};

struct MatrixRow {
  std::string file;
  std::string feature;
  std::vector<Cell> cells;      // one a column; none where it could not be judged
  std::optional<Error> unread;  // why it could not
};

// A number of the UAPI that a patch adds, as each source would give it.
struct LedgerRow {
  NumberedName name;
  std::string file;                          // the patch
  std::vector<std::optional<long>> numbers;  // one a column; nothing where the source does not get it

  [[nodiscard]] bool agrees() const;
};

struct Matrix {
  std::vector<Source> columns;
  std::vector<MatrixRow> rows;
  std::vector<LedgerRow> ledger;

  [[nodiscard]] std::size_t unread() const;  // rows that could not be judged
};

// One row a file name, in the order of the archive (its series from the oldest baseline to the newest). A
// source whose own series lacks a patch is asked for the version that the nearest older series has, or else
// the nearest newer one. A patch that could not be read has a row without cells, and those behind it are
// judged as if it were not there, with a note where they stop.
Matrix make_matrix(const std::vector<Series>& archive, std::vector<Column> columns);

// kEach: a line for every hunk; kNotable: for those that moved, are there already or do not fit.
enum class Hunks { kNotable, kEach };

std::string matrix_text(const Matrix& matrix, Hunks hunks = Hunks::kNotable);
std::string matrix_json(const Matrix& matrix);

}  // namespace kmesh
