// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_kabi.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/text.h"

namespace kmesh {
namespace {

// Lines, in order.
struct Use {
  std::vector<std::size_t> bare;     // that need its value: %{with_kabichk}
  std::vector<std::size_t> defined;  // that ask whether it is there: %{with kabichk}, %{?with_kabichk:1}
};

struct SwitchDefinition {
  std::vector<std::size_t> lines;
  bool bcond = false;
  std::string keyword;
};

struct SwitchDefined {
  std::string name;
  std::string keyword;
  bool bcond = false;
};

// What stands behind a "define", "global" or "bcond", wherever that is in the line: a definition may be the
// body of a condition, "%{!?x:%global x 1}", or written "%{bcond_with x}".
std::vector<SwitchDefined> defined_in(std::string_view line) {
  static constexpr std::array<std::string_view, 5> kKeywords = {"define", "global", "bcond", "bcond_with",
                                                                "bcond_without"};
  std::vector<SwitchDefined> all;
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
      use.defined.push_back(line);
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
    (asks ? use.defined : use.bare).push_back(line);
  }
}

}  // namespace

bool is_kabi_switch(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kPrefixes = {"with_", "do_",  "enable_",
                                                                "use_",  "run_", "build_"};
  static constexpr std::array<std::string_view, 5> kPlain = {"kabichk", "kabicheck", "kabi_chk", "kabi_check",
                                                             "check_kabi"};
  if (std::find(kPlain.begin(), kPlain.end(), name) != kPlain.end()) return true;
  const auto* const prefix = std::find_if(kPrefixes.begin(), kPrefixes.end(),
                                          [&](std::string_view one) { return name.starts_with(one); });
  if (prefix == kPrefixes.end()) return false;
  const bool abi = name.find("kabi") != std::string_view::npos || name.find("_abi") != std::string_view::npos;
  const bool check =
      name.find("chk") != std::string_view::npos || name.find("check") != std::string_view::npos;
  return abi && (check || name.substr(prefix->size()) == "kabi");
}

namespace {

// "without_kabichk", "skip_kabichk": its values mean the contrary.
bool says_not(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kNot = {"without_", "skip_", "no_", "disable_"};
  return std::any_of(kNot.begin(), kNot.end(), [&](std::string_view prefix) {
    return name.starts_with(prefix) && is_kabi_switch("with_" + std::string(name.substr(prefix.size())));
  });
}

// Puts it off behind each definition that something reads before the next, and behind the last.
Result<void> add_switch(const SpecText& spec, const std::string& name, const SwitchDefinition& definition,
                        const Use& use, std::vector<KabiSwitch>& switches) {
  if (!use.bare.empty() && !use.defined.empty())
    return fail(
        fmt::format("{} is tested by its value in line {} and by its being there in line {}", name,
                    spec.lines[use.bare.front()].begin + 1, spec.lines[use.defined.front()].begin + 1),
        "no definition turns both off; mend the spec's tests");
  const auto& uses = use.bare.empty() ? use.defined : use.bare;
  const bool undefine = use.bare.empty() && (definition.bcond || !use.defined.empty());
  const std::string keyword = definition.keyword == "%global" ? "%global" : "%define";
  const std::string off = undefine ? "%undefine " + name : fmt::format("{} {} 0", keyword, name);
  for (std::size_t i = 0; i < definition.lines.size(); ++i) {
    const auto line = definition.lines[i];
    const bool last = i + 1 == definition.lines.size();
    const std::size_t next = last ? spec.lines.size() : definition.lines[i + 1];
    const std::size_t place = behind_conditionals(spec, line);
    const auto reads = [&](std::size_t from, std::size_t to) {  // lines of the file
      return std::find_if(uses.begin(), uses.end(), [&](std::size_t one) {
        return spec.lines[one].begin >= from && spec.lines[one].begin < to;
      });
    };
    const std::size_t begin = i == 0 ? 0 : spec.lines[line].begin;
    const std::size_t end = last ? spec.file.size() : spec.lines[next].begin;
    if (const auto early = reads(begin, std::min(place, end)); early != uses.end())
      return fail(
          fmt::format("line {}: {} is read where it cannot be off yet", spec.lines[*early].begin + 1, name),
          fmt::format(
              "it is defined in line {}, and there is no place between the two that holds in every case",
              spec.lines[line].begin + 1));
    const bool again = !switches.empty() && switches.back().name == name && switches.back().line == place;
    if (!again && (last || reads(place, end) != uses.end())) switches.push_back({name, undefine, place, off});
  }
  return {};
}

}  // namespace

Result<std::vector<KabiSwitch>> find_kabi_switches(const SpecText& spec) {
  std::map<std::string, SwitchDefinition> definitions;
  std::map<std::string, Use> uses;
  for (std::size_t i = 0; i < spec.lines.size(); ++i) {
    const auto& line = spec.lines[i];
    if (line.comment || line.text.find('%') == std::string_view::npos) continue;
    bool defines = false;
    for (const auto& [name, keyword, bcond] : defined_in(line.text)) {
      if (says_not(name))
        return fail(fmt::format("line {}: {} says when the kABI is not checked", line.begin + 1, name),
                    "which of its values that is, is not understood; mend the spec, or build --without it");
      if (!is_kabi_switch(name)) continue;
      defines = true;
      auto& definition = definitions[name];
      definition.lines.push_back(i);
      definition.bcond = definition.bcond || bcond;
      definition.keyword = keyword;
    }
    if (line.text.find("rpm.define") != std::string_view::npos &&
        line.text.find("kabi") != std::string_view::npos)
      return fail(fmt::format("line {}: Lua defines a switch of the kABI check", line.begin + 1),
                  "what it comes to is not understood");
    // what a definition is made of is no test
    if (!defines) find_uses(line.text, i, uses);
  }
  std::vector<KabiSwitch> switches;
  for (const auto& [name, definition] : definitions)
    KMESH_TRY(add_switch(spec, name, definition, uses[name], switches));
  for (const auto& [name, use] : uses) {
    if (is_kabi_switch(name) && !definitions.contains(name) && !use.bare.empty())
      return fail(fmt::format("line {}: {} is read, and no line of the spec defines it",
                              spec.lines[use.bare.front()].begin + 1, name),
                  "another file or a macro may, and what it comes to is not understood");
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
