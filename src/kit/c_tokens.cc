// SPDX-License-Identifier: Apache-2.0
#include "kit/c_tokens.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace kmesh {
namespace {

constexpr std::size_t kMostTokens = 1U << 18;
constexpr std::size_t kDeepest = 64;

bool starts_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

// A line that ends with a backslash goes on with the next.
std::string joined_lines(std::string_view text) {
  std::string joined;
  joined.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && text.substr(i + 1, 1) == "\n") {
      ++i;
    } else if (text[i] == '\\' && text.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else {
      joined += text[i];
    }
  }
  return joined;
}

// The end of the literal that begins at `at`: behind its closing mark, or the line's end where it has none.
std::size_t literal_end(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\n') return i;
    if (text[i] == text[at]) return i + 1;
    if (text[i] == '\\') ++i;
  }
  return text.size();
}

// A comment becomes a blank, with the lines in it.
Result<std::string> without_comments(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"' || text[i] == '\'') {
      const auto end = literal_end(text, i);
      plain += text.substr(i, end - i);
      i = end;
    } else if (text.substr(i, 2) == "/*") {
      const auto end = text.find("*/", i + 2);
      if (end == std::string_view::npos) return fail("a comment has no end");
      plain += ' ';
      i = end + 2;
    } else if (text.substr(i, 2) == "//") {
      i = std::min(text.find('\n', i), text.size());
    } else {
      plain += text[i++];
    }
  }
  return plain;
}

struct Directive {
  std::string name;
  std::string_view rest;  // as it stands: F(x) and F (x) are not the same
};

std::optional<Directive> directive_of(std::string_view line) {
  const auto skip = [&] {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  };
  skip();
  if (!line.starts_with('#')) return std::nullopt;
  line.remove_prefix(1);
  skip();
  std::size_t end = 0;
  while (end < line.size() && starts_word(line[end])) ++end;
  Directive directive{std::string(line.substr(0, end)), {}};
  line.remove_prefix(end);
  skip();
  directive.rest = line;
  return directive;
}

struct Defined {
  std::string name;
  Macro macro;
};

std::optional<Defined> definition(std::string_view rest) {
  std::size_t end = 0;
  while (end < rest.size() && (starts_word(rest[end]) || is_digit(rest[end]))) ++end;
  if (end == 0) return std::nullopt;
  Defined defined{std::string(rest.substr(0, end)), {}};
  rest.remove_prefix(end);
  defined.macro.function = rest.starts_with('(');
  Tokens tokens = tokens_of(rest);
  if (!defined.macro.function) {
    defined.macro.body = std::move(tokens);
    return defined;
  }
  const auto close = std::find(tokens.begin(), tokens.end(), ")");
  for (auto token = tokens.begin() + 1; token < close; ++token) {
    if (*token == "...") {
      defined.macro.variadic = true;
      if ((token - 1)->front() == '(' || *(token - 1) == ",")
        defined.macro.parameters.push_back("__VA_ARGS__");
    } else if (is_identifier(*token)) {
      defined.macro.parameters.push_back(*token);
    }
  }
  if (close != tokens.end()) defined.macro.body.assign(close + 1, tokens.end());
  return defined;
}

// Reads the lines: which are directives, which of them count, and where each macro holds.
class Reader {
 public:
  void line(std::string_view line) {
    const auto directive = directive_of(line);
    if (!directive) {
      if (off_ != 0) return;
      const Tokens tokens = tokens_of(line);
      if (!tokens.empty()) guard_.clear();
      text_.tokens.insert(text_.tokens.end(), tokens.begin(), tokens.end());
      return;
    }
    if (conditional(*directive) || off_ != 0) return;
    if (directive->name == "define") {
      define(directive->rest);
    } else if (directive->name == "undef") {
      const Tokens name = tokens_of(directive->rest);
      if (!name.empty()) end(name.front());
    }
    guard_.clear();
  }

  CText result() { return std::move(text_); }

 private:
  // `#if 0` is off until its #else or #elif; every other branch counts.
  bool conditional(const Directive& directive) {
    const std::string& name = directive.name;
    if (name == "if" || name == "ifdef" || name == "ifndef") {
      const Tokens words = tokens_of(directive.rest);
      guard_ = !seen_ && name == "ifndef" && words.size() == 1 ? words.front() : "";
      seen_ = true;
      ++depth_;
      if (off_ == 0 && name == "if" && words == Tokens{"0"}) off_ = depth_;
      return true;
    }
    if (name == "else" || name == "elif") {
      if (off_ == depth_) off_ = 0;
      return true;
    }
    if (name != "endif") return false;
    if (off_ == depth_) off_ = 0;
    if (depth_ > 0) --depth_;
    return true;
  }

  void define(std::string_view rest) {
    auto defined = definition(rest);
    if (!defined) return;
    const bool is_guard = defined->name == guard_ && defined->macro.body.empty();
    if (is_guard) return;
    end(defined->name);
    defined->macro.from = text_.tokens.size();
    defined->macro.until = std::numeric_limits<std::size_t>::max();
    text_.macros.emplace(std::move(defined->name), std::move(defined->macro));
  }

  void end(const std::string& name) {
    const auto [first, last] = text_.macros.equal_range(name);
    for (auto it = first; it != last; ++it)
      it->second.until = std::min(it->second.until, text_.tokens.size());
  }

  CText text_;
  std::size_t depth_ = 0;
  std::size_t off_ = 0;  // the depth of the `#if 0` we are in
  bool seen_ = false;    // a conditional: a guard is the first one
  std::string guard_;    // its name, on the line before
};

class Expander {
 public:
  Expander(const CText& text, std::size_t at) : text_(text), at_(at) {}

  Result<void> run(const Tokens& tokens, Tokens& out) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const Macro* macro = active_.contains(tokens[i]) ? nullptr : text_.macro(tokens[i], at_);
      const bool called = macro != nullptr && i + 1 < tokens.size() && tokens[i + 1] == "(";
      if (macro == nullptr || (macro->function && !called)) {
        if (out.size() >= kMostTokens) return fail("macros grow without bound");
        out.push_back(tokens[i]);
        continue;
      }
      const std::string& name = tokens[i];
      const auto arguments = macro->function ? take_arguments(tokens, i) : std::vector<Tokens>{};
      const Tokens body = substituted(*macro, arguments);
      spent_ += body.size() + 1;
      if (spent_ > kMostTokens || active_.size() >= kDeepest) return fail("macros grow without bound");
      active_.insert(name);
      KMESH_TRY(run(body, out));
      active_.erase(name);
    }
    return {};
  }

 private:
  // From the name at `i`; leaves `i` on the closing parenthesis.
  static std::vector<Tokens> take_arguments(const Tokens& tokens, std::size_t& i) {
    std::vector<Tokens> arguments(1);
    int depth = 0;
    for (++i; i < tokens.size(); ++i) {
      const std::string& token = tokens[i];
      if (token == ")" && --depth == 0) break;
      if (token == "," && depth == 1) {
        arguments.emplace_back();
      } else if (token != "(" || depth > 0) {
        arguments.back().push_back(token);
      }
      if (token == "(") ++depth;
    }
    return arguments;
  }

  // The argument that stands for a parameter; nothing where the token is none.
  static std::optional<Tokens> argument(const Macro& macro, const std::vector<Tokens>& arguments,
                                        const std::string& token) {
    const auto found = std::find(macro.parameters.begin(), macro.parameters.end(), token);
    if (found == macro.parameters.end()) return std::nullopt;
    const auto at = static_cast<std::size_t>(found - macro.parameters.begin());
    Tokens all = at < arguments.size() ? arguments[at] : Tokens{};
    if (!macro.variadic || at + 1 != macro.parameters.size()) return all;
    for (auto more = at + 1; more < arguments.size(); ++more) {
      all.emplace_back(",");
      all.insert(all.end(), arguments[more].begin(), arguments[more].end());
    }
    return all;
  }

  static Tokens substituted(const Macro& macro, const std::vector<Tokens>& arguments) {
    Tokens out;
    bool paste = false;
    for (std::size_t i = 0; i < macro.body.size(); ++i) {
      const std::string& token = macro.body[i];
      if (token == "##") {
        paste = true;
        continue;
      }
      if (token == "#" && macro.function && i + 1 < macro.body.size()) {
        out.emplace_back("\"");
        ++i;
        continue;
      }
      const auto value = argument(macro, arguments, token);
      Tokens more = value ? *value : Tokens{token};
      // gcc's: a comma before an empty rest goes away, one before a rest that is there is not pasted
      const bool rest = paste && value && macro.variadic && token == macro.parameters.back() &&
                        !out.empty() && out.back() == ",";
      if (rest && more.empty()) out.pop_back();
      if (paste && !rest && !out.empty() && !more.empty()) {
        out.back() += more.front();
        more.erase(more.begin());
      }
      out.insert(out.end(), more.begin(), more.end());
      paste = false;
    }
    return out;
  }

  const CText& text_;
  std::size_t at_;
  std::size_t spent_ = 0;
  std::set<std::string> active_;  // a macro is not expanded within itself
};

}  // namespace

bool is_identifier(std::string_view token) { return !token.empty() && starts_word(token.front()); }

Tokens tokens_of(std::string_view text) {
  Tokens tokens;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    std::size_t end = i + 1;
    if (is_blank(c)) {
      ++i;
      continue;
    }
    if (c == '"' || c == '\'') {
      tokens.emplace_back("\"");
      i = literal_end(text, i);
      continue;
    }
    if (starts_word(c) || is_digit(c)) {
      while (end < text.size() &&
             (starts_word(text[end]) || is_digit(text[end]) || (is_digit(c) && text[end] == '.')))
        ++end;
    } else if (text.substr(i, 2) == "##") {
      end = i + 2;
    } else if (text.substr(i, 3) == "...") {
      end = i + 3;
    }
    tokens.emplace_back(text.substr(i, end - i));
    i = end;
  }
  return tokens;
}

const Macro* CText::macro(const std::string& name, std::size_t at) const {
  const auto [first, last] = macros.equal_range(name);
  for (auto it = first; it != last; ++it) {
    if (it->second.from <= at && at < it->second.until) return &it->second;
  }
  return nullptr;
}

Result<CText> read_c_text(std::string_view text) {
  KMESH_LET(plain, without_comments(joined_lines(text)));
  Reader reader;
  for (std::string_view rest = plain; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    reader.line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return reader.result();
}

Result<Tokens> expand(const CText& text, const Tokens& tokens, std::size_t at) {
  Tokens out;
  Expander expander(text, at);
  KMESH_TRY(expander.run(tokens, out));
  return out;
}

}  // namespace kmesh
