// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "help/completion.h"

namespace kmesh {
namespace {

constexpr const char* kZshReader = R"script(
{0}() {{
  local context state state_descr line
  typeset -A opt_args
  local -a verbs
  verbs=(
{1}  )
  _arguments -C '1:verb:->verb' '*::argument:->argument' && return 0
  case $state in
  verb) _describe verb verbs ;;
  argument)
    case $words[1] in
{2}    esac
    ;;
  esac
}}

# what values can be that are words, or the path of a file
{0}_or_files() {{ _alternative "words:word:($*)" 'files:file:_files' }}

# called by the completion's own way of loading it, or read into a shell
if [[ $funcstack[1] = _{3} ]]; then {0} "$@"; else compdef {0} {3}; fi
)script";

// Inside of single quotes, where a bracket and a colon end what is said of an option.
std::string quoted(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\'')
      safe += "'\\''";
    else if (c == '[' || c == ']' || c == ':' || c == '\\')
      safe += std::string("\\") + c;
    else
      safe += c;
  }
  return safe;
}

std::string action(const std::string& function, const Values& values) {
  const std::string words = fmt::format("{}", fmt::join(values.words, " "));
  if (!values.words.empty() && values.file) return fmt::format(" {}_or_files {}", function, words);
  if (!values.words.empty()) return fmt::format("({})", words);
  return values.file ? "_files" : values.folder ? "_files -/" : " ";
}

// One argument of _arguments for each of the option's names.
std::vector<std::string> specs(const std::string& function, const OptionText& option, const Kinds& kinds) {
  const std::string takes = option.value.empty() ? ""
                                                 : fmt::format(":{}:{}", quoted(option.value),
                                                               action(function, values_of(option, kinds)));
  if (option.positional()) return {fmt::format("'1{}'", takes)};
  std::vector<std::string> others = option.excludes;
  if (!option.repeats && option.names.size() > 1)
    others.insert(others.end(), option.names.begin(), option.names.end());
  const std::string before = fmt::format(
      "{}{}", others.empty() ? "" : fmt::format("({})", fmt::join(others, " ")), option.repeats ? "*" : "");
  std::vector<std::string> list;
  for (const auto& name : option.names) {
    const std::string joint = option.value.empty() ? "" : name.starts_with("--") ? "=" : "+";
    list.push_back(fmt::format("'{}{}{}[{}]{}'", before, name, joint, quoted(option.help), takes));
  }
  return list;
}

}  // namespace

std::string zsh_completion(const ProgramText& program, const Kinds& kinds) {
  const std::string function = function_of(program);
  std::string verbs;
  std::string cases;
  for (const auto& page : program.verbs) {
    verbs += fmt::format("    '{}:{}'\n", verb_of(page), quoted(page.title));
    cases += fmt::format("    {})\n      _arguments -S", verb_of(page));
    std::size_t place = 0;
    for (const auto& option : page.options) {
      for (auto spec : specs(function, option, kinds)) {
        if (option.positional()) spec.replace(1, 1, std::to_string(++place));
        cases += " \\\n        " + spec;
      }
    }
    if (has_rare(page)) cases += " \\\n        '(- *)--help-all[every option]'";
    cases += " \\\n        '(- *)'{-h,--help}'[a screen of help]'\n      ;;\n";
  }
  return fmt::format("#compdef {0}\n# zsh completion of {0}, made by `{0} completion zsh`\n", program.name) +
         fmt::format(kZshReader, function, verbs, cases, program.name);
}

}  // namespace kmesh
