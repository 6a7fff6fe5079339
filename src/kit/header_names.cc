// SPDX-License-Identifier: Apache-2.0
#include "kit/header_names.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "kit/c_tokens.h"

namespace kmesh {
namespace {

bool opens(const std::string& token) { return token == "(" || token == "[" || token == "{"; }
bool closes(const std::string& token) { return token == ")" || token == "]" || token == "}"; }

// Behind the bracket that closes the one at `at`.
std::size_t behind_bracket(const Tokens& tokens, std::size_t at) {
  int depth = 0;
  for (; at < tokens.size(); ++at) {
    if (opens(tokens[at])) ++depth;
    if (closes(tokens[at]) && --depth == 0) return at + 1;
  }
  return at;
}

// The first word of each part of an enum's body.
void take_enumerators(const Tokens& body, std::set<std::string>& names) {
  bool first = true;
  int depth = 0;
  for (const auto& token : body) {
    if (opens(token)) ++depth;
    if (closes(token)) --depth;
    if (depth == 0 && token == ",") {
      first = true;
    } else if (first && depth == 0 && is_identifier(token)) {
      names.insert(token);
      first = false;
    }
  }
}

// struct, union or enum at `at`: its tag, where it is defined here, and an enum's enumerators.
Result<void> take_definition(const CText& text, std::size_t at, std::set<std::string>& names) {
  const Tokens& tokens = text.tokens;
  const std::string kind = tokens[at];
  std::string tag;
  for (++at; at < tokens.size() && tokens[at] != "{";) {
    if (tokens[at].starts_with("__attribute")) {
      at = at + 1 < tokens.size() && tokens[at + 1] == "(" ? behind_bracket(tokens, at + 1) : at + 1;
    } else if (tokens[at] == ":" && kind == "enum" && !tag.empty()) {
      while (at < tokens.size() && tokens[at] != "{" && tokens[at] != ";") ++at;  // the type below it
    } else if (is_identifier(tokens[at]) && tag.empty()) {
      tag = tokens[at++];
    } else {
      return {};  // a use
    }
  }
  if (at == tokens.size()) return {};
  if (!tag.empty()) names.insert(kind + " " + tag);
  if (kind != "enum") return {};
  const std::size_t end = behind_bracket(tokens, at);
  // a macro defined between the enumerators, of the same name as one of them, is for what follows it
  Tokens body;
  for (std::size_t i = at + 1; i + 1 < end; ++i) body.push_back(tokens[i]);
  KMESH_LET(expanded, expand(text, body, at));
  take_enumerators(expanded, names);
  return {};
}

// The names a typedef at `at` gives: the last word of each declarator, or that of (*name).
void take_typedef(const Tokens& tokens, std::size_t at, std::set<std::string>& names) {
  std::string name;
  bool fixed = false;
  for (++at; at < tokens.size(); ++at) {
    const std::string& token = tokens[at];
    if (token == ";" || token == ",") {
      if (!name.empty()) names.insert(name);
      name.clear();
      fixed = false;
      if (token == ";") return;
    } else if (token.starts_with("__attribute") && at + 1 < tokens.size() && tokens[at + 1] == "(") {
      at = behind_bracket(tokens, at + 1) - 1;
    } else if (token == "(" && at + 2 < tokens.size() && tokens[at + 1] == "*" && !fixed) {
      name = tokens[at + 2];
      fixed = true;
      at = behind_bracket(tokens, at) - 1;
    } else if (opens(token)) {
      at = behind_bracket(tokens, at) - 1;
    } else if (is_identifier(token) && !fixed) {
      name = token;
    }
  }
}

}  // namespace

Result<std::set<std::string>> header_names(std::string_view text) {
  KMESH_LET(read, read_c_text(text));
  std::set<std::string> names;
  for (const auto& [name, macro] : read.macros) {
    if (macro.until == std::numeric_limits<std::size_t>::max()) names.insert(name);
  }
  for (std::size_t i = 0; i < read.tokens.size(); ++i) {
    const std::string& token = read.tokens[i];
    if (token == "struct" || token == "union" || token == "enum") KMESH_TRY(take_definition(read, i, names));
    if (token == "typedef") take_typedef(read.tokens, i, names);
  }
  return names;
}

std::vector<std::string> lacking(const std::set<std::string>& installed, const std::set<std::string>& other) {
  std::vector<std::string> missing;
  std::set_difference(installed.begin(), installed.end(), other.begin(), other.end(),
                      std::back_inserter(missing));
  return missing;
}

}  // namespace kmesh
