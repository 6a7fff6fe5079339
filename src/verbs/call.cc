// SPDX-License-Identifier: Apache-2.0
#include "verbs/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "kit/configs.h"
#include "kit/nearest.h"

namespace kmesh {

std::string told(std::string_view words) {
  std::string text = plain(words);
  constexpr std::string_view kName = "kmesh-kernel";
  const std::string called = program_invocation_name;
  if (called.find('/') == std::string::npos) return text;
  const std::string command = fmt::format("  {} ", kName);
  const std::string own = fmt::format("  {} ", shown({called}));
  for (auto at = text.find(command); at != std::string::npos; at = text.find(command, at + own.size()))
    text.replace(at, command.size(), own);
  return text;
}

int answer(std::string_view text, int code) {
  if (put(stdout, text)) return code;
  put(stderr, "error: the answer could not be written to standard output\n");
  return kFailed;
}

int show(const Error& error, bool json) {
  if (json) {
    const nlohmann::ordered_json whole = {
        {"ok", false},
        {"error",
         {{"what", error.what}, {"hint", error.hint}, {"command", error.command}, {"detail", error.detail}}}};
    answer(whole.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n", kFailed);
  }
  const std::string detail = error.detail.empty() ? "" : fmt::format("\n{}\n", error.detail);
  std::string text = fmt::format(" {}\n", error.what);
  if (!error.hint.empty()) text += fmt::format("  {}\n", error.hint);
  if (!error.command.empty()) text += fmt::format("\n    {}\n\n", error.command);
  put(stderr, told(detail) + in_red(stderr, "error:") + told(text));
  return error.wrong_call ? kWrongCall : kFailed;
}

Result<Data> find_data() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  const fs::path prefix = program.parent_path();
  const fs::path installed = prefix / "libexec/kmesh/guest";
  Data data;
  data.guest = (fs::exists(installed, error) ? installed : program / "guest").string();
  const char* set = std::getenv("KMESH_KERNEL_DATA");
  if (set != nullptr) {
    data.kernel = set;
    return data;
  }
  std::vector<fs::path> places = {prefix / "share/kmesh/kernel"};
  for (fs::path folder = program;; folder = folder.parent_path()) {
    places.push_back(folder / "kernel");
    if (folder == folder.parent_path()) break;
  }
  for (const auto& place : places) {
    if (!fs::exists(place / "baselines.toml", error)) continue;
    data.kernel = place.string();
    return data;
  }
  return fail(fmt::format("the patch archive was found neither in {} nor in a checkout above the program",
                          places.front().string()),
              "install the program with `make install`, or name the archive's folder in KMESH_KERNEL_DATA");
}

void add_quiet(Form& form, Talk& talk, const std::string& group) {
  auto* quiet = form.add_flag_callback(
      "--quiet,-q", [&talk] { talk = Talk::kQuiet; }, "no progress: errors and the answer alone");
  if (!group.empty()) quiet->group(group);
}

void add_talk(Form& form, Talk& talk, const std::string& group) {
  add_quiet(form, talk, group);
  auto* verbose = form.add_flag_callback(
      "--verbose,-v", [&talk] { talk = Talk::kVerbose; }, "a line for each thing that is done");
  verbose->excludes("--quiet");
  if (!group.empty()) verbose->group(group);
}

bool asks_json(const std::vector<std::string>& words) {
  return std::find(words.begin(), words.end(), "--json") != words.end();
}

std::string config_words() {
  std::string words;
  for (const auto& config : named_configs()) words += config.name + "|";
  return words + "FILE";
}

std::string absolute(const std::string& path) {
  if (path.empty()) return path;
  std::string text = std::filesystem::absolute(path).lexically_normal().string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

std::optional<int> parse(Form& form, const Call& call) {
  const Page page = page_of(form);
  if (call.look) {
    call.look(page);
    return kDone;
  }
  if (has_rare(page)) form.set_help_all_flag("--help-all", "every option");
  Error error;
  try {
    form.parse(std::vector<std::string>(call.words.rbegin(), call.words.rend()));
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    return answer(told(help_text(page, false)), kDone);
  } catch (const CLI::CallForAllHelp&) {
    return answer(told(help_text(page, true)), kDone);
  } catch (const CLI::ExtrasError&) {
    std::vector<std::string> known;
    for (const auto* option : form.get_options()) {
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
    }
    for (const auto& extra : form.remaining()) {
      if (!error.what.empty()) break;  // what follows an unknown option is most often its value
      const auto meant = nearest(extra.substr(0, extra.find('=')), known);
      error.what = fmt::format("{} does not know '{}'", form.get_name(), extra);
      if (meant) error.hint = fmt::format("did you mean {}?", *meant);
    }
  } catch (const CLI::ParseError& wrong) {
    error.what = wrong.what();
  }
  error.command = form.get_name() + " --help";
  error.wrong_call = true;
  return show(error, asks_json(call.words));
}

CLI::Validator one_of(const std::vector<std::string>& words) {
  return {[words](std::string& word) -> std::string {
            if (std::find(words.begin(), words.end(), word) != words.end()) return {};
            const auto meant = nearest(word, words);
            return fmt::format("'{}' is none of {}{}", word, fmt::join(words, ", "),
                               meant ? fmt::format("; did you mean {}?", *meant) : "");
          },
          fmt::format("{}", fmt::join(words, "|"))};
}

}  // namespace kmesh
