// SPDX-License-Identifier: Apache-2.0
// Matching: where hunks stand in a text, and what they make of it.
#include <algorithm>
#include <unordered_set>

#include "kit/hunks.h"

namespace kmesh {
namespace {

using Lines = std::vector<std::string>;

// Lines compared for one file until the search for places is given up: about a second.
constexpr long kMostCompared = 300'000'000;

// A text while hunks go in, from its top. Its lines up to `next` are in `done`, changed or not.
struct Rewritten {
  Lines done;
  std::size_t next = 0;

  [[nodiscard]] bool empty(const Lines& text) const { return done.empty() && next == text.size(); }
  void copy_till(const Lines& text, std::size_t line) {
    done.insert(done.end(), text.begin() + static_cast<std::ptrdiff_t>(next),
                text.begin() + static_cast<std::ptrdiff_t>(line));
    next = line;
  }
  void put(const Lines& text, std::size_t at, std::size_t removed, const Lines& given) {
    copy_till(text, at);
    done.insert(done.end(), given.begin(), given.end());
    next += removed;
  }
};

// True where a line without a newline would come to stand before another one: it can only be a file's last.
bool ends_inside(const Lines& text, const Rewritten& now, std::size_t at, std::size_t removed,
                 const Lines& given) {
  const auto open = [](const std::string& line) { return !line.ends_with('\n'); };
  const bool followed = at + removed < text.size();
  const std::string* before = at > now.next ? &text[at - 1] : now.done.empty() ? nullptr : &now.done.back();
  if (before != nullptr && open(*before) && (followed || !given.empty())) return true;
  return std::any_of(given.begin(), given.end() - (given.empty() || followed ? 0 : 1), open);
}

// Context lines at the front (or, with reverse iterators, the end) of a hunk.
template <class It>
int context(It begin, It end) {
  return static_cast<int>(std::find_if(begin, end, [](const HunkLine& line) { return line.kind != ' '; }) -
                          begin);
}

// `left` is how many lines may still be compared; below 0 the search was given up.
Match find_within(const Lines& text, const Lines& wanted, int expected, int first, int leading, int trailing,
                  long& left) {
  const int size = static_cast<int>(wanted.size());
  const int last = static_cast<int>(text.size()) - size + 1;
  const auto stands_at = [&](int line) {
    if (line < first || line > last) return false;
    const auto differs = std::mismatch(wanted.begin(), wanted.end(), text.begin() + (line - 1)).first;
    left -= differs - wanted.begin() + 1;
    return differs == wanted.end();
  };
  const auto only = [&](int line) {
    if (!stands_at(line)) return Match{};
    return Match{line == expected ? Found::kHere : Found::kMoved, line, line - expected, 0};
  };
  if (leading < trailing) return only(1);     // bound to the beginning
  if (trailing < leading) return only(last);  // bound to the end
  if (stands_at(expected)) return {Found::kHere, expected, 0, 0};
  Match match;
  for (int line = std::max(1, first); line <= last; ++line) {
    if (left < 0) return {};
    if (!stands_at(line)) continue;
    if (match.found == Found::kMoved) return {Found::kAmbiguous, match.line, match.offset, line};
    match = {Found::kMoved, line, line - expected, 0};
  }
  return match;
}

}  // namespace

Match find_lines(const Lines& text, const Lines& wanted, int expected, int first, int leading, int trailing) {
  long left = kMostCompared;
  return find_within(text, wanted, expected, first, leading, trailing, left);
}

FileMatch match_file(const FilePatch& patch, const Lines& text, bool exists, Direction direction) {
  const bool forward = direction == Direction::kForward;
  const std::string& before = forward ? patch.old_path : patch.new_path;
  FileMatch answer;
  if (before.empty() == exists) {
    // creating what is there, or changing what is not
    for (std::size_t i = 0; i < patch.hunks.size(); ++i) answer.hunks.push_back({{}, static_cast<int>(i)});
    return answer;
  }
  answer.all = true;
  Rewritten now;
  long left = kMostCompared;
  int drift = 0;  // the offset at which the last hunk was found: patch expects the next one there too
  for (std::size_t i = 0; i < patch.hunks.size(); ++i) {
    const Hunk& hunk = patch.hunks[i];
    const auto wanted = hunk.side(forward ? '-' : '+');
    const auto given = hunk.side(forward ? '+' : '-');
    // lines are put below the line that a range of none names
    const int start = std::max(1, (forward ? hunk.old_start : hunk.new_start) + (wanted.empty() ? 1 : 0));
    const int trailing = context(hunk.lines.rbegin(), hunk.lines.rend());
    // only a hunk that begins in the first line is bound to it
    const int leading = start > 1 ? std::max(trailing, context(hunk.lines.begin(), hunk.lines.end()))
                                  : context(hunk.lines.begin(), hunk.lines.end());
    // a removal without context leaves nothing behind by which it could be recognised
    const bool blank = !forward && wanted.empty() && !now.empty(text);
    Match match;
    if (!blank)
      match =
          find_within(text, wanted, start + drift, static_cast<int>(now.next) + 1, leading, trailing, left);
    if (matches(match) &&
        ends_inside(text, now, static_cast<std::size_t>(match.line - 1), wanted.size(), given))
      match = {};
    if (matches(match)) {
      now.put(text, static_cast<std::size_t>(match.line - 1), wanted.size(), given);
      drift = match.offset = match.line - start;
      if (drift != 0) match.found = Found::kMoved;
    } else {
      answer.all = false;
    }
    answer.hunks.push_back({match, static_cast<int>(i)});
  }
  answer.gave_up = left < 0;
  now.copy_till(text, text.size());
  // patch deletes no file that holds other lines as well
  if (answer.all && (forward ? patch.new_path : patch.old_path).empty() && !now.done.empty()) {
    answer.all = false;
    answer.hunks.back().match = {};
  }
  if (answer.all) answer.result = std::move(now.done);
  return answer;
}

int most_similar(const std::vector<std::string>& text, const std::vector<std::string>& wanted) {
  const std::unordered_set<std::string> known(wanted.begin(), wanted.end());
  const int size = static_cast<int>(wanted.size());
  const auto counts = [&](const std::string& line) {
    return line.size() > 2 && known.contains(line) ? 1 : 0;
  };
  int score = 0;
  int best = 0;
  int best_line = 0;
  for (int i = 0; i < static_cast<int>(text.size()); ++i) {
    score += counts(text[static_cast<std::size_t>(i)]);
    if (i >= size) score -= counts(text[static_cast<std::size_t>(i - size)]);
    if (score > best) {
      best = score;
      best_line = std::max(0, i - size + 1) + 1;
    }
  }
  return best_line;
}

}  // namespace kmesh
