// SPDX-License-Identifier: Apache-2.0
#include "kit/opening.h"

#include <fmt/format.h>

#include "kit/build_requires.h"
#include "kit/configs.h"
#include "kit/origin.h"
#include "kit/repository.h"
#include "kit/side.h"
#include "kit/source_package.h"
#include "kit/tools.h"

namespace kmesh {
namespace {

using Facts = std::map<std::string, std::string>;

class Opening {
 public:
  Opening(Kit& kit, const Options& options, Journal& journal, Stages& stages, Report& report,
          const std::string& cache)
      : kit_(kit), options_(options), journal_(journal), stages_(stages), report_(report), cache_(cache) {}

  Result<Opened> open() {
    KMESH_LET(rows, read_baselines(kit_.disk, kit_.data));
    KMESH_LET(row, find_baseline(rows, options_.baseline.empty() ? "5.10" : options_.baseline));
    row_ = row;
    repository_ = options_.repository;
    const bool own = !options_.tarball.empty() || !options_.tree.empty() || !options_.package.empty() ||
                     !options_.repository.empty();
    if (!own && !row_.repository.empty()) {
      repository_ = row_.repository;
      KMESH_TRY(fetch_from_repository(row_.rpm));
    } else {
      KMESH_TRY(own ? open_own_source(rows) : fetch_source(rows));
    }
    if (!source_.package.empty()) KMESH_TRY(requirements());
    source_.name = row_.name;
    report_.baseline_name = source_.name;
    report_.version = source_.version;
    report_.fingerprint = source_.fingerprint;
    report_.origin = source_.origin;
    report_.verified = source_.verified;
    report_.warnings.insert(report_.warnings.end(), source_.warnings.begin(), source_.warnings.end());
    KMESH_TRY(choose_config());
    return Opened{std::move(row_), std::move(source_), std::move(config_)};
  }

 private:
  [[nodiscard]] std::string work(std::string_view name) const { return join(options_.work, name); }
  // A path in the work folder as the journal names it.
  [[nodiscard]] std::string below(const std::string& path) const {
    return path.substr(options_.work.size() + 1);
  }
  [[nodiscard]] Side side(const std::string& name) const {
    return {name, work(name), work("logs/" + name + ".log"), Sandbox(options_.sandbox, work(name), cache_)};
  }

  Result<void> fetch_source(const std::vector<BaselineRow>& rows) {
    const bool distro = options_.config == "distro";
    const Facts inputs = {{"package", row_.package},
                          {"suites", fmt::format("{}", fmt::join(row_.suites, " "))},
                          {"configuration", distro ? "distro" : "none"}};
    if (options_.refresh) KMESH_TRY(journal_.forget("baseline"));
    const auto fetch = [&]() -> Result<Made> {
      KMESH_LET(source, fetch_debian(kit_, rows, row_, work("source"), distro));
      Made made{facts_of(source), {below(source.tarball)}};
      if (distro) made.outputs.push_back(below(source.config));
      return made;
    };
    KMESH_LET(facts, stages_.run("baseline", inputs, fetch));
    source_ = source_of(facts, work("source"));
    return {};
  }

  Result<void> open_package(const std::string& file, const std::vector<std::string>& keys) {
    KMESH_TRY(check_rpm_tools(kit_, options_.sandbox));
    KMESH_TRY(kit_.disk.make_dirs(work("logs")));
    KMESH_LET(opened, open_source_package(kit_, side("source-package"), file, keys, options_.verify));
    source_ = source_of_package(opened, file);
    return {};
  }

  // What the package's spec wants installed, before anything of it is run.
  Result<void> requirements() {
    if (options_.refresh) KMESH_TRY(journal_.forget("requirements"));
    const auto read = [&]() -> Result<Made> {
      KMESH_LET(wanted, read_build_requires(kit_, side("requirements"), source_.package));
      return Made{{{"wanted", fact_of(wanted)}}, {}};
    };
    KMESH_LET(facts, stages_.run(kRequirements, {{"source", source_.fingerprint}}, read));
    KMESH_LET(said, check_build_requires(kit_, work("requirements"), list_of(facts["wanted"]),
                                         options_.install_requirements));
    report_.warnings.insert(report_.warnings.end(), said.begin(), said.end());
    return {};
  }

  // Fetched once; its signature is checked every time.
  Result<void> fetch_from_repository(const std::string& package) {
    if (options_.refresh) KMESH_TRY(journal_.forget("baseline"));
    if (options_.verify) KMESH_TRY(check_vouched(kit_, repository_, options_.keys, row_.key));
    const bool take_keys = options_.verify && options_.keys.empty();
    const Facts inputs = {{"repository", repository_},
                          {"package", package},
                          {"keys", take_keys ? "the repository's" : "given"}};
    const auto fetch = [&]() -> Result<Made> {
      KMESH_LET(fetched, fetch_package(kit_, {repository_, package, work("repository"), take_keys}));
      return Made{{{"package", below(fetched.path)}, {"keys", fact_of(fetched.keys)}}, {below(fetched.path)}};
    };
    KMESH_LET(facts, stages_.run("baseline", inputs, fetch));
    std::vector<std::string> keys = options_.keys;
    for (auto& key : list_of(facts["keys"])) keys.push_back(std::move(key));
    return open_package(work(facts["package"]), keys);
  }

  Result<void> open_own_source(const std::vector<BaselineRow>& rows) {
    const auto open = [&]() -> Result<std::string> {
      kit_.status.doing("reading the source");
      if (!options_.package.empty()) {
        KMESH_TRY(open_package(options_.package, options_.keys));
        return source_.origin;
      }
      KMESH_LET(source,
                options_.tree.empty() ? open_tarball(kit_, rows, options_) : open_tree(kit_, options_));
      source_ = std::move(source);
      return fmt::format("Linux {}", source_.version);
    };
    KMESH_TRY(repository_.empty() ? stages_.run_always("baseline", open)
                                  : fetch_from_repository(options_.package_name));
    const auto of_version = baseline_of_version(rows, source_.version);
    if (!options_.baseline.empty()) return {};
    if (of_version) {
      row_ = *of_version;
      return {};
    }
    if (!options_.series.empty()) return {};
    return fail(fmt::format("the archive has no baseline for Linux {}", source_.version),
                "name the nearest one with --baseline, or a series of your own with --series DIR");
  }

  Result<void> choose_config() {
    report_.config = options_.config;
    report_.output = name_of(options_.output);
    if (!source_.package.empty()) {
      report_.config = "its spec's own";
    } else if (const auto* named = named_config(options_.config);
               named != nullptr && !named->layers.empty()) {
      std::string text;
      for (const auto& layer : named->layers) {
        KMESH_LET(upper, kit_.disk.read(join(kit_.data.kernel, "configs/" + layer)));
        text = layered(text, upper);
      }
      config_ = {join(options_.work, named->name + ".config"), true};
      KMESH_TRY(kit_.disk.write(config_.path, text));
    } else if (named != nullptr) {
      if (source_.config.empty())
        return fail(
            "--config distro needs Debian's own configuration, which only a Debian source brings along",
            "name the file with --config FILE");
      config_ = {source_.config, false};
    } else {
      config_ = {options_.config, false};
    }
    return {};
  }

  Kit& kit_;
  const Options& options_;
  Journal& journal_;
  Stages& stages_;
  Report& report_;
  const std::string& cache_;
  BaselineRow row_;
  Source source_;
  ConfigChoice config_;
  std::string repository_;
};

}  // namespace

Result<Opened> open_source(Kit& kit, const Options& options, Journal& journal, Stages& stages, Report& report,
                           const std::string& cache) {
  return Opening(kit, options, journal, stages, report, cache).open();
}

}  // namespace kmesh
