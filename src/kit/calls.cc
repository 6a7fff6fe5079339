// SPDX-License-Identifier: Apache-2.0
#include "kit/calls.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "kit/baseline.h"
#include "kit/configs.h"
#include "kit/nearest.h"
#include "kit/origin.h"

namespace kmesh {
namespace {

// It becomes a word of commands and of a script.
bool named_program(const std::string& word) {
  return !word.starts_with('-') &&
         word.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._+-/") ==
             std::string::npos;
}

Result<void> check_sum(const std::string& sum, const std::string& tarball) {
  if (sum.size() == 64 && sum.find_first_not_of("0123456789abcdef") == std::string::npos) return {};
  return wrong_call("--sha256 takes 64 hexadecimal digits", "sha256sum prints them",
                    fmt::format("sha256sum {}", tarball));
}

}  // namespace

Result<void> check_call(Disk& disk, const Data& data, const Options& options) {
  KMESH_LET(rows, read_baselines(disk, data));
  if (!options.baseline.empty()) KMESH_TRY(find_baseline(rows, options.baseline));
  const std::string word = name_of(options.config);
  if (named_config(options.config) == nullptr && !disk.exists(options.config)) {
    std::vector<std::string> names;
    for (const auto& config : named_configs()) names.push_back(config.name);
    const auto meant = nearest(word, names);
    return wrong_call(fmt::format("there is no configuration file {}", options.config),
                      meant ? fmt::format("did you mean --config {}?", *meant)
                            : fmt::format("--config takes {} or a file", fmt::join(names, ", ")));
  }
  if (!options.signing_key.empty() && !disk.exists(options.signing_key))
    return wrong_call(fmt::format("there is no file {}", options.signing_key),
                      "--signing-key takes a PEM file with a private key and its certificate");
  std::istringstream words(options.compiler);
  for (std::string program; words >> program;) {
    if (!named_program(program))
      return wrong_call(fmt::format("--cc has the word '{}', which is no program's name", program),
                        "it takes programs, one behind the other",
                        "kmesh-kernel build --cc \"ccache distcc gcc\"");
  }
  return options.sha256.empty() ? Result<void>() : check_sum(options.sha256, options.tarball);
}

Result<void> check_plan_call(Disk& disk, const Data& data, const PlanOptions& options) {
  KMESH_LET(rows, read_baselines(disk, data));
  for (const auto& name : options.baselines) KMESH_TRY(find_baseline(rows, name));
  if (options.sha256.size() > options.tarballs.size())
    return wrong_call("there are more checksums (--sha256) than tarballs");
  for (std::size_t i = 0; i < options.sha256.size(); ++i)
    KMESH_TRY(check_sum(options.sha256[i], options.tarballs[i]));
  if (!options.revisions.empty() && options.trees.size() != 1)
    return wrong_call("--revision reads from one repository, and --tree names more");
  return {};
}

Result<void> check_adapt_call(Disk& disk, const Data& data, const AdaptOptions& options) {
  KMESH_LET(rows, read_baselines(disk, data));
  if (!options.baseline.empty()) KMESH_TRY(find_baseline(rows, options.baseline));
  if (options.baseline.empty() && options.tarball.empty() && options.tree.empty() && options.package.empty())
    return wrong_call("what is the series to be adapted to?", "name a source",
                      "kmesh-kernel adapt --baseline NAME");
  return {};
}

void take_compiler(Options& options, const std::string& words) {
  std::istringstream in(words);
  std::vector<std::string> programs{std::istream_iterator<std::string>(in), {}};
  options.compiler = fmt::format("{}", fmt::join(programs, " "));
  const bool farm = words.find("distcc") != std::string::npos || words.find("icecc") != std::string::npos;
  if (!farm) return;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const auto equals = text.find('=');
    if (text.starts_with("DISTCC_") || text.starts_with("ICECC_"))
      options.farm.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  // ccache takes the word behind it for the compiler; what is to run the compiler it is told by a variable
  const bool cached = programs.size() > 2 && programs.front() == "ccache";
  options.farm.emplace(
      "CCACHE_PREFIX",
      cached ? fmt::format("{}", fmt::join(programs.begin() + 1, programs.end() - 1, " ")) : "");
  if (cached) options.compiler = "ccache " + programs.back();
}

}  // namespace kmesh
