// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "help/completion.h"

namespace kmesh {
namespace {

// Of every program: reads the line. The rest is a table of three functions, FUNCTION_options and so on.
constexpr const char* kBashReader = R"script(
# files or folders, with what the line has of them already
{0}_paths() {{
    compopt -o filenames 2> /dev/null
    mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen "$1" -- "$2")
}}

{0}_words() {{ mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen -W "$2" -- "$1"); }}

{0}() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} verb=${{COMP_WORDS[1]}} at place=0
    COMPREPLY=()
    if [ "$COMP_CWORD" -le 1 ]; then
        {0}_words "$word" '{1}'
        return
    fi
    # --option=value is three words here
    if [ "$word" = = ]; then
        word=
    elif [ "$before" = = ]; then
        before=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    if {0}_value "$verb:$before" "$word"; then return; fi
    for ((at = 2; at < COMP_CWORD; at++)); do
        case ${{COMP_WORDS[at]}} in
        =) at=$((at + 1)) ;;
        -*) if [ "${{COMP_WORDS[at + 1]}}" != = ] && {0}_value "$verb:${{COMP_WORDS[at]}}" - ask; then at=$((at + 1)); fi ;;
        *) place=$((place + 1)) ;;
        esac
    done
    if [[ $word != -* ]] && {0}_value "$verb:$place" "$word"; then return; fi
    {0}_words "$word" "$({0}_options "$verb")"
}}

complete -F {0} {2}
)script";

std::string value_row(const std::string& function, const std::string& pattern, const Values& values) {
  std::string row = fmt::format("    {})\n", pattern);
  row += "        [ \"${3-}\" != ask ] || return 0\n";
  if (!values.words.empty())
    row += fmt::format("        {}_words \"$2\" '{}'\n", function, fmt::join(values.words, " "));
  if (values.file || values.folder)
    row += fmt::format("        {}_paths {} \"$2\"\n", function, values.file ? "-f" : "-d");
  return row + "        ;;\n";
}

}  // namespace

std::string bash_completion(const ProgramText& program, const Kinds& kinds) {
  const std::string function = function_of(program);
  std::string script =
      fmt::format("# bash completion of {0}, made by `{0} completion bash`\n\n", program.name);
  std::string options = fmt::format("{}_options() {{\n    case $1 in\n", function);
  std::string values = fmt::format(
      "# VERB:OPTION or VERB:PLACE, WORD: what can stand there; false where no value does\n"
      "{}_value() {{\n    case $1 in\n",
      function);
  std::vector<std::string> verbs;
  for (const auto& page : program.verbs) {
    const std::string verb = verb_of(page);
    verbs.push_back(verb);
    std::string names;
    std::size_t place = 0;
    for (const auto& option : page.options) {
      for (const auto& name : option.names)
        if (name.starts_with("--")) names += name + " ";
      if (option.value.empty()) continue;
      std::string pattern =
          verb + ":" + (option.positional() ? std::to_string(place++) : option.names.front());
      for (std::size_t i = 1; i < option.names.size(); ++i) pattern += " | " + verb + ":" + option.names[i];
      values += value_row(function, pattern, values_of(option, kinds));
    }
    options +=
        fmt::format("    {}) echo '{}--help{}' ;;\n", verb, names, has_rare(page) ? " --help-all" : "");
  }
  const std::string end = "    esac\n}\n\n";
  return script + options + end + values + "    *) return 1 ;;\n" + end +
         fmt::format(kBashReader, function, fmt::join(verbs, " "), program.name).substr(1);
}

}  // namespace kmesh
