// SPDX-License-Identifier: Apache-2.0
#include "kit/kabi_cause.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace kmesh {
namespace {

bool is_letter(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_diff_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Without comments, every run of blanks one. A line within a comment of several lines is nothing.
std::string code_of(std::string_view line) {
  line = stripped(line);
  if (line.starts_with("*/")) line.remove_prefix(2);
  const bool within_comment = line.starts_with("* ") || line == "*";
  if (within_comment || line.starts_with("//")) return {};
  std::string code;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line.substr(i).starts_with("//")) break;
    if (line.substr(i).starts_with("/*")) {
      const auto end = line.find("*/", i + 2);
      if (end == std::string_view::npos) break;
      i = end + 1;
      continue;
    }
    const char c = is_diff_blank(line[i]) ? ' ' : line[i];
    if (c != ' ' || (!code.empty() && code.back() != ' ')) code += c;
  }
  while (code.ends_with(' ')) code.pop_back();
  return code;
}

std::string_view take_letters(std::string_view& text) {
  text = stripped(text);
  std::size_t n = 0;
  while (n < text.size() && is_letter(text[n])) ++n;
  const auto word = text.substr(0, n);
  text.remove_prefix(n);
  return word;
}

// What the lines after this one stand in, as far as a line that begins at the margin says so.
std::string opened_by(std::string_view line) {
  std::string_view rest = line;
  std::string_view word = take_letters(rest);
  const bool is_typedef = word == "typedef";
  if (is_typedef) word = take_letters(rest);
  if (word != "struct" && word != "union" && word != "enum") return std::string(kOutside);
  const std::string_view name = take_letters(rest);
  rest = stripped(rest);
  const bool attribute =
      rest.starts_with("__") && (rest.ends_with('{') || rest.find('(') == std::string_view::npos);
  if (!rest.empty() && !rest.starts_with('{') && !attribute) return std::string(kOutside);
  // the name of a typedef, or of the first constant, is further down
  if (name.empty() || is_typedef) return {};
  return fmt::format("{} {}", word, name);
}

bool at_margin(std::string_view line) {
  return !line.empty() && (is_letter(line.front()) || line.front() == '}');
}

class HunkReader {
 public:
  HunkReader(const std::string& patch, const std::string& path, std::vector<ChangedLine>& lines)
      : patch_(patch), path_(path), lines_(lines) {}

  void read(const Hunk& hunk) {
    std::string within = hunk.heading.empty() ? "" : opened_by(hunk.heading);
    int old_line = hunk.old_start;
    int new_line = hunk.new_start;
    for (const auto& line : hunk.lines) {
      const bool margin = at_margin(line.text);
      // its own first line is part of a definition
      if (margin && line.text.front() != '}') within = opened_by(line.text);
      if (line.kind != ' ') {
        std::string code = code_of(line.text);
        if (!code.empty())
          lines_.push_back({patch_, path_, line.kind == '+' ? new_line : old_line, line.kind, std::move(code),
                            within, !line.text.empty() && is_diff_blank(line.text.front())});
      }
      if (margin && (line.text.front() == '}' || line.text.find("};") != std::string::npos))
        within = kOutside;
      if (line.kind != '+') ++old_line;
      if (line.kind != '-') ++new_line;
    }
  }

 private:
  const std::string& patch_;
  const std::string& path_;
  std::vector<ChangedLine>& lines_;
};

class Causes {
 public:
  // One a patch: its first line is evidence enough.
  void add(const ChangedLine& line) {
    if (!seen_.insert(line.patch).second) return;
    all_.push_back({line.patch, fmt::format("{}:{}: {}{}", line.path, line.number, line.kind, line.text)});
  }
  [[nodiscard]] bool none() const { return all_.empty(); }
  std::vector<Cause> take() { return std::move(all_); }

 private:
  std::set<std::string> seen_;
  std::vector<Cause> all_;
};

// The word stands there and no longer one around it.
std::size_t find_word(std::string_view text, std::string_view word) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; ++at) {
    const auto end = at + word.size();
    if ((at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end]))) return at;
  }
  return std::string_view::npos;
}

// EXPORT_SYMBOL_NS_GPL(name, ...), EXPORT_TRACEPOINT_SYMBOL(name)
bool exports(std::string_view line, std::string_view symbol) {
  if (!line.starts_with("EXPORT_") && !line.starts_with("BPF_EXPORT_")) return false;
  const auto open = line.find('(');
  if (open == std::string_view::npos) return false;
  if (line.substr(0, open).find("TRACEPOINT") != std::string_view::npos) {
    for (const std::string_view prefix :
         {"__tracepoint_", "__traceiter_", "__SCK__tp_func_", "__SCT__tp_func_"}) {
      if (symbol.starts_with(prefix)) symbol.remove_prefix(prefix.size());
    }
  }
  auto rest = line.substr(open + 1);
  return take_letters(rest) == symbol;
}

}  // namespace

std::vector<ChangedLine> changed_lines(const std::vector<Patch>& patches) {
  std::vector<ChangedLine> lines;
  for (const auto& patch : patches) {
    for (const auto& file : patch.files) {
      HunkReader reader(patch.file, file.path(), lines);
      for (const auto& hunk : file.hunks) reader.read(hunk);
    }
  }
  return lines;
}

std::string declared_name(std::string_view line) {
  const std::string code = code_of(line);
  std::string_view text = code;
  if (text.empty() || text.front() == '#' || text.find("->") != std::string_view::npos) return {};
  const bool ended = text.ends_with(';') || text.ends_with(',');
  const bool member = text.ends_with(';');
  if (ended) text.remove_suffix(1);
  if (!member) {  // an enumerator, or nothing
    const auto name = take_letters(text);
    text = stripped(text);
    return text.empty() || text.starts_with('=') ? std::string(name) : "";
  }
  if (const auto pointer = text.find("(*"); pointer != std::string_view::npos && pointer != 0) {
    text.remove_prefix(pointer + 2);
    for (std::string_view word; !(word = take_letters(text)).empty();) {
      if (word != "const" && word != "__rcu") return std::string(word);
    }
    return {};
  }
  if (text.find_first_of("=(){}\"") != std::string_view::npos) return {};
  text = text.substr(0, text.find(':'));
  text = stripped(text.substr(0, text.find('[')));
  std::size_t begin = text.size();
  while (begin > 0 && is_letter(text[begin - 1])) --begin;
  const auto before = stripped(text.substr(0, begin));
  for (const std::string_view word : {"return", "goto", "break", "continue"}) {
    if (before == word) return {};
  }
  return before.empty() ? "" : std::string(text.substr(begin));
}

std::vector<Cause> causes_of_type(const TypeChange& type, const std::vector<ChangedLine>& lines) {
  Causes causes;
  for (const auto& line : lines) {
    if (line.within == type.title) causes.add(line);
  }
  if (!causes.none()) return causes.take();
  std::set<std::string> spelled;
  std::set<std::string> named;
  for (const auto& line : type.lines) {
    const std::string code = code_of(std::string_view(line).substr(1));
    spelled.insert(line.front() + code);
    if (const auto name = declared_name(code); !name.empty()) named.insert(line.front() + name);
  }
  const auto gather = [&](const auto& fits) {
    for (const auto& line : lines) {
      if (line.within.empty() && fits(line)) causes.add(line);
    }
  };
  gather([&](const ChangedLine& line) { return spelled.contains(line.kind + line.text); });
  if (!causes.none()) return causes.take();
  gather([&](const ChangedLine& line) {
    const auto name = declared_name(line.text);
    return !name.empty() && named.contains(line.kind + name);
  });
  return causes.take();
}

std::vector<Cause> causes_of_export(std::string_view symbol, const std::vector<ChangedLine>& lines) {
  Causes causes;
  for (const auto& line : lines) {
    if (exports(line.text, symbol)) causes.add(line);
  }
  return causes.take();
}

std::vector<Cause> causes_of_declaration(std::string_view function, const std::vector<ChangedLine>& lines) {
  Causes causes;
  for (const auto& line : lines) {
    if (line.indented || line.text.front() == '#') continue;
    const auto at = find_word(line.text, function);
    if (at == std::string_view::npos) continue;
    if (stripped(std::string_view(line.text).substr(at + function.size())).starts_with('(')) causes.add(line);
  }
  return causes.take();
}

}  // namespace kmesh
