// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_kabi.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

namespace kmesh {
namespace {

bool is_name(unsigned char c) { return std::isalnum(c) != 0 || c == '_'; }

struct Use {
  std::optional<std::size_t> bare;  // a line that needs its value: %{with_kabichk}
  std::optional<std::size_t>
      defined;  // one that asks whether it is there: %{with kabichk}, %{?with_kabichk:1}
};

struct Definition {
  std::size_t line = 0;  // the last one
  bool bcond = false;
  std::string keyword;
};

// The name after "%define ", "%global " or a %bcond; empty where the line is none.
std::string defined_name(std::string_view line, bool& bcond, std::string& keyword) {
  const auto text = stripped(line);
  if (!text.starts_with('%')) return {};
  const auto space = text.find_first_of(" \t");
  if (space == std::string_view::npos) return {};
  keyword = text.substr(0, space);
  const auto rest = stripped(text.substr(space));
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_name);
  std::string name(rest.begin(), end);
  bcond = keyword == "%bcond" || keyword == "%bcond_with" || keyword == "%bcond_without";
  if (bcond) return "with_" + name;
  return keyword == "%define" || keyword == "%global" ? name : std::string();
}

// Every macro of the text that is tested, with the way of it.
void find_uses(std::string_view text, std::size_t line, std::map<std::string, Use>& uses) {
  for (auto at = text.find("%{"); at != std::string_view::npos; at = text.find("%{", at + 2)) {
    auto word = text.substr(at + 2);
    const bool may_be_absent = word.starts_with('?') || word.starts_with('!');
    word.remove_prefix(std::min(word.find_first_not_of("?!"), word.size()));
    for (const std::string_view test : {"with ", "without "}) {
      if (!word.starts_with(test)) continue;
      const auto name = stripped(word.substr(test.size(), word.find('}') - test.size()));
      auto& use = uses["with_" + std::string(name)];
      if (!use.defined) use.defined = line;
    }
    const auto end = std::find_if_not(word.begin(), word.end(), is_name);
    const auto length = static_cast<std::size_t>(end - word.begin());
    if (length == 0 || (length < word.size() && word[length] == ' ')) continue;
    auto& use = uses[std::string(word.substr(0, length))];
    // "0%{?x}" is right about both: a switch that is 0 and one that is not there
    const bool asks = may_be_absent && length < word.size() && word[length] == ':';
    if (may_be_absent && !asks) continue;
    auto& kind = asks ? use.defined : use.bare;
    if (!kind) kind = line;
  }
}

}  // namespace

bool is_kabi_switch(std::string_view name) {
  const bool prefix = name.starts_with("with_") || name.starts_with("do_") || name.starts_with("enable_");
  const auto kabi = name.find("kabi");
  if (!prefix || kabi == std::string_view::npos) return false;
  return name.find("chk", kabi) != std::string_view::npos ||
         name.find("check", kabi) != std::string_view::npos;
}

Result<std::vector<KabiSwitch>> find_kabi_switches(const SpecText& spec) {
  std::map<std::string, Definition> definitions;
  std::map<std::string, Use> uses;
  for (std::size_t i = 0; i < spec.lines.size(); ++i) {
    const auto& line = spec.lines[i];
    if (line.comment) continue;
    bool bcond = false;
    std::string keyword;
    const auto name = defined_name(line.text, bcond, keyword);
    if (is_kabi_switch(name)) definitions[name] = {i, bcond || definitions[name].bcond, keyword};
    // what a definition is made of is no test
    if (name.empty()) find_uses(line.text, i, uses);
  }
  std::vector<KabiSwitch> switches;
  for (const auto& [name, definition] : definitions) {
    const auto& use = uses[name];
    if (use.bare && use.defined)
      return fail(fmt::format("{} is tested by its value in line {} and by its being there in line {}", name,
                              spec.lines[*use.bare].begin + 1, spec.lines[*use.defined].begin + 1),
                  "no definition turns both off; mend the spec's tests");
    const bool undefine = !use.bare && (definition.bcond || use.defined);
    const std::string keyword = definition.keyword == "%global" ? "%global" : "%define";
    switches.push_back({name, undefine, behind_conditionals(spec, definition.line),
                        undefine ? "%undefine " + name : fmt::format("{} {} 0", keyword, name)});
  }
  // the expressions that specs build their switches of may be tested without one
  for (const auto& [name, use] : uses) {
    const std::string plain = name.starts_with("_without_") ? "with_" + name.substr(9) : "";
    if (plain.empty() || !is_kabi_switch(plain) || definitions.contains(plain)) continue;
    std::size_t first = 0;
    while (first < spec.lines.size() && spec.lines[first].comment) ++first;
    switches.push_back({name, false, first < spec.lines.size() ? spec.lines[first].begin : 0,
                        fmt::format("%define {} --without-{}", name, name.substr(9))});
  }
  std::stable_sort(switches.begin(), switches.end(),
                   [](const KabiSwitch& a, const KabiSwitch& b) { return a.line < b.line; });
  return switches;
}

}  // namespace kmesh
