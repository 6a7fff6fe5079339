// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <unordered_set>

#include "base/text.h"
#include "kit/spec_encoding.h"
#include "kit/spec_lines.h"

namespace kmesh {
namespace {

constexpr std::string_view kSays = "kmesh-spec: ";
// More numbers than any spec uses; asking for one takes rpm less than a microsecond.
constexpr int kLastNumber = 20000;

// rpm's answer to one spec, with the asking lines at its end; its text is what it was then.
Result<SpecAnswer> ask_rpm(Kit& kit, const Side& side, std::string& spec, const std::string& name,
                           const std::string& asking, const std::string& sources, double& seconds) {
  const std::string file = side.path(name);
  const std::size_t own = spec.size();
  if (!spec.ends_with('\n')) spec += '\n';
  spec += asking;
  const auto written = kit.disk.write(file, spec);
  spec.resize(own);
  KMESH_TRY(written);
  const auto started = std::chrono::steady_clock::now();
  const auto output = run_rpmspec(kit, side, file, {"--define", "_sourcedir " + sources, "--parse"});
  seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  KMESH_TRY(output);
  return read_answer(*output);
}

// Lua: a line on standard output. %{echo:} would be read once for each pass; what is printed here, too, and
// is the same each time.
const std::string kSay = fmt::format(
    "local function say(name, value) io.stdout:write('{}' .. name .. '=' .. value .. '\\n') end\n"
    "local function say_number(name)\n"
    "  local value = rpm.expand('%{{?' .. name .. '}}')\n"
    "  if value ~= '' then say(name, value) end\n"
    "end\n",
    kSays);

// Lua: what the switches are.
std::string asking_switches(const std::vector<std::string>& switches) {
  std::string text;
  for (const auto& name : switches)
    text += fmt::format(
        "if rpm.isdefined('{0}') then say('{0}', rpm.expand('%{{{0}}}'))\n"
        "else io.stdout:write('{1}{0}\\n') end\n",
        name, kSays);
  return text;
}

// Where a patch line has the file as its last word, from a place on.
std::size_t find_argument(std::string_view prep, std::string_view file, std::size_t from) {
  const auto words = fmt::format("-i {}", file);
  for (auto at = prep.find(words, from); at != std::string_view::npos; at = prep.find(words, at + 1)) {
    const auto rest = prep.substr(at + words.size());
    if (rest.empty() || rest.starts_with(" #") || rest.starts_with(" ||") ||
        std::string_view("\r\n)").find(rest.front()) != std::string_view::npos)
      return at;
  }
  return std::string_view::npos;
}

// One parse is enough where rpm knows the same numbers before our lines and at the end, but for ours: then
// they renumbered nothing. Where it is not, two tell what became of what.
bool is_right_at_once(Kit& kit, const Side& side, const SpecEdit& edit,
                      const std::vector<std::string>& patches, const std::string& sources, double& seconds) {
  std::string text = edit.text;
  text.insert(edit.sources_at, noting_lines());
  const auto after =
      ask_rpm(kit, side, text, "edited.spec", asking_lines_for_new(edit, patches), sources, seconds);
  return after && after->sources.size() == patches.size() && judge_edit(edit, patches, {}, *after);
}

}  // namespace

Result<std::string> run_rpmspec(Kit& kit, const Side& side, const std::string& spec,
                                const std::vector<std::string>& options) {
  Command command;
  command.argv = {"rpmspec", "--define", "_topdir " + side.inside("rpmbuild"), "--define",
                  "_dbpath " + side.inside("rpmdb")};
  command.argv.insert(command.argv.end(), options.begin(), options.end());
  command.argv.push_back(side.sandbox.inside(spec));
  command.keep_output = true;
  KMESH_LET(exit, kit.processes.run(side.sandbox.wrap(std::move(command))));
  if (exit.ok()) return std::move(exit.output);
  if (const auto text = kit.disk.read(spec)) {
    if (auto known = encoding_error(*text, exit.output)) return tl::make_unexpected(std::move(*known));
  }
  return program_failed("rpm cannot parse the spec", "its words are shown above", exit);
}

std::string asking_lines(const std::vector<std::string>& switches) {
  // the numbers that rpm gave; an rpm that has no list of them is asked for each
  return fmt::format(
      "%{{lua:\n"
      "{}"
      "for kind, list in pairs({{SOURCE = source_nums or false, PATCH = patch_nums or false}}) do\n"
      "  if list then for _, i in ipairs(list) do say_number(kind .. math.floor(i)) end\n"
      "  else for i = 0, {} do say_number(kind .. i) end end\n"
      "end\n"
      "{}}}\n",
      kSay, kLastNumber, asking_switches(switches));
}

std::string noting_lines() { return "%{lua: kmesh_sources = source_nums and #source_nums }\n"; }

std::string asking_lines_for_new(const SpecEdit& edit, const std::vector<std::string>& patches) {
  std::string ours;
  for (std::size_t i = 0; i < patches.size(); ++i)
    ours += fmt::format("[{}] = true, ['{}'] = true, ", edit.sources[i], patches[i]);
  return fmt::format(
      "%{{lua:\n"
      "{}"
      "local ours = {{{}}}\n"
      "local function look(kind, numbers, files, known)\n"
      "  for i, number in ipairs(numbers) do\n"
      "    if i > known or ours[number] or ours[string.match(files[i], '[^/]*$')] then\n"
      "      say_number(kind .. math.floor(number))\n"
      "    end\n"
      "  end\n"
      "end\n"
      "if not kmesh_sources then say('SOURCE', 'this rpm has no lists')\n"
      "else\n"
      "  look('SOURCE', source_nums, sources, kmesh_sources)\n"
      "  look('PATCH', patch_nums or {{}}, patches, #(patch_nums or {{}}))\n"
      "end\n"
      "{}}}\n",
      kSay, ours, asking_switches(edit.kabi));
}

SpecAnswer read_answer(std::string_view output) {
  SpecAnswer answer;
  std::unordered_set<std::string_view> seen;  // rpm reads a spec more than once
  bool in_prep = false;
  while (!output.empty()) {
    const auto end = std::min(output.find('\n'), output.size());
    const auto line = output.substr(0, end);
    output.remove_prefix(std::min(end + 1, output.size()));
    if (const auto says = line.find(kSays); says != std::string_view::npos) {
      const auto what = line.substr(says + kSays.size());
      const bool number = what.starts_with("SOURCE") || what.starts_with("PATCH");
      if (seen.insert(what).second) (number ? answer.sources : answer.kabi).emplace_back(what);
      continue;
    }
    // the sections of a parsed spec stand at the start of their lines, as rpm reads them
    if (line.starts_with('%') && !line.starts_with("%%")) {
      const auto text = stripped(line);
      in_prep = text == "%prep" || text.starts_with("%prep ");
    }
    if (in_prep) (answer.prep += line) += '\n';
  }
  return answer;
}

Result<void> judge_edit(const SpecEdit& edit, const std::vector<std::string>& patches,
                        const SpecAnswer& before, const SpecAnswer& after) {
  const std::unordered_set<std::string_view> now(after.sources.begin(), after.sources.end());
  for (const auto& source : before.sources) {
    const auto name = std::string_view(source).substr(source.rfind('/') + 1);
    if (std::find(patches.begin(), patches.end(), name) != patches.end())
      return fail(fmt::format("the spec has a file of that name: {}", source),
                  "ours would lie in its place, in the folder of the sources; rename the patch");
    if (!now.contains(source))
      return fail(fmt::format("with the lines added, rpm has no {} any more", source),
                  "the added Source lines would renumber the spec's own; this spec is not understood");
  }
  std::size_t last = 0;
  for (std::size_t i = 0; i < patches.size(); ++i) {
    const auto name = fmt::format("SOURCE{}=", edit.sources[i]);
    const auto given = std::find_if(after.sources.begin(), after.sources.end(),
                                    [&](const std::string& source) { return source.starts_with(name); });
    if (given == after.sources.end() || !given->ends_with("/" + patches[i]))
      return fail(fmt::format("rpm does not take Source{} for {}", edit.sources[i], patches[i]),
                  "the spec defines that number by a macro; this spec is not understood");
    const auto at = find_argument(after.prep, given->substr(name.size()), last);
    if (at == std::string::npos)
      return fail(fmt::format("the %prep that rpm would run does not apply {}", patches[i]),
                  "the line for it stands where rpm reads none; this spec is not understood");
    last = at;
  }
  for (const auto& name : edit.kabi) {
    const bool bcond = std::find(edit.bcond.begin(), edit.bcond.end(), name) != edit.bcond.end();
    const bool expression = name.starts_with("_without_");
    const auto wanted = bcond        ? name
                        : expression ? fmt::format("{}=--without-{}", name, name.substr(9))
                                     : name + "=0";
    if (std::find(after.kabi.begin(), after.kabi.end(), wanted) == after.kabi.end())
      return fail(fmt::format("the kABI check's switch {} is not off for rpm ({})", name,
                              fmt::join(after.kabi, ", ")),
                  "the spec sets it again in a way that is not understood");
  }
  return {};
}

Result<SpecEdit> edit_with_rpm(Kit& kit, const Side& side, std::string_view spec,
                               const std::vector<std::string>& patches, const std::string& sources) {
  double seconds = 0;
  KMESH_LET(read, read_editable(spec));
  KMESH_LET(first, edit_spec(read, patches, {}));
  if (is_right_at_once(kit, side, first, patches, sources, seconds)) {
    first.rpm_seconds = seconds;
    return std::move(first);
  }
  // what the check alone needs goes with it: so the two differ in our lines only
  KMESH_LET(plain, edit_spec(read, {}, {}));
  KMESH_LET(before,
            ask_rpm(kit, side, plain.text, "before.spec", asking_lines(plain.kabi), sources, seconds));
  std::vector<int> taken;
  for (const auto& source : before.sources)
    taken.push_back(std::atoi(source.c_str() + source.find_first_of("0123456789")));
  std::sort(taken.begin(), taken.end());
  KMESH_LET(edit, edit_spec(read, patches, taken));
  KMESH_LET(after, ask_rpm(kit, side, edit.text, "after.spec", asking_lines(edit.kabi), sources, seconds));
  KMESH_TRY(judge_edit(edit, patches, before, after));
  edit.rpm_seconds = seconds;
  return std::move(edit);
}

}  // namespace kmesh
