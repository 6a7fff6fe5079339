// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "kit/spec_lines.h"

namespace kmesh {
namespace {

std::string unquoted(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c != '"' && c != '\'') plain += c;
  }
  return plain;
}

// Parts between slashes; a slash inside of "%{...}" or "$(...)" divides nothing.
std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (const char c : path) {
    depth += c == '{' || c == '(' ? 1 : c == '}' || c == ')' ? -1 : 0;
    if (c == '/' && depth == 0) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// "%name" and "%{name}" are one.
std::string expanded_once(std::string_view path,
                          const std::map<std::string, std::string, std::less<>>& texts) {
  std::string text;
  for (std::size_t at = 0; at < path.size();) {
    const bool braced = path.substr(at).starts_with("%{");
    auto rest = path.substr(std::min(at + (braced ? 2 : 1), path.size()));
    const auto name = name_at(rest);
    rest.remove_prefix(name.size());
    if (path[at] != '%' || name.empty() || (braced && !rest.starts_with('}'))) {
      text += path[at++];
      continue;
    }
    const auto known = texts.find(name);
    text += known == texts.end() ? fmt::format("%{{{}}}", name) : known->second;
    at += name.size() + (braced ? 3 : 1);
  }
  return text;
}

}  // namespace

void Folder::enter(std::string_view path) {
  std::string plain = unquoted(path);
  static constexpr std::array<std::string_view, 4> kTop = {"%{_builddir}", "%_builddir", "$RPM_BUILD_DIR",
                                                           "${RPM_BUILD_DIR}"};
  const auto* const top =
      std::find_if(kTop.begin(), kTop.end(), [&](std::string_view name) { return plain.starts_with(name); });
  if (top != kTop.end()) {
    *this = Folder();
    plain.erase(0, top->size());
  } else if (plain.starts_with('/')) {
    *this = Folder();
    absolute_ = true;
  } else if (plain.empty() || plain.starts_with('~') || plain == "-") {
    lose();
    return;
  } else if (plain.starts_with('$') || plain.starts_with("%(")) {
    // a variable may hold an absolute path
    lose();
    return;
  }
  for (auto& part : parts_of(plain)) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts_.push_back(std::move(part));
    } else if (parts_.empty()) {
      lose();
    } else {
      parts_.pop_back();
    }
  }
}

void Folder::set_up(const std::vector<std::string>& words) {
  std::string name = "%{name}-%{version}";
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto& word = words[i];
    // options may stand together: "-qn NAME", "-SHqn NAME"
    if (word.size() < 2 || word.front() != '-' || word[1] == '-') continue;
    const auto n = word.find('n');
    if (n == std::string::npos || word.find_first_of("abS") < n) continue;
    if (n + 1 < word.size()) {
      name = word.substr(n + 1);
    } else if (i + 1 < words.size()) {
      name = words[i + 1];
    }
  }
  *this = Folder();
  enter(name);
}

void Folder::expand(const std::map<std::string, std::string, std::less<>>& texts) {
  constexpr int kDeepest = 8;  // a macro may be made of others
  std::string path = fmt::format("{}", fmt::join(parts_, "/"));
  for (int deep = 0; deep < kDeepest; ++deep) {
    std::string next = expanded_once(path, texts);
    if (next == path) break;
    path = std::move(next);
  }
  parts_ = path.empty() ? std::vector<std::string>() : parts_of(path);
}

bool Folder::holds(const Folder& other) const {
  return absolute_ == other.absolute_ && parts_.size() <= other.parts_.size() &&
         std::equal(parts_.begin(), parts_.end(), other.parts_.begin());
}

std::string Folder::text() const {
  if (!known_) return "a folder that is not known";
  const std::string text = fmt::format("{}{}", absolute_ ? "/" : "", fmt::join(parts_, "/"));
  return text.empty() ? "." : text;
}

std::string Folder::from(const Folder& from) const {
  if (*this == from) return {};
  if (absolute_) return text();
  if (from.absolute_) return fmt::format("%{{_builddir}}/{}", fmt::join(parts_, "/"));
  const auto [mine, other] =
      std::mismatch(parts_.begin(), parts_.end(), from.parts_.begin(), from.parts_.end());
  std::vector<std::string> way(static_cast<std::size_t>(from.parts_.end() - other), "..");
  way.insert(way.end(), mine, parts_.end());
  return fmt::format("{}", fmt::join(way, "/"));
}

}  // namespace kmesh
