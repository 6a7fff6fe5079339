// SPDX-License-Identifier: Apache-2.0
#include "kit/requirement.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kmesh {
namespace {

using Kind = Requirement::Kind;

// Words and brackets; a bracket within a name, "perl(ExtUtils::Embed)", belongs to it.
std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  std::string word;
  int depth = 0;
  const auto end_word = [&] {
    if (!word.empty()) tokens.push_back(std::move(word));
    word.clear();
    depth = 0;
  };
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t';
    if (blank) {
      end_word();
    } else if (c == '(' && word.empty()) {
      tokens.emplace_back("(");
    } else if (c == ')' && depth == 0) {
      end_word();
      tokens.emplace_back(")");
    } else {
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      word += c;
    }
  }
  end_word();
  return tokens;
}

class Parser {
 public:
  explicit Parser(std::vector<std::string> tokens) : tokens_(std::move(tokens)) {}

  Requirement one() {
    if (take("(")) {
      Requirement inner = list();
      take(")");
      return inner;
    }
    Requirement requirement;
    if (at_ < tokens_.size()) requirement.name = tokens_[at_++];
    if (at_ + 1 < tokens_.size() && tokens_[at_].find_first_not_of("<>=") == std::string::npos) {
      requirement.comparison = tokens_[at_];
      requirement.version = tokens_[at_ + 1];
      at_ += 2;
    }
    return requirement;
  }

 private:
  bool take(std::string_view token) {
    if (at_ >= tokens_.size() || tokens_[at_] != token) return false;
    ++at_;
    return true;
  }

  // rpm has one operator within a pair of brackets
  Requirement list() {
    Requirement all;
    all.kind = Kind::kAll;
    all.parts.push_back(one());
    while (at_ < tokens_.size() && tokens_[at_] != ")") {
      const std::string word = tokens_[at_++];
      Requirement next = one();
      if (word == "without") continue;
      if (word == "or") all.kind = Kind::kAny;
      if (word == "if") all.kind = Kind::kIf;
      if (word == "unless") all.kind = Kind::kUnless;
      all.parts.push_back(std::move(next));
    }
    return all;
  }

  std::vector<std::string> tokens_;
  std::size_t at_ = 0;
};

Standing of_name(const Requirement& wanted, const DebianHost& host) {
  Standing standing;
  // "gcc(x86-64)" is gcc of this machine
  auto row = host.table.find(wanted.name);
  if (row == host.table.end()) row = host.table.find(wanted.name.substr(0, wanted.name.find('(')));
  if (row == host.table.end()) {
    standing.kind = Standing::Kind::kUnknown;
    return standing;
  }
  for (const auto& package : row->second) {
    standing.wanted.insert(package);
    const auto there = host.installed.find(package);
    const bool fits =
        there != host.installed.end() &&
        (wanted.comparison.empty() ||
         host.compares(upstream_version(there->second), wanted.comparison, upstream_version(wanted.version)));
    if (fits) continue;
    standing.kind = Standing::Kind::kMissing;
    standing.missing.insert(package);
    if (there != host.installed.end()) standing.older = fmt::format("{} is {}", package, there->second);
  }
  return standing;
}

Standing of_all(const std::vector<Standing>& parts) {
  Standing all;
  for (const auto& part : parts) {
    all.wanted.insert(part.wanted.begin(), part.wanted.end());
    all.missing.insert(part.missing.begin(), part.missing.end());
    if (!part.older.empty()) all.older = part.older;
    if (part.kind == Standing::Kind::kMissing || all.kind == Standing::Kind::kMet) all.kind = part.kind;
  }
  return all;
}

Standing of_any(const std::vector<Standing>& parts) {
  for (const auto kind : {Standing::Kind::kMet, Standing::Kind::kMissing}) {
    const auto one =
        std::find_if(parts.begin(), parts.end(), [&](const Standing& part) { return part.kind == kind; });
    if (one != parts.end()) return *one;
  }
  return parts.front();
}

}  // namespace

Requirement parse_requirement(std::string_view text) { return Parser(tokens_of(text)).one(); }

Standing standing_of(const Requirement& requirement, const DebianHost& host) {
  if (requirement.kind == Kind::kName) return of_name(requirement, host);
  std::vector<Standing> parts;
  for (const auto& part : requirement.parts) parts.push_back(standing_of(part, host));
  if (requirement.kind == Kind::kAll || parts.size() < 2) return of_all(parts);
  if (requirement.kind == Kind::kAny) return of_any(parts);
  if (parts[1].kind == Standing::Kind::kUnknown) {
    // nothing tells whether the condition holds: that stops no build
    if (parts[0].kind == Standing::Kind::kMissing) parts[0] = parts[1];
    return parts[0];
  }
  const bool holds = parts[1].kind == Standing::Kind::kMet;
  if (holds == (requirement.kind == Kind::kIf)) return parts[0];
  return parts.size() > 2 ? parts[2] : Standing();
}

std::string upstream_version(std::string_view version) {
  if (const auto colon = version.find(':'); colon != std::string_view::npos) version.remove_prefix(colon + 1);
  return std::string(version.substr(0, version.rfind('-')));
}

}  // namespace kmesh
