// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_kabi.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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
  std::size_t first = 0;
  std::size_t line = 0;  // the last one
  bool bcond = false;
  std::string keyword;
};

struct Defined {
  std::string name;
  std::string keyword;
  bool bcond = false;
};

// What stands behind a "define", "global" or "bcond", wherever that is in the line: a definition may be the
// body of a condition, "%{!?x:%global x 1}", or written "%{bcond_with x}".
std::vector<Defined> defined_in(std::string_view line) {
  static constexpr std::array<std::string_view, 5> kKeywords = {"define", "global", "bcond", "bcond_with",
                                                                "bcond_without"};
  std::vector<Defined> all;
  for (std::size_t at = line.find_first_of("%{"); at != std::string_view::npos;
       at = line.find_first_of("%{", at + 1)) {
    const auto text = line.substr(at + 1);
    const auto end = std::find_if_not(text.begin(), text.end(), is_name);
    const auto keyword = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    if (std::find(kKeywords.begin(), kKeywords.end(), keyword) == kKeywords.end()) continue;
    const auto rest = stripped(text.substr(keyword.size()));
    const auto past = std::find_if_not(rest.begin(), rest.end(), is_name);
    const bool bcond = keyword.starts_with("bcond");
    all.push_back(
        {(bcond ? "with_" : "") + std::string(rest.begin(), past), "%" + std::string(keyword), bcond});
  }
  return all;
}

// Every macro of the text that is tested, with the way of it.
void find_uses(std::string_view text, std::size_t line, std::map<std::string, Use>& uses) {
  for (auto at = text.find("%{"); at != std::string_view::npos; at = text.find("%{", at + 2)) {
    auto word = text.substr(at + 2);
    const bool may_be_absent = word.starts_with('?') || word.starts_with('!');
    word.remove_prefix(std::min(word.find_first_not_of("?!"), word.size()));
    for (const std::string_view test : {"defined ", "undefined ", "with ", "without "}) {
      if (!word.starts_with(test)) continue;
      const auto name = stripped(word.substr(test.size(), word.find('}') - test.size()));
      auto& use = uses[(test.starts_with("with") ? "with_" : "") + std::string(name)];
      if (!use.defined) use.defined = line;
    }
    const auto end = std::find_if_not(word.begin(), word.end(), is_name);
    const auto length = static_cast<std::size_t>(end - word.begin());
    if (length == 0 || (length < word.size() && word[length] == ' ')) continue;
    auto& use = uses[std::string(word.substr(0, length))];
    // a comparison with an empty string is one of being there
    const bool quoted = at > 0 && text[at - 1] == '"' && word.substr(length).starts_with("}\"") &&
                        text.find("\"\"") != std::string_view::npos;
    const bool asks = may_be_absent && ((length < word.size() && word[length] == ':') || quoted);
    // "0%{?x}" is right about both: a switch that is 0 and one that is not there
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
    if (line.comment || line.text.find('%') == std::string_view::npos) continue;
    bool defines = false;
    for (const auto& [name, keyword, bcond] : defined_in(line.text)) {
      if (name.starts_with("without_") && is_kabi_switch("with_" + name.substr(8)))
        return fail(fmt::format("line {}: {} says when the kABI is not checked", line.begin + 1, name),
                    "which of its values that is, is not understood; mend the spec, or build --without it");
      if (!is_kabi_switch(name)) continue;
      defines = true;
      const auto known = definitions.find(name);
      const bool again = known != definitions.end();
      definitions[name] = {again ? known->second.first : i, i, bcond || (again && known->second.bcond),
                           keyword};
    }
    if (line.text.find("rpm.define") != std::string_view::npos &&
        line.text.find("kabi") != std::string_view::npos)
      return fail(fmt::format("line {}: Lua defines a switch of the kABI check", line.begin + 1),
                  "what it comes to is not understood");
    // what a definition is made of is no test
    if (!defines) find_uses(line.text, i, uses);
  }
  std::vector<KabiSwitch> switches;
  for (const auto& [name, definition] : definitions) {
    const auto& use = uses[name];
    if (use.bare && use.defined)
      return fail(fmt::format("{} is tested by its value in line {} and by its being there in line {}", name,
                              spec.lines[*use.bare].begin + 1, spec.lines[*use.defined].begin + 1),
                  "no definition turns both off; mend the spec's tests");
    const std::size_t place = behind_conditionals(spec, definition.line);
    const std::size_t used =
        std::min(use.bare.value_or(spec.lines.size()), use.defined.value_or(spec.lines.size()));
    const bool early = used < spec.lines.size() && spec.lines[used].begin < place;
    const bool undefine = !use.bare && (definition.bcond || use.defined);
    const std::string keyword = definition.keyword == "%global" ? "%global" : "%define";
    const std::string off = undefine ? "%undefine " + name : fmt::format("{} {} 0", keyword, name);
    if (early) {
      // read before its last definition: off from the first on
      const std::size_t sooner = behind_conditionals(spec, definition.first);
      if (spec.lines[used].begin < sooner)
        return fail(
            fmt::format("line {}: {} is read where it cannot be off yet", spec.lines[used].begin + 1, name),
            fmt::format("it is defined in line {}, and there is no place between the two that holds in "
                        "every case",
                        spec.lines[definition.first].begin + 1));
      switches.push_back({name, undefine, sooner, off});
    }
    switches.push_back({name, undefine, place, off});
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
