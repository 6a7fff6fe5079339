// SPDX-License-Identifier: Apache-2.0
#include "kit/hunks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

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

// What a "--- " or "+++ " line names, before anything is stripped.
std::string_view name_in(std::string_view line) {
  const std::string_view name = line.substr(4);
  return name.substr(0, name.find_first_of("\t\r\n"));
}

tl::unexpected<Error> nothing_in_front(int number, std::string_view name, std::string_view instead) {
  return fail(
      fmt::format("line {}: '{}' has no folder in front, as a/ is one, and -p1 {}", number, name, instead),
      "if its paths begin in the source's top folder, as patch -p0 takes them, write -p0 behind the patch's "
      "name in the series file, as quilt reads it; or make it again with git format-patch");
}

// Path of a "--- " or "+++ " line; empty for /dev/null.
Result<std::string> path_of(std::string_view line, int number, int strip) {
  const std::string_view name = name_in(line);
  if (name == "/dev/null") return std::string();
  std::string_view rest = name;
  for (int i = 0; i < strip; ++i) {
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) {
      if (strip == 1) return nothing_in_front(number, name, "takes one off");
      return malformed(number, fmt::format("'{}' has no {} folders to strip (-p{})", name, strip, strip));
    }
    rest.remove_prefix(slash + 1);
  }
  std::string path(rest);
  if (!safe_relative_path(path)) return malformed(number, fmt::format("'{}' leaves the source tree", name));
  return path;
}

constexpr std::array<std::string_view, 25> kTopFolders = {
    "Documentation", "LICENSES", "arch",  "block",  "certs", "crypto", "drivers", "fs",   "include",
    "init",          "io_uring", "ipc",   "kernel", "lib",   "mm",     "net",     "rust", "samples",
    "scripts",       "security", "sound", "tools",  "usr",   "virt",   "firmware"};

// Paths that begin with a folder of Linux itself, on both sides: -p1 would take off what belongs to the
// source, and the files that it would look for are not there.
Result<void> check_front(std::string_view old_line, std::string_view new_line, int number) {
  const std::string_view old_name = name_in(old_line);
  const std::string_view name = old_name == "/dev/null" ? name_in(new_line) : old_name;
  const auto top = [](std::string_view path) { return path.substr(0, path.find('/')); };
  if (name_in(new_line) != "/dev/null" && top(name_in(new_line)) != top(name)) return {};
  if (name.find('/') == std::string_view::npos ||
      std::find(kTopFolders.begin(), kTopFolders.end(), top(name)) == kTopFolders.end())
    return {};
  auto error =
      nothing_in_front(number, name, fmt::format("would look for {}", name.substr(top(name).size() + 1)));
  error.value().hint += fmt::format("; if {}/ is the folder that the source lies in, write -p1", top(name));
  return error;
}

// No file has more: line numbers can be added up without a thought.
constexpr int kMostLines = 500'000'000;

bool read_line_number(std::string_view& text, int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0 || value > kMostLines) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// "12,7" or "12"
bool read_range(std::string_view& text, int& start, int& count) {
  count = 1;
  if (!read_line_number(text, start)) return false;
  if (!text.starts_with(',')) return true;
  text.remove_prefix(1);
  return read_line_number(text, count);
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
    if (!line.ends_with('\n') && !line.starts_with('\\'))
      return malformed(cursor.number(),
                       "the patch ends in the middle of a line, and patch would not take it");
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

// What git says of a file before its hunks. GNU patch goes by it behind a line "diff --git", and nowhere
// else.
struct GitHead {
  int line = 0;  // of "diff --git"; 0: there is none
  std::string_view text;
  int old_mode = 0;
  int new_mode = 0;
  bool creates = false;
  bool deletes = false;
};

// The mode of a line of git's header. A link's text is a path and a submodule's a commit: neither is a text
// to be matched.
Result<int> mode_of(std::string_view digits, int number) {
  digits = digits.substr(0, digits.find_last_not_of("\r\n") + 1);
  int mode = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), mode, 8);
  if (error != std::errc() || end != digits.data() + digits.size() || mode < 0)
    return malformed(number, fmt::format("'{}' is no file's mode", digits));
  constexpr int kType = 0170000;
  constexpr int kRegular = 0100000;
  if ((mode & kType) != kRegular)
    return fail(fmt::format("line {}: mode {} is that of a symbolic link or a submodule", number, digits),
                "only files are judged and patched: take it out of the patch, or make a file of it");
  return mode;
}

Result<void> read_head(std::string_view line, int number, GitHead& head) {
  const auto behind = [&](std::string_view words) { return line.substr(words.size()); };
  for (const std::string_view words : {"old mode ", "deleted file mode "}) {
    if (!line.starts_with(words)) continue;
    KMESH_LET(mode, mode_of(behind(words), number));
    head.old_mode = mode;
    head.deletes = words.starts_with("deleted");
  }
  for (const std::string_view words : {"new mode ", "new file mode "}) {
    if (!line.starts_with(words)) continue;
    KMESH_LET(mode, mode_of(behind(words), number));
    head.new_mode = mode;
    head.creates = words == "new file mode ";
  }
  if (line.starts_with("index ") && line.find("..") < line.rfind(' ')) {
    KMESH_LET(mode, mode_of(line.substr(line.rfind(' ') + 1), number));
    head.old_mode = head.new_mode = mode;
  }
  return {};
}

// A header that no hunk followed. patch carries some of these out and passes over others, without a word.
Result<void> check_used(const GitHead& head) {
  if (head.line == 0) return {};
  const auto refused = [&](std::string_view what, std::string_view hint) {
    const auto end = head.text.find_last_not_of("\r\n");
    return fail(fmt::format("line {}: '{}' has no hunk: {}", head.line, head.text.substr(0, end + 1), what),
                std::string(hint));
  };
  if (head.creates || head.deletes)
    return refused(
        head.creates ? "it creates an empty file" : "it deletes an empty file",
        "what is empty cannot be judged, and patch -E leaves no empty file behind: give the file a "
        "line, its licence, and make the patch again; or take this section out of it");
  if (head.old_mode != head.new_mode)
    return refused("it changes a file's mode alone",
                   "a mode cannot be seen in the file's text, so nobody could say whether it is there: take "
                   "this section out of the patch, and have the script called by its interpreter");
  return refused("nothing is changed",
                 "the patch is damaged, or somebody took its hunks out: make it again with git format-patch, "
                 "or take this line out of it");
}

Result<void> refuse_unjudged(std::string_view line, int number) {
  if (line.starts_with("GIT binary patch") || line.starts_with("Binary files "))
    return malformed(number, "binary changes cannot be judged or applied by patch");
  if (line.starts_with("rename from ") || line.starts_with("copy from "))
    return fail(fmt::format("line {}: renames and copies are not judged", number),
                "make the patch again so that it spells the change out", "git format-patch --no-renames");
  return {};
}

// From the "+++" line on, which the cursor is at.
Result<FilePatch> parse_file(std::string_view old_line, Cursor& cursor, std::optional<int> strip) {
  const int number = cursor.number();
  const std::string_view new_line = cursor.take();
  FilePatch file;
  if (!strip) KMESH_TRY(check_front(old_line, new_line, number));
  KMESH_LET(old_path, path_of(old_line, number, strip.value_or(1)));
  KMESH_LET(new_path, path_of(new_line, number + 1, strip.value_or(1)));
  file.old_path = std::move(old_path);
  file.new_path = std::move(new_path);
  if (file.old_path.empty() && file.new_path.empty()) return malformed(number, "neither side names a file");
  if (!file.old_path.empty() && !file.new_path.empty() && file.old_path != file.new_path)
    return fail(fmt::format("line {}: the sides name two files, {} and {}: patch would choose one", number,
                            file.old_path, file.new_path),
                "make the patch again with the same name on both sides", "git format-patch --no-renames");
  while (cursor.peek().starts_with("@@ -")) {
    KMESH_LET(hunk, parse_hunk(cursor, new_line.ends_with("\r\n")));
    file.hunks.push_back(std::move(hunk));
  }
  if (file.hunks.empty()) return malformed(number, fmt::format("{} has no hunk", file.path()));
  return file;
}

}  // namespace

std::vector<std::string> Hunk::side(char removed_kind) const {
  std::vector<std::string> all;
  for (const auto& line : lines) {
    if (line.kind == ' ' || line.kind == removed_kind) all.push_back(line.text);
  }
  return all;
}

bool FilePatch::sets_mode() const {
  constexpr int kPlain = 0100644;
  return !new_path.empty() && new_mode != 0 && new_mode != (old_path.empty() ? kPlain : old_mode);
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

Result<std::vector<FilePatch>> parse_diff(std::string_view text, std::optional<int> strip) {
  std::vector<FilePatch> files;
  GitHead head;
  Cursor cursor(text);
  while (cursor.more()) {
    const std::string_view line = cursor.peek();
    const int number = cursor.number() + 1;
    KMESH_TRY(refuse_unjudged(line, number));
    if (line.starts_with("diff --git ")) {
      KMESH_TRY(check_used(head));
      head = {number, line};
    } else if (head.line != 0) {
      KMESH_TRY(read_head(line, number, head));
    }
    if (!line.starts_with("--- ")) {
      if (begins_hunk(line))
        return malformed(number, "a hunk without a file: patch would guess, or pass over it");
      cursor.take();
      continue;
    }
    const std::string_view old_line = cursor.take();
    if (!cursor.peek().starts_with("+++ ")) continue;  // the "---" of a mail, or of a text
    KMESH_LET(file, parse_file(old_line, cursor, strip));
    file.old_mode = head.old_mode;
    file.new_mode = head.new_mode;
    head = {};
    files.push_back(std::move(file));
  }
  KMESH_TRY(check_used(head));
  if (files.empty()) return fail("no change was found in it", "a patch of the archive is a unified diff");
  return files;
}

}  // namespace kmesh
