// SPDX-License-Identifier: Apache-2.0
#include "kit/hunks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "base/relative_path.h"

namespace kmesh {
namespace {

// The text line by line, with a look at the next one.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}
  [[nodiscard]] bool more() const { return !rest_.empty(); }
  [[nodiscard]] std::string_view peek() const { return rest_.substr(0, end()); }
  std::string_view take() {
    const std::string_view line = peek();
    rest_.remove_prefix(line.size());
    ++number_;
    return line;
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  [[nodiscard]] std::size_t end() const {
    const auto at = rest_.find('\n');
    return at == std::string_view::npos ? rest_.size() : at + 1;
  }
  std::string_view rest_;
  int number_ = 0;
};

tl::unexpected<Error> malformed(int line, std::string_view what) {
  return fail(fmt::format("line {}: {}", line, what),
              "the patch is damaged; make it again with git format-patch");
}

// Path of a "--- " or "+++ " line with -p1; empty for /dev/null.
Result<std::string> path_of(std::string_view line, int number) {
  std::string_view name = line.substr(4);
  name = name.substr(0, name.find_first_of("\t\r\n"));
  if (name == "/dev/null") return std::string();
  const auto slash = name.find('/');
  if (slash == std::string_view::npos)
    return malformed(number, fmt::format("'{}' has no folder to strip (-p1)", name));
  std::string path(name.substr(slash + 1));
  if (!safe_relative_path(path)) return malformed(number, fmt::format("'{}' leaves the source tree", name));
  return path;
}

// No file has more: line numbers can be added up without a thought.
constexpr int kMostLines = 500'000'000;

bool read_number(std::string_view& text, int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0 || value > kMostLines) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// "12,7" or "12"
bool read_range(std::string_view& text, int& start, int& count) {
  count = 1;
  if (!read_number(text, start)) return false;
  if (!text.starts_with(',')) return true;
  text.remove_prefix(1);
  return read_number(text, count);
}

// Like GNU patch, a patch whose "+++" line ends with CR LF came through a mailer: all its carriage returns
// go.
Result<Hunk> parse_hunk(Cursor& cursor, bool mailed) {
  const int number = cursor.number() + 1;
  std::string_view head = cursor.take();
  Hunk hunk;
  int old_count = 0;
  int new_count = 0;
  head.remove_prefix(4);
  bool good = read_range(head, hunk.old_start, old_count) && head.starts_with(" +");
  if (good) head.remove_prefix(2);
  good = good && read_range(head, hunk.new_start, new_count) && head.starts_with(" @@");
  if (!good) return malformed(number, "the head of a hunk cannot be read");
  head.remove_prefix(3);
  const auto heading = head.find_first_not_of(" \t\r\n");
  if (heading != std::string_view::npos)
    hunk.heading = head.substr(heading, head.find_last_not_of(" \t\r\n") - heading + 1);
  while (old_count > 0 || new_count > 0 || cursor.peek().starts_with("\\")) {
    if (!cursor.more()) return malformed(cursor.number(), "the patch ends inside a hunk");
    std::string line(cursor.take());
    if (mailed && line.ends_with("\r\n")) line.erase(line.size() - 2, 1);
    const char kind = line == "\n" ? ' ' : line.front();
    if (kind == '\\') {
      if (hunk.lines.empty()) return malformed(cursor.number(), "'No newline' before any line");
      std::string& last = hunk.lines.back().text;
      if (last.ends_with('\n')) last.pop_back();
      continue;
    }
    if (kind != ' ' && kind != '-' && kind != '+')
      return malformed(cursor.number(), "no line of a hunk begins so");
    old_count -= kind == '+' ? 0 : 1;
    new_count -= kind == '-' ? 0 : 1;
    if (old_count < 0 || new_count < 0)
      return malformed(cursor.number(), "the hunk has more lines than its head says");
    const bool bare = line.front() != kind;  // an editor ate the blank of an empty context line
    hunk.lines.push_back({kind, bare ? line : line.substr(1)});
  }
  return hunk;
}

// GNU patch takes an indented diff, as a mail quotes one, for a diff.
bool begins_hunk(std::string_view line) {
  const auto begin = line.find_first_not_of(" \tX");
  return begin != std::string_view::npos && line.substr(begin).starts_with("@@ -");
}

// True where a line without a newline would come to stand before another one: it can only be a file's last.
bool ends_inside(const std::vector<std::string>& text, std::size_t at, std::size_t removed,
                 const std::vector<std::string>& given) {
  const auto open = [](const std::string& line) { return !line.ends_with('\n'); };
  const bool followed = at + removed < text.size();
  if (at > 0 && open(text[at - 1]) && (followed || !given.empty())) return true;
  return std::any_of(given.begin(), given.end() - (given.empty() || followed ? 0 : 1), open);
}

// Context lines at the front (or, with reverse iterators, the end) of a hunk.
template <class It>
int context(It begin, It end) {
  return static_cast<int>(std::find_if(begin, end, [](const HunkLine& line) { return line.kind != ' '; }) -
                          begin);
}

}  // namespace

std::vector<std::string> Hunk::side(char removed_kind) const {
  std::vector<std::string> all;
  for (const auto& line : lines) {
    if (line.kind == ' ' || line.kind == removed_kind) all.push_back(line.text);
  }
  return all;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (Cursor cursor(text); cursor.more();) lines.emplace_back(cursor.take());
  return lines;
}

std::vector<std::string_view> added_lines(const FilePatch& file) {
  std::vector<std::string_view> lines;
  for (const auto& hunk : file.hunks) {
    for (const auto& line : hunk.lines) {
      if (line.kind == '+') lines.push_back(line.text);
    }
  }
  return lines;
}

Result<std::vector<FilePatch>> parse_diff(std::string_view text) {
  std::vector<FilePatch> files;
  Cursor cursor(text);
  while (cursor.more()) {
    const std::string_view line = cursor.peek();
    const int number = cursor.number() + 1;
    if (line.starts_with("GIT binary patch") || line.starts_with("Binary files "))
      return malformed(number, "binary changes cannot be judged or applied by patch");
    if (line.starts_with("rename from ") || line.starts_with("copy from "))
      return fail(fmt::format("line {}: renames and copies are not applied by patch", number),
                  "make the patch again so that it spells the change out", "git format-patch --no-renames");
    if (!line.starts_with("--- ")) {
      if (begins_hunk(line))
        return malformed(number, "a hunk without a file: patch would guess, or pass over it");
      cursor.take();
      continue;
    }
    const std::string_view old_line = cursor.take();
    if (!cursor.peek().starts_with("+++ ")) continue;  // the "---" of a mail, or of a text
    const std::string_view new_line = cursor.take();
    FilePatch file;
    KMESH_LET(old_path, path_of(old_line, number));
    KMESH_LET(new_path, path_of(new_line, number + 1));
    file.old_path = std::move(old_path);
    file.new_path = std::move(new_path);
    if (file.old_path.empty() && file.new_path.empty()) return malformed(number, "neither side names a file");
    while (cursor.peek().starts_with("@@ -")) {
      KMESH_LET(hunk, parse_hunk(cursor, new_line.ends_with("\r\n")));
      file.hunks.push_back(std::move(hunk));
    }
    if (file.hunks.empty()) return malformed(number, fmt::format("{} has no hunk", file.path()));
    files.push_back(std::move(file));
  }
  if (files.empty()) return fail("no change was found in it", "a patch of the archive is a unified diff");
  return files;
}

Match find_lines(const std::vector<std::string>& text, const std::vector<std::string>& wanted, int expected,
                 int first, int leading, int trailing) {
  const int size = static_cast<int>(wanted.size());
  const int last = static_cast<int>(text.size()) - size + 1;
  const auto stands_at = [&](int line) {
    return line >= first && line <= last &&
           std::equal(wanted.begin(), wanted.end(), text.begin() + (line - 1));
  };
  const auto only = [&](int line) {
    if (!stands_at(line)) return Match{};
    return Match{line == expected ? Found::kHere : Found::kMoved, line, line - expected};
  };
  if (leading < trailing) return only(1);     // bound to the beginning
  if (trailing < leading) return only(last);  // bound to the end
  if (stands_at(expected)) return {Found::kHere, expected, 0};
  Match match;
  for (int line = std::max(1, first); line <= last; ++line) {
    if (!stands_at(line)) continue;
    if (match.found == Found::kMoved) return {Found::kAmbiguous, match.line, match.offset};
    match = {Found::kMoved, line, line - expected};
  }
  return match;
}

FileMatch match_file(const FilePatch& patch, const std::vector<std::string>& text, bool exists,
                     Direction direction) {
  const bool forward = direction == Direction::kForward;
  const std::string& before = forward ? patch.old_path : patch.new_path;
  FileMatch answer;
  if (before.empty() == exists) {
    // creating what is there, or changing what is not
    for (std::size_t i = 0; i < patch.hunks.size(); ++i) answer.hunks.push_back({{}, static_cast<int>(i)});
    return answer;
  }
  answer.all = true;
  answer.result = text;
  int shift = 0;  // by how much the hunks so far have moved the lines below them
  int drift = 0;  // the offset at which the last hunk was found: patch expects the next one there too
  int first = 1;
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
    const bool blank = !forward && wanted.empty() && !answer.result.empty();
    Match match;
    if (!blank) match = find_lines(answer.result, wanted, start + shift + drift, first, leading, trailing);
    const auto stands = [&] { return match.found == Found::kHere || match.found == Found::kMoved; };
    if (stands() &&
        ends_inside(answer.result, static_cast<std::size_t>(match.line - 1), wanted.size(), given))
      match = {};
    if (stands()) {
      const auto at = answer.result.begin() + (match.line - 1);
      const auto rest = answer.result.erase(at, at + static_cast<std::ptrdiff_t>(wanted.size()));
      answer.result.insert(rest, given.begin(), given.end());
      first = match.line + static_cast<int>(given.size());
      drift = match.line - shift - start;
      match.line -= shift;  // said in lines of the file as it was
      match.offset = drift;
      if (drift != 0) match.found = Found::kMoved;
      shift += static_cast<int>(given.size()) - static_cast<int>(wanted.size());
    } else {
      answer.all = false;
    }
    answer.hunks.push_back({match, static_cast<int>(i)});
  }
  // patch deletes no file that holds other lines as well
  if (answer.all && (forward ? patch.new_path : patch.old_path).empty() && !answer.result.empty()) {
    answer.all = false;
    answer.hunks.back().match = {};
  }
  if (!answer.all) answer.result.clear();
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
