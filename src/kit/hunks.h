// SPDX-License-Identifier: Apache-2.0
// Unified diffs: parsing, and matching a hunk against a text by GNU patch's own rules under -F0 (no fuzz), in
// both directions. Pure. Line numbers are 1-based, offsets are in lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

struct HunkLine {
  char kind = ' ';   // ' ', '-' or '+'
  std::string text;  // with its line end; without one where the diff says "No newline at end of file"
};

struct Hunk {
  int old_start = 0;
  int new_start = 0;
  std::vector<HunkLine> lines;
  std::string heading;  // behind the second @@: the function or type it stands in, or nothing

  [[nodiscard]] std::vector<std::string> side(
      char removed_kind) const;  // '-': the old lines, '+': the new ones
};

struct FilePatch {
  std::string old_path;  // empty: the patch creates the file
  std::string new_path;  // empty: the patch deletes it
  int old_mode = 0;      // as git's header has it (0100644, 0100755); 0: it names none
  int new_mode = 0;
  std::vector<Hunk> hunks;

  [[nodiscard]] const std::string& path() const { return old_path.empty() ? new_path : old_path; }
  // patch sets a mode as well, which nothing in the file's text tells
  [[nodiscard]] bool sets_mode() const;
};

// The lines that the patch adds to the file, with their ends.
std::vector<std::string_view> added_lines(const FilePatch& file);

// `strip` is patch's -pN: how many folders in front of each path are not the source's. Where nobody said it
// is 1, and an error where the paths have none in front.
//
// Errors name the line: a malformed hunk, a path that leaves the tree; and what cannot be judged by texts and
// hunks: renames, copies, binary changes, links, empty files, a mode alone, a git header without a hunk.
Result<std::vector<FilePatch>> parse_diff(std::string_view text, std::optional<int> strip = std::nullopt);

// Lines with their ends, so that joining them gives the text back.
std::vector<std::string> split_lines(std::string_view text);

enum class Found { kNo, kHere, kMoved, kAmbiguous };

struct Match {
  Found found = Found::kNo;
  int line = 0;    // where it matches (kHere, kMoved), or could (kAmbiguous)
  int offset = 0;  // from where it was expected
  int second = 0;  // the next line where it could (kAmbiguous)
};

inline bool matches(const Match& match) {
  return match.found == Found::kHere || match.found == Found::kMoved;
}

// Where the lines `wanted` stand in `text`. `expected` is the 1-based line they should begin at, `first` the
// lowest line allowed (hunks are in order). `leading` and `trailing` count the context lines at either end of
// the hunk: like GNU patch, a hunk with less context on one side is bound to that end of the file.
// Several places and none of them the expected one is kAmbiguous.
Match find_lines(const std::vector<std::string>& text, const std::vector<std::string>& wanted, int expected,
                 int first, int leading, int trailing);

enum class Direction { kForward, kReverse };

struct HunkMatch {
  Match match;
  int hunk = 0;  // index in the file's patch
};

struct FileMatch {
  std::vector<HunkMatch> hunks;
  bool all = false;                 // every hunk matched
  bool gave_up = false;             // there was so much to compare that some places were not looked for
  std::vector<std::string> result;  // the text after it, where all matched
};

// Applies one file's hunks (or takes them back) to a text. `exists` is false where the tree has no such file.
FileMatch match_file(const FilePatch& patch, const std::vector<std::string>& text, bool exists,
                     Direction direction);

// Where the lines would fit best, for the message of a conflict: the start of the window that shares the most
// lines with `wanted`, 0 where none does.
int most_similar(const std::vector<std::string>& text, const std::vector<std::string>& wanted);

}  // namespace kmesh
