// SPDX-License-Identifier: Apache-2.0
#include "kit/ledger.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <map>
#include <set>

#include "base/text.h"

namespace kmesh {
namespace {

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// The word a text begins with, taken off it.
std::string_view take_word(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && is_word_char(text[n])) ++n;
  const auto word = text.substr(0, n);
  text.remove_prefix(n);
  return word;
}

// A header without comments, and with its preprocessor's lines joined and left out where `directives` is
// false.
std::string plain_code(std::string_view text, bool directives) {
  std::string code;
  bool line_begins = true;
  while (!text.empty()) {
    if (text.starts_with("/*")) {
      const auto end = text.find("*/", 2);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
      code += ' ';
    } else if (text.starts_with("//")) {
      text.remove_prefix(std::min(text.find('\n'), text.size()));
    } else if (text.starts_with("\\\n")) {
      text.remove_prefix(2);
      code += ' ';
    } else if (line_begins && text.front() == '#' && !directives) {
      while (!text.empty() && text.front() != '\n') text.remove_prefix(text.starts_with("\\\n") ? 2 : 1);
    } else {
      const char c = text.front();
      line_begins = c == '\n' || (line_begins && (c == ' ' || c == '\t'));
      code += c;
      text.remove_prefix(1);
    }
  }
  return code;
}

using Values = std::map<std::string, std::optional<long>, std::less<>>;

// Constant expressions as enumerators have them: | + - << over numbers, names and parentheses.
class Expression {
 public:
  Expression(std::string_view text, const Values& known) : text_(text), known_(known) {}

  std::optional<long> value() {
    const auto result = any();
    skip();
    return text_.empty() ? result : std::nullopt;
  }

 private:
  void skip() {
    while (!text_.empty() && std::isspace(static_cast<unsigned char>(text_.front())) != 0)
      text_.remove_prefix(1);
  }
  bool take(std::string_view token) {
    skip();
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }
  std::optional<long> any() {
    auto left = shifted();
    while (left && take("|")) {
      const auto right = shifted();
      if (!right) return std::nullopt;
      left = *left | *right;
    }
    return left;
  }
  std::optional<long> shifted() {
    auto left = sum();
    while (left && take("<<")) {
      const auto right = sum();
      if (!right || *right < 0 || *right > 62) return std::nullopt;
      left = static_cast<long>(static_cast<unsigned long>(*left) << static_cast<unsigned long>(*right));
    }
    return left;
  }
  std::optional<long> sum() {
    auto left = factor();
    while (left) {
      const bool plus = take("+");
      if (!plus && !take("-")) return left;
      const auto right = factor();
      if (!right) return std::nullopt;
      left = static_cast<long>(static_cast<unsigned long>(*left) +
                               static_cast<unsigned long>(plus ? *right : -*right));
    }
    return left;
  }
  std::optional<long> factor() {
    if (depth_ > 64) return std::nullopt;
    if (take("(")) {
      ++depth_;
      const auto inner = any();
      --depth_;
      return take(")") ? inner : std::nullopt;
    }
    if (take("-")) {
      ++depth_;
      const auto inner = factor();
      --depth_;
      return inner ? std::optional<long>(static_cast<long>(0UL - static_cast<unsigned long>(*inner)))
                   : std::nullopt;
    }
    std::string_view word = take_word(text_);
    if (word.empty()) return std::nullopt;
    if (std::isdigit(static_cast<unsigned char>(word.front())) == 0) {
      const auto found = known_.find(word);
      return found == known_.end() ? std::nullopt : found->second;
    }
    while (word.ends_with('U') || word.ends_with('L') || word.ends_with('u') || word.ends_with('l'))
      word.remove_suffix(1);
    int base = 10;
    if (word.starts_with("0x") || word.starts_with("0X")) {
      base = 16;
      word.remove_prefix(2);
    } else if (word.size() > 1 && word.front() == '0') {
      base = 8;
    }
    long number = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), number, base);
    if (read.ec != std::errc() || read.ptr != word.data() + word.size()) return std::nullopt;
    return number;
  }

  std::string_view text_;
  const Values& known_;
  int depth_ = 0;
};

// What stands before the next comma that is in no parentheses, taken off it.
std::string_view take_entry(std::string_view& body) {
  int depth = 0;
  std::size_t end = 0;
  for (; end < body.size() && (depth > 0 || body[end] != ','); ++end)
    depth += body[end] == '(' ? 1 : body[end] == ')' ? -1 : 0;
  const std::string_view entry = stripped(body.substr(0, end));
  body.remove_prefix(std::min(end + 1, body.size()));
  return entry;
}

// One enum's body, added to what is known.
void read_enum(std::string_view body, Values& values) {
  std::optional<long> next = 0;
  while (!body.empty()) {
    std::string_view entry = take_entry(body);
    const std::string name(take_word(entry));
    entry = stripped(entry);
    if (name.empty()) continue;
    if (entry.starts_with("=")) {
      next = Expression(entry.substr(1), values).value();
    } else if (!entry.empty()) {
      next = std::nullopt;  // a macro that brings entries of its own: from here on nothing is known
      continue;
    }
    values[name] = next;
    if (next)
      next = *next == std::numeric_limits<long>::max() ? std::nullopt : std::optional<long>(*next + 1);
  }
}

Values enumerators(std::string_view header) {
  Values values;
  const std::string code = plain_code(header, false);
  std::string_view rest = code;
  for (auto at = rest.find("enum"); at != std::string_view::npos; at = rest.find("enum")) {
    const bool whole =
        (at == 0 || !is_word_char(rest[at - 1])) && (at + 4 >= rest.size() || !is_word_char(rest[at + 4]));
    rest.remove_prefix(at + 4);
    if (!whole) continue;
    std::string_view head = stripped(rest);
    take_word(head);
    head = stripped(head);
    if (!head.starts_with("{")) continue;
    head.remove_prefix(1);
    read_enum(head.substr(0, head.find('}')), values);
  }
  return values;
}

// FN(name) or FN(name, 7, ...): the name, and the number where there is one.
std::optional<std::pair<std::string, std::optional<long>>> take_helper(std::string_view entry) {
  if (!entry.starts_with("FN(")) return std::nullopt;
  entry.remove_prefix(3);
  entry = stripped(entry);
  const std::string name(take_word(entry));
  entry = stripped(entry);
  if (name.empty()) return std::nullopt;
  std::optional<long> number;
  if (entry.starts_with(",")) {
    entry.remove_prefix(1);
    entry = stripped(entry);
    const auto word = take_word(entry);
    long value = 0;
    if (std::from_chars(word.data(), word.data() + word.size(), value).ec == std::errc()) number = value;
  }
  return std::make_pair(name, number);
}

// The helpers of one line: FN(a), FN(b, 7, ##ctx)
std::vector<std::string> helpers_in(std::string_view line) {
  std::vector<std::string> names;
  for (auto at = line.find("FN("); at != std::string_view::npos; at = line.find("FN(", at + 3)) {
    const bool whole = at == 0 || !is_word_char(line[at - 1]);
    const bool defines = stripped(line.substr(0, at)).ends_with("define");
    if (!whole || defines) continue;
    if (auto helper = take_helper(line.substr(at))) names.push_back(std::move(helper->first));
  }
  return names;
}

// What one line of a header names; `open` where it ends in the middle of a value.
struct LineNames {
  std::string kind;
  std::vector<std::string> names;
  bool open = false;
};

LineNames names_in(std::string_view raw, bool open) {
  const std::string code = plain_code(raw, true);
  std::string_view text = stripped(code);
  // the inside of a comment that began above
  if (text.starts_with("* ") || text == "*") return {};
  if (auto helpers = helpers_in(text); !helpers.empty()) return {"helper", std::move(helpers), false};
  // a macro's lines end in a backslash
  if (text.empty() || text.starts_with("#") || text.ends_with("\\")) return {};
  if (open) text.remove_prefix(std::min(text.find(','), text.size()));
  if (text.ends_with(';'))
    text = text.substr(0, text.rfind('}') == std::string_view::npos ? 0 : text.rfind('}'));
  if (const auto body = text.find('{'); body != std::string_view::npos) {
    if (text.find("enum") >= body) return {};
    text.remove_prefix(body + 1);
  }
  text = stripped(text);
  LineNames found{"enumerator",
                  {},
                  !text.empty() && std::string_view("|+-<(=&").find(text.back()) != std::string_view::npos};
  while (!text.empty()) {
    std::string_view entry = take_entry(text);
    const std::string name(take_word(entry));
    entry = stripped(entry);
    if (name.empty() && entry.empty()) continue;
    // X, or X = 1
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0 ||
        (!entry.empty() && entry.front() != '='))
      return {};
    found.names.push_back(name);
  }
  return found;
}

// What programs are compiled against. The copies below tools/ are the kernel's own, for its tools.
bool is_uapi(std::string_view path) {
  return path.starts_with("include/uapi/") ||
         (path.starts_with("arch/") && path.find("/include/uapi/") != std::string_view::npos);
}

}  // namespace

std::optional<long> helper_number(std::string_view header, std::string_view name) {
  const std::string code = plain_code(header, true);
  const auto at = code.find("BPF_FUNC_MAPPER(FN");
  if (at == std::string::npos) return std::nullopt;
  std::string_view list = std::string_view(code).substr(at);
  list = list.substr(0, list.find('\n'));
  list.remove_prefix(std::min(list.find(')') + 1, list.size()));
  long position = 0;
  for (auto next = list.find("FN("); next != std::string_view::npos; next = list.find("FN(")) {
    const bool whole = next == 0 || !is_word_char(list[next - 1]);
    const auto helper = whole ? take_helper(list.substr(next)) : std::nullopt;
    list.remove_prefix(next + 3);
    if (!helper) continue;
    const long number = helper->second.value_or(position);
    if (helper->first == name) return number;
    position = number + 1;
  }
  return std::nullopt;
}

std::optional<long> enumerator_number(std::string_view header, std::string_view name) {
  const auto values = enumerators(header);
  const auto found = values.find(name);
  return found == values.end() ? std::nullopt : found->second;
}

std::optional<long> number_of(const NumberedName& name, std::string_view header) {
  return name.kind == "helper" ? helper_number(header, name.name) : enumerator_number(header, name.name);
}

std::vector<NumberedName> added_names(const Patch& patch) {
  std::vector<NumberedName> added;
  for (const auto& file : patch.files) {
    const std::string& path = file.path();
    if (!is_uapi(path)) continue;
    std::set<std::string> removed;
    std::vector<NumberedName> names;
    for (const auto& hunk : file.hunks) {
      bool open = false;  // in the middle of a value
      for (const auto& line : hunk.lines) {
        LineNames found = names_in(line.text, open);
        if (line.kind == '-') {
          removed.insert(found.names.begin(), found.names.end());
          continue;
        }
        open = found.open;
        if (line.kind == ' ') continue;
        for (auto& name : found.names) names.push_back({found.kind, std::move(name), path});
      }
    }
    std::erase_if(names, [&](const NumberedName& name) { return removed.contains(name.name); });
    added.insert(added.end(), names.begin(), names.end());
  }
  return added;
}

}  // namespace kmesh
