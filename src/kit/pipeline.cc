// SPDX-License-Identifier: Apache-2.0
#include "kit/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <thread>

#include "kit/build_requires.h"
#include "kit/configs.h"
#include "kit/kernel.h"
#include "kit/origin.h"
#include "kit/patch_folder.h"
#include "kit/prep_texts.h"
#include "kit/repository.h"
#include "kit/root.h"
#include "kit/source_package.h"
#include "kit/spec_lines.h"
#include "kit/stages.h"
#include "kit/tools.h"
#include "kit/touched.h"
#include "kit/tree_edit.h"

namespace kmesh {
namespace {

using Facts = std::map<std::string, std::string>;

// Names and content of some files as one hash.
Result<std::string> files_hash(Disk& disk, const std::vector<std::string>& files) {
  std::string listing;
  for (const auto& file : files) {
    KMESH_LET(hash, disk.sha256(file));
    listing += hash + " " + name_of(file) + "\n";
  }
  return sha256_text(listing);
}

Result<std::string> folder_hash(Disk& disk, const std::string& folder) {
  KMESH_LET(files, disk.walk(folder));
  for (auto& file : files) file = join(folder, file);
  return files_hash(disk, files);
}

class Build {
 public:
  Build(Kit& kit, const Options& options, Journal& journal, const std::string& cache)
      : kit_(kit),
        options_(options),
        journal_(journal),
        cache_(cache),
        stages_(kit, journal, report_.stages),
        enhanced_(side("enhanced", cache)),
        baseline_(side("baseline", cache)),
        package_side_(side("package", cache)) {
    recipe_.output = options.output;
    recipe_.logs = work("logs");
    recipe_.make.jobs = options.jobs != 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
    recipe_.make.compiler = options.compiler.empty() ? compiler(kit) : options.compiler;
    if (!options.farm.empty())
      report_.warnings.emplace_back("the sandbox kept its network, for the compilers of a farm (--cc)");
  }

  // From here on the source is frozen: version, content, and who vouches for it.
  Result<void> baseline() {
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
    return choose_config();
  }

  // From here on the patches and their order are frozen.
  Result<void> series() {
    return stages_.run_always("series", [&]() -> Result<std::string> {
      series_folder_ =
          options_.series.empty() ? join(kit_.data.kernel, "patches/" + row_.series) : options_.series;
      KMESH_LET(patches, read_patch_folder(kit_.disk, series_folder_, WithoutSeries::kRefuse));
      patches_ = std::move(patches);
      return fmt::format("{} patch{}", patches_.size(), patches_.size() == 1 ? "" : "es");
    });
  }

  // From here on it is frozen what is done with each patch.
  Result<void> plan() {
    const auto paths = paths_to_read(patches_);
    const Facts inputs = {{"source", source_.fingerprint},
                          {"paths", sha256_text(fmt::format("{}", fmt::join(paths, "\n")))}};
    const auto read = [&]() -> Result<Made> {
      KMESH_LET(files, source_.package.empty()
                           ? read_touched(kit_, source_, paths)
                           : read_prep_texts(kit_, side("texts", cache_), source_.package, paths));
      KMESH_LET(kept, keep_touched(kit_, files, work("plan")));
      Made made;
      for (const auto& path : kept) made.outputs.push_back("plan/" + path);
      return made;
    };
    KMESH_TRY(stages_.run("plan", inputs, read));
    KMESH_LET(files, kept_touched(kit_, paths, work("plan")));
    report_.plan = make_plan(patches_, files);
    return check_plan(report_.plan, fmt::format("Linux {}", source_.version));
  }

  // A source package; nothing yet for the outputs that are made without rpm.
  Result<void> stage() {
    if (!source_.package.empty()) {
      stage_inputs_ = {{"source", source_.fingerprint}, {"output", std::string(name_of(options_.output))}};
      source_package_ = source_.package;
      return {};
    }
    KMESH_LET(config, kit_.disk.sha256(recipe_.config.path));
    std::vector<std::string> parts;
    for (const auto* name : {"check-kabi", "kernel-config", "kernel.spec.in"})
      parts.push_back(join(kit_.data.kernel, std::string("rpm/") + name));
    KMESH_LET(spec, files_hash(kit_.disk, parts));
    stage_inputs_ = {{"source", source_.fingerprint},
                     {"output", std::string(name_of(options_.output))},
                     {"configuration", config},
                     {"the kit's spec", spec}};
    if (options_.output != Output::kRpm) return {};
    const auto pack = [&]() -> Result<Made> {
      KMESH_TRY(kit_.disk.make_dirs(recipe_.logs));
      KMESH_LET(package, make_source_package(kit_, package_side_, source_, recipe_.config));
      return Made{{{"package", below(package)}}, {below(package)}};
    };
    KMESH_LET(facts, stages_.run("stage", stage_inputs_, pack));
    source_package_ = work(facts["package"]);
    return {};
  }

  // From here on the enhanced source is frozen, in a folder of its own.
  Result<void> edit() {
    const auto needed = report_.plan.needed();
    edit_inputs_ = stage_inputs_;
    for (const auto* planned : needed) edit_inputs_[planned->patch.file] = planned->patch.sha256;
    const auto lay_out = [&]() -> Result<Made> {
      KMESH_TRY(kit_.disk.make_dirs(recipe_.logs));
      if (options_.output != Output::kRpm) {
        KMESH_TRY(unpack_tree(kit_, source_, enhanced_));
        KMESH_TRY(patch_tree(kit_, series_folder_, needed, enhanced_));
        return Made{};
      }
      KMESH_LET(spec, unpack_source_package(kit_, source_package_, enhanced_));
      KMESH_TRY(edit_source_package(kit_, spec, series_folder_, needed, enhanced_));
      Made made{{{"spec", below(spec)}}, {below(spec)}};
      for (const auto* planned : needed)
        made.outputs.push_back("enhanced/rpmbuild/SOURCES/" + planned->patch.file);
      return made;
    };
    KMESH_LET(facts, stages_.run("edit", edit_inputs_, lay_out));
    if (options_.output != Output::kRpm) return {};
    enhanced_spec_ = work(facts["spec"]);
    if (source_.package.empty())
      report_.warnings.emplace_back(
          "rpm's own check of build dependencies was switched off (--nodeps); the programs themselves were "
          "looked for "
          "instead");
    return {};
  }

  // Unpacked, patched, configured: a patch that does not apply after all fails here, before any compiling.
  Result<void> prep() {
    Facts inputs = edit_inputs_;
    inputs["compiler"] = recipe_.make.compiler;
    const auto prepare = [&]() -> Result<Made> {
      KMESH_LET(prepared, prepare_kernel(kit_, enhanced_, recipe_, enhanced_spec_, "prep"));
      Made made{{{"lost", fmt::format("{}", fmt::join(prepared.lost, ", "))}}, {}};
      if (!prepared.config.empty()) made.outputs.push_back(below(prepared.config));
      return made;
    };
    KMESH_LET(facts, stages_.run("prep", inputs, prepare));
    if (!facts["lost"].empty()) report_.warnings.push_back("kconfig did not take over: " + facts["lost"]);
    return {};
  }

  Result<void> compile() {
    Facts inputs = edit_inputs_;
    inputs["compiler"] = recipe_.make.compiler;
    KMESH_TRY(
        stages_.run("build", inputs, [&] { return compile_side(enhanced_, enhanced_spec_, "build", true); }));
    return {};
  }

  // From here on the enhanced kernel is installed, in a private root, and the module's package with it.
  Result<void> module() {
    KMESH_LET(built, built_hashes(enhanced_));
    KMESH_LET(sources, module_sources(kit_));
    KMESH_LET(module, files_hash(kit_.disk, sources));
    KMESH_LET(spec, kit_.disk.sha256(join(kit_.data.kernel, "rpm/kmod-kmesh.spec")));
    module_ = module;
    Facts inputs = built;
    inputs.insert({{"module", module}, {"its spec", spec}, {"compiler", recipe_.make.compiler}});
    const auto add = [&]() -> Result<Made> {
      KMESH_LET(package, add_module_package(kit_, enhanced_, recipe_));
      KMESH_LET(image, installed_image(kit_, enhanced_, options_.output));
      return Made{{{"package", below(package)}},
                  {below(package), "enhanced/kmesh.ko", below(image.kernel), below(image.module),
                   "enhanced/root/bin/busybox"}};
    };
    KMESH_LET(facts, stages_.run("module", inputs, add));
    handed_over_ = std::move(built);
    module_package_ = work(facts["package"]);
    KMESH_LET(hash, kit_.disk.sha256(module_package_));
    handed_over_[name_of(module_package_)] = hash;
    return {};
  }

  Result<void> package() {
    const auto collect = [&]() -> Result<Made> {
      KMESH_LET(files, built_files(kit_, enhanced_, options_.output));
      files.push_back(module_package_);
      KMESH_LET(packages, collect_packages(kit_, files, options_.work));
      Made made;
      for (const auto& item : packages) made.outputs.push_back(item.path);
      made.outputs.insert(made.outputs.end(), {"packages/SHA256SUMS", "packages/manifest.json"});
      return made;
    };
    KMESH_TRY(stages_.run("package", handed_over_, collect));
    for (const auto& [name, hash] : handed_over_) {
      const std::string path = "packages/" + name;
      KMESH_LET(info, kit_.disk.info(work(path)));
      report_.packages.push_back({path, hash, info.bytes});
    }
    return {};
  }

  // The other kernel of the proof: the same source, made the same way, without a patch. Built once and kept.
  Result<void> control() {
    Facts inputs = stage_inputs_;
    inputs["compiler"] = recipe_.make.compiler;
    const auto build_control = [&]() -> Result<Made> {
      std::string spec;
      if (options_.output == Output::kRpm) {
        KMESH_LET(unpacked, unpack_source_package(kit_, source_package_, baseline_));
        spec = unpacked;
      } else {
        KMESH_TRY(unpack_tree(kit_, source_, baseline_));
      }
      KMESH_TRY(prepare_kernel(kit_, baseline_, recipe_, spec, "control-prep"));
      std::vector<const Patch*> patches;
      for (const auto* planned : report_.plan.needed()) patches.push_back(&planned->patch);
      KMESH_LET(borrowed, borrow_objects(kit_, enhanced_, baseline_, recipe_, patches));
      return compile_side(baseline_, spec, "control", !borrowed);
    };
    KMESH_TRY(stages_.run("control", inputs, build_control));
    return {};
  }

  Result<void> prove() {
    Facts inputs;
    for (const auto& [name, hash] : handed_over_) inputs["enhanced " + name] = hash;
    KMESH_LET(control, built_hashes(baseline_));
    for (const auto& [name, hash] : control) inputs["baseline " + name] = hash;
    KMESH_LET(probes, folder_hash(kit_.disk, join(kit_.data.guest, "probes")));
    KMESH_LET(init, kit_.disk.sha256(join(kit_.data.guest, "init")));
    inputs.insert({{"probes", probes}, {"init", init}, {"module", module_}});
    const auto boot_both = [&]() -> Result<Made> {
      Made made;
      KMESH_LET(booted, boot_kernels(kit_, enhanced_, baseline_, recipe_));
      const auto add = [&](const std::string& name, const BootResult& result) {
        made.facts[name + " seconds"] = fmt::format("{:.3f}", result.seconds);
        made.facts[name + " accelerator"] = result.accelerator;
        made.outputs.push_back(fmt::format("logs/{}/results.txt", name));
      };
      add("enhanced", booted.enhanced);
      add("baseline", booted.baseline);
      return made;
    };
    KMESH_LET(facts, stages_.run("prove", inputs, boot_both));
    std::map<std::string, GuestReport> guests;
    for (const Side* side : {&baseline_, &enhanced_}) {
      KMESH_LET(text, kit_.disk.read(work(fmt::format("logs/{}/results.txt", side->name))));
      guests[side->name] = parse_guest_report(text);
      report_.boots.push_back({side->name, std::strtod(facts[side->name + " seconds"].c_str(), nullptr),
                               facts[side->name + " accelerator"]});
    }
    // a series of one's own promises what its patches say and no more
    const std::vector<std::string> promised =
        options_.series.empty() ? row_.features : std::vector<std::string>{};
    report_.proof = judge(report_.plan, promised, guests["baseline"], guests["enhanced"]);
    report_.ok = report_.proof->ok();
    return {};
  }

  Report& report() { return report_; }

 private:
  [[nodiscard]] std::string work(std::string_view name) const { return join(options_.work, name); }
  // A path in the work folder as the journal and the report name it.
  [[nodiscard]] std::string below(const std::string& path) const {
    return path.substr(options_.work.size() + 1);
  }

  [[nodiscard]] Side side(const std::string& name, const std::string& cache) const {
    return {name, work(name), work("logs/" + name + ".log"),
            Sandbox(options_.sandbox, work(name), cache, options_.farm)};
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
    KMESH_TRY(kit_.disk.make_dirs(recipe_.logs));
    KMESH_LET(opened, open_source_package(kit_, side("source-package", cache_), file, keys, options_.verify));
    source_ = source_of_package(opened, file);
    recipe_.make.wrapped = true;
    return {};
  }

  // What the package's spec wants installed, before anything of it is run.
  Result<void> requirements() {
    if (options_.refresh) KMESH_TRY(journal_.forget("requirements"));
    const auto read = [&]() -> Result<Made> {
      KMESH_LET(wanted, read_build_requires(kit_, side("requirements", cache_), source_.package));
      return Made{{{"wanted", fmt::format("{}", fmt::join(wanted, "\n"))}}, {}};
    };
    KMESH_LET(facts, stages_.run("requirements", {{"source", source_.fingerprint}}, read));
    std::vector<std::string> wanted;
    for (const auto& line : split_lines(facts["wanted"])) wanted.emplace_back(stripped(line));
    KMESH_LET(said, check_build_requires(kit_, work("requirements"), wanted, options_.install_requirements));
    report_.warnings.insert(report_.warnings.end(), said.begin(), said.end());
    return {};
  }

  // Fetched once; its signature is checked every time.
  Result<void> fetch_from_repository(const std::string& package) {
    if (options_.refresh) KMESH_TRY(journal_.forget("baseline"));
    const Facts inputs = {{"repository", repository_}, {"package", package}};
    const auto fetch = [&]() -> Result<Made> {
      KMESH_LET(fetched, fetch_package(kit_, {repository_, package, work("repository")}));
      return Made{
          {{"package", below(fetched.path)}, {"keys", fmt::format("{}", fmt::join(fetched.keys, "\n"))}},
          {below(fetched.path)}};
    };
    KMESH_LET(facts, stages_.run("baseline", inputs, fetch));
    std::vector<std::string> keys = options_.keys;
    for (auto& key : split_lines(facts["keys"])) keys.emplace_back(stripped(key));
    auto opened = open_package(work(facts["package"]), keys);
    if (!opened && !row_.key.empty() && keys.empty())
      opened.error().hint += fmt::format("\n  this baseline's key: {}", row_.key);
    return opened;
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
      recipe_.config = {join(options_.work, named->name + ".config"), true};
      KMESH_TRY(kit_.disk.write(recipe_.config.path, text));
    } else if (named != nullptr) {
      if (source_.config.empty())
        return fail(
            "--config distro needs Debian's own configuration, which only a Debian source brings along",
            "name the file with --config FILE");
      recipe_.config = {source_.config, false};
    } else {
      recipe_.config = {options_.config, false};
    }
    return {};
  }

  // `whole`: from nothing, as many steps as a baseline's row says.
  Result<Made> compile_side(const Side& side, const std::string& spec, const std::string& stage, bool whole) {
    const std::string counted = (whole ? "steps of " : "steps left of ") + report_.config;
    const auto known_steps = row_.steps.find(report_.config);
    std::size_t expected = whole && known_steps != row_.steps.end() ? known_steps->second : 0;
    for (const auto* known : {"control", "build"}) {
      const std::string steps = journal_.fact(known, counted);
      if (!steps.empty()) expected = std::strtoul(steps.c_str(), nullptr, 10);
    }
    KMESH_LET(steps, make_kernel(kit_, side, recipe_, spec, expected, stage));
    Made made;
    // a build that goes on where it stopped takes fewer, and says nothing about the next one
    const bool goes_on =
        stage == "build" && std::any_of(report_.stages.begin(), report_.stages.end(),
                                        [](const auto& time) { return time.name == "prep" && time.reused; });
    if (!goes_on) made.facts[counted] = std::to_string(steps);
    KMESH_LET(files, built_files(kit_, side, options_.output));
    for (const auto& file : files) made.outputs.push_back(below(file));
    return made;
  }

  // File name -> checksum of what a side built.
  Result<Facts> built_hashes(const Side& side) {
    Facts hashes;
    KMESH_LET(files, built_files(kit_, side, options_.output));
    for (const auto& file : files) {
      KMESH_LET(hash, kit_.disk.sha256(file));
      hashes[name_of(file)] = hash;
    }
    return hashes;
  }

  Kit& kit_;
  const Options& options_;
  Journal& journal_;
  std::string cache_;
  Report report_;
  Stages stages_;
  KernelRecipe recipe_;
  BaselineRow row_;
  Source source_;
  std::string repository_;
  std::string series_folder_;
  std::vector<Patch> patches_;
  Facts stage_inputs_;
  Facts edit_inputs_;
  std::string source_package_;
  std::string enhanced_spec_;
  std::string module_;          // hash of its sources
  std::string module_package_;  // absolute
  Facts handed_over_;           // name and hash of what goes to WORK/packages
  Side enhanced_;
  Side baseline_;
  Side package_side_;
};

struct Step {
  const char* name;
  Result<void> (Build::*run)();
};

constexpr std::array kSteps = std::to_array<Step>({
    {"baseline", &Build::baseline},
    {"series", &Build::series},
    {"plan", &Build::plan},
    {"stage", &Build::stage},
    {"edit", &Build::edit},
    {"prep", &Build::prep},
    {"build", &Build::compile},
    {"module", &Build::module},
    {"package", &Build::package},
    {"control", &Build::control},
    {"prove", &Build::prove},
});

Result<void> write_report(Kit& kit, const Report& report, const std::string& work) {
  KMESH_TRY(kit.disk.write(join(work, "report.json"), report_json(report)));
  KMESH_TRY(kit.disk.write(join(work, "report.txt"), report_text(report)));
  return kit.disk.write(join(work, "report.html"), report_html(report));
}

}  // namespace

std::vector<std::string> stage_names() {
  std::vector<std::string> names;
  for (const auto& step : kSteps) names.emplace_back(step.name);
  return names;
}

Result<Report> build(Kit& kit, const Options& options) {
  KMESH_LET(journal, Journal::open(kit.disk, options.work));
  // an older report must not speak for this run, not even where a full disk keeps this one from being written
  for (const auto* name : {"report.json", "report.txt", "report.html"})
    KMESH_TRY(kit.disk.remove_all(join(options.work, name)));
  KMESH_TRY(check_tools(kit, options));
  // what was built has its room already
  if (!journal.knows("control")) KMESH_TRY(check_space(kit, options));
  const char* set = std::getenv("CCACHE_DIR");
  const std::string cache = set != nullptr && *set == '/' ? set : join(options.work, "ccache");
  KMESH_TRY(kit.disk.make_dirs(cache));
  Build build(kit, options, journal, cache);
  Report& report = build.report();
  if (!options.sandbox) report.warnings.emplace_back("the build ran without a sandbox (--no-sandbox)");
  for (const auto& step : kSteps) {
    if (auto done = (build.*step.run)(); !done) {
      report.error = done.error();
      // that the report cannot be written either is less than why the build stopped
      [[maybe_unused]] const auto written = write_report(kit, report, options.work);
      return tl::make_unexpected(std::move(done).error());
    }
    if (options.until != step.name) continue;
    report.until = options.until;
    report.ok = true;
    break;
  }
  KMESH_TRY(write_report(kit, report, options.work));
  return report;
}

}  // namespace kmesh
