// SPDX-License-Identifier: Apache-2.0
#include "kit/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <thread>

#include "kit/applied.h"
#include "kit/build.h"
#include "kit/doctor.h"
#include "kit/facts.h"
#include "kit/half_made.h"
#include "kit/include_root.h"
#include "kit/kabi.h"
#include "kit/kernel.h"
#include "kit/means.h"
#include "kit/opening.h"
#include "kit/patch_folder.h"
#include "kit/prep_texts.h"
#include "kit/previous.h"
#include "kit/report_files.h"
#include "kit/root.h"
#include "kit/seal.h"
#include "kit/spec_lines.h"
#include "kit/stages.h"
#include "kit/tools.h"
#include "kit/touched.h"
#include "kit/touched_objects.h"
#include "kit/tree_checks.h"
#include "kit/tree_edit.h"

namespace kmesh {
namespace {

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
    recipe_.lots.signing_key = options.signing_key;
    recipe_.make.jobs = jobs_of(options);
    recipe_.make.compiler = compiler(kit, options);
    means_ = means_of(kit, options, recipe_.make.compiler);
    if (!options.farm.empty())
      report_.warnings.emplace_back("the sandbox kept its network, for the compilers of a farm (--cc)");
  }

  // From here on the source is frozen: version, content, and who vouches for it.
  Result<void> baseline() {
    KMESH_LET(opened, open_source(kit_, options_, journal_, stages_, report_, cache_));
    row_ = std::move(opened.row);
    source_ = std::move(opened.source);
    stages_.tell("source changed", source_.changed);
    recipe_.config = std::move(opened.config);
    recipe_.make.wrapped = !source_.package.empty();
    recipe_.lots.seed = source_.fingerprint;
    if (options_.signing_key.empty()) return {};
    KMESH_LET(key, kit_.disk.sha256(options_.signing_key));
    signing_key_ = std::move(key);
    return {};
  }

  // From here on the patches and their order are frozen.
  Result<void> series() {
    return stages_.run_always("series", [&]() -> Result<std::string> {
      series_folder_ =
          options_.series.empty() ? join(kit_.data.kernel, "patches/" + row_.series) : options_.series;
      KMESH_LET(patches, read_patch_folder(kit_.disk, series_folder_, Rules::kBuild));
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
    std::string order;
    for (const auto* planned : needed) {
      edit_inputs_[planned->patch.file] = planned->patch.sha256;
      order += planned->patch.file + "\n";
      applied_.push_back(&planned->patch);
    }
    edit_inputs_["the patches' order"] = sha256_text(order);
    const auto lay_out = [&]() -> Result<Made> {
      KMESH_TRY(kit_.disk.make_dirs(recipe_.logs));
      KMESH_TRY(keep_last_tree());
      KMESH_TRY(forget_prepared(kit_, enhanced_));
      if (lays_out_tree()) {
        KMESH_TRY(unpack_tree(kit_, source_, enhanced_));
        KMESH_TRY(patch_tree(kit_, series_folder_, needed, enhanced_));
        KMESH_TRY(seal_tree(kit_, enhanced_.path("tree"), sealed()));
        return Made{};
      }
      KMESH_LET(spec, unpack_source_package(kit_, source_package_, enhanced_));
      KMESH_TRY(edit_source_package(kit_, spec, series_folder_, needed, enhanced_));
      Made made{{{"spec", below(spec)}}, {below(spec)}};
      KMESH_LET(sources, kit_.disk.list(enhanced_.path("rpmbuild/SOURCES")));
      for (const auto& name : sources) made.outputs.push_back("enhanced/rpmbuild/SOURCES/" + name);
      return made;
    };
    KMESH_TRY(keep_altered_spec());
    // a tree that is laid out here is compiled in the same place, with the same means
    const Facts inputs = lays_out_tree() ? with_means(edit_inputs_) : edit_inputs_;
    std::string altered;
    if (lays_out_tree()) {
      KMESH_LET(difference, altered_since("edit", inputs));
      altered = difference;
      if (!altered.empty()) KMESH_TRY(journal_.forget("prep"));
    }
    KMESH_LET(facts, stages_.run("edit", inputs, lay_out, altered));
    if (lays_out_tree()) return {};
    enhanced_spec_ = work(facts["spec"]);
    if (source_.package.empty())
      report_.warnings.emplace_back(
          "rpm's own check of build dependencies was switched off (--nodeps); the programs themselves were "
          "looked for "
          "instead");
    return {};
  }

  // Unpacked, patched, configured: a patch that does not apply after all fails here, before any compiling,
  // and so does what the tree's own checks find.
  Result<void> prep() {
    const Facts inputs = with_means(edit_inputs_);
    const Previous now{facts_hash(with_means(stage_inputs_)), paths_touched(applied_)};
    const std::string seal = sealed();
    const auto prepare = [&]() -> Result<Made> {
      KMESH_TRY(forget_prepared(kit_, enhanced_));
      KMESH_LET(renewed, renew_last_tree(now));
      KMESH_LET(prepared, renewed ? Result<Prepared>(*renewed)
                                  : prepare_kernel(kit_, enhanced_, recipe_, enhanced_spec_, "prep"));
      KMESH_LET(tree, prepared_tree(kit_, enhanced_, options_.output));
      const Previous done{now.key, now.touched, prepared.lost, prepared.warnings};
      if (renewed) {
        // what the checks have to say against it costs nobody what is compiled in it
        KMESH_TRY(renew_seal(kit_, tree, seal));
        KMESH_TRY(note_prepared(kit_, enhanced_, done));
      }
      KMESH_TRY(check_applied(kit_, tree, applied_));
      auto state = check_tree(kit_, enhanced_, tree, recipe_.make.compiler, now.touched, Docs::kMend);
      KMESH_TRY(all_well(state.findings));
      Made made{{{"lost", fact_of(prepared.lost)}}, {}};
      auto warnings = warnings_of(state.findings);
      warnings.insert(warnings.end(), prepared.warnings.begin(), prepared.warnings.end());
      for (const auto& type : state.docs.added) {
        for (const auto& patch : bringers_of(type, state.docs, applied_))
          warnings.push_back(
              fmt::format("{} adds a helper with the type '{}' and should add that to known_types in {}",
                          patch, type, state.docs.script));
      }
      made.facts["warnings"] = fact_of(warnings);
      bool built = renewed.has_value();
      if (!built) {
        KMESH_TRY(lays_out_tree() ? renew_seal(kit_, tree, seal) : seal_tree(kit_, tree, seal));
        KMESH_LET(used, use_previous(kit_, enhanced_, options_.output, work("previous"), now));
        built = used;
      }
      if (built) KMESH_TRY(renew_seal(kit_, tree, seal));
      KMESH_TRY(note_prepared(kit_, enhanced_, done));
      if (!prepared.config.empty()) made.outputs.push_back(below(prepared.config));
      return made;
    };
    std::string altered;
    if (!lays_out_tree()) {
      KMESH_LET(difference, altered_since("prep", inputs));
      altered = difference;
    }
    KMESH_LET(facts, stages_.run("prep", inputs, prepare, altered));
    if (!facts["lost"].empty())
      report_.warnings.push_back(
          fmt::format("kconfig did not take over: {}", fmt::join(list_of(facts["lost"]), ", ")));
    for (auto& line : list_of(facts["warnings"])) report_.warnings.push_back(std::move(line));
    return {};
  }

  Result<void> compile() {
    const auto build_enhanced = [&]() -> Result<Made> {
      KMESH_TRY(choose_first());
      auto made = compile_side(enhanced_, enhanced_spec_, "build", true);
      recipe_.make.first.clear();
      KMESH_LET(altered, altered_meanwhile());
      if (made && !altered.empty()) return spoiled(altered, "while the kernel was compiled");
      // a spec may build a tree that it copied before our patches were in
      if (made) {
        KMESH_LET(trees, compiled_trees(kit_, enhanced_));
        for (const auto& tree : trees) KMESH_TRY(check_applied(kit_, tree, applied_));
      }
      return made;
    };
    KMESH_TRY(stages_.run("build", with_means(edit_inputs_), build_enhanced));
    return {};
  }

  // From here on the enhanced kernel is installed, in a private root, and the module's package with it. Its
  // UAPI headers are laid out for programs.
  Result<void> module() {
    KMESH_LET(built, built_hashes(enhanced_));
    KMESH_LET(sources, module_sources(kit_));
    KMESH_LET(module, files_hash(kit_.disk, sources));
    KMESH_LET(spec, kit_.disk.sha256(join(kit_.data.kernel, "rpm/kmod-kmesh.spec")));
    module_ = module;
    Facts inputs = built;
    inputs.insert(means_.begin(), means_.end());
    inputs.insert(
        {{"module", module}, {"its spec", spec}, {"version for the UAPI headers", source_.version}});
    const auto add = [&]() -> Result<Made> {
      if (lays_out_tree()) {
        KMESH_LET(altered, broken_seal(kit_, enhanced_.path("tree"), sealed(), Added::kPassed));
        if (!altered.empty()) return spoiled(altered, "since the kernel was compiled");
      }
      KMESH_LET(package, add_module_package(kit_, enhanced_, recipe_));
      KMESH_LET(image, installed_image(kit_, enhanced_, options_.output));
      KMESH_LET(headers, make_include_root(kit_, enhanced_, recipe_, options_.work, source_.version));
      Made made{{{"package", below(package)}},
                {below(package), "enhanced/kmesh.ko", below(image.kernel), below(image.module),
                 "enhanced/root/bin/busybox"}};
      made.outputs.insert(made.outputs.end(), headers.begin(), headers.end());
      return made;
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
    const auto build_control = [&]() -> Result<Made> {
      std::string spec;
      if (options_.output == Output::kRpm) {
        KMESH_LET(unpacked, unpack_source_package(kit_, source_package_, baseline_));
        spec = unpacked;
      } else {
        KMESH_TRY(unpack_tree(kit_, source_, baseline_));
      }
      KMESH_TRY(prepare_kernel(kit_, baseline_, recipe_, spec, "control-prep"));
      // what somebody changed by hand since is no part of the source
      KMESH_LET(altered, altered_by_hand());
      KMESH_LET(borrowed, altered.empty()
                              ? borrow_objects(kit_, enhanced_, baseline_, recipe_, paths_touched(applied_))
                              : Result<bool>(false));
      return compile_side(baseline_, spec, "control", !borrowed);
    };
    KMESH_TRY(stages_.run("control", with_means(stage_inputs_), build_control));
    report_.kabi = kabi_summary(kit_, baseline_.folder, enhanced_.folder, work("kabi"), options_.sandbox,
                                report_.plan.needed());
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
  [[nodiscard]] Facts with_means(Facts inputs) const {
    inputs.insert(means_.begin(), means_.end());
    if (!signing_key_.empty()) inputs["key that signs modules"] = signing_key_;
    return inputs;
  }
  // In WORK/enhanced/tree; otherwise rpmbuild's %prep does that.
  [[nodiscard]] bool lays_out_tree() const { return options_.output != Output::kRpm; }
  // What a build goes on with is what that stage left, the one that lays its tree out. Empty where it does
  // not go on.
  [[nodiscard]] Result<std::string> altered_since(const std::string& stage, const Facts& inputs) {
    if (!journal_.why_not(stage, inputs).empty() ||
        journal_.why_not("build", with_means(edit_inputs_)).empty())
      return std::string();
    return altered_by_hand();
  }
  [[nodiscard]] std::string sealed() const { return enhanced_.path("sealed"); }
  [[nodiscard]] std::string work(std::string_view name) const { return join(options_.work, name); }
  // A path in the work folder as the journal and the report name it.
  [[nodiscard]] std::string below(const std::string& path) const {
    return path.substr(options_.work.size() + 1);
  }

  [[nodiscard]] Side side(const std::string& name, const std::string& cache) const {
    return {name, work(name), work("logs/" + name + ".log"),
            Sandbox(options_.sandbox, work(name), cache, options_.farm)};
  }

  // A file of the enhanced tree that is not as %prep or the kit left it; empty where all are.
  [[nodiscard]] Result<std::string> altered_by_hand() {
    const auto tree = prepared_tree(kit_, enhanced_, options_.output);
    const bool known = !was_killed(kit_.disk, enhanced_) && journal_.knows("prep");
    const auto added = known ? Added::kTold : Added::kPassed;
    return broken_seal(kit_, tree ? *tree : std::string(), sealed(), added);
  }

  // What is made of such a tree is not what the patches say: it is laid out and compiled anew.
  Result<Made> spoiled(const std::string& altered, std::string_view when) {
    for (const auto* stage : {"edit", "prep", "build"}) KMESH_TRY(journal_.forget(stage));
    return fail(fmt::format("{} {}", altered, when),
                "leave the work folder to the build; the same command prepares the tree anew");
  }

  // A file that somebody changed while make was at work: the next run prepares the tree anew. Empty where
  // nobody did; then the tree is sealed again, with what make made.
  Result<std::string> altered_meanwhile() {
    const auto tree = prepared_tree(kit_, enhanced_, options_.output);
    if (!tree) return std::string();
    // what a spec's %build changed of its own sources is no reason to begin anew, and somebody's tree may
    // have things in it that a build makes anew
    if (!recipe_.make.wrapped && options_.tree.empty()) {
      KMESH_LET(altered, broken_seal(kit_, *tree, sealed(), Added::kPassed));
      if (!altered.empty()) return altered;
    }
    // why the build stopped is more than that this cannot be kept: %prep is done again then
    [[maybe_unused]] const auto kept = renew_seal(kit_, *tree, sealed());
    return std::string();
  }

  Result<void> mend_killed(const Side& side) {
    const auto tree = prepared_tree(kit_, side, options_.output);
    if (!tree || !was_cut_off(kit_.disk, side)) return {};
    return remove_half_made(kit_, lays_out_tree() ? *tree : side.path("rpmbuild/BUILD"), *tree,
                            side.path("sealed"));
  }

  // Before the enhanced side is laid out anew: what was compiled in it, unless somebody changed it since.
  Result<void> keep_last_tree() {
    KMESH_LET(last, noted_prepared(kit_, enhanced_));
    const auto tree = prepared_tree(kit_, enhanced_, options_.output);
    // one that was kept and is not used yet is the better one
    if (!last || !tree || kit_.disk.exists(work("previous/previous.json"))) return {};
    KMESH_TRY(mend_killed(enhanced_));
    KMESH_LET(altered, altered_by_hand());
    if (!altered.empty()) return {};
    return keep_previous(kit_, enhanced_, options_.output, work("previous"), sealed(), *last);
  }

  // The tree of the run before, where %prep would make the same of it but for the text of some code.
  Result<std::optional<Prepared>> renew_last_tree(const Previous& now) {
    // where that header's documentation was mended the report is to say so again
    const bool documented =
        std::binary_search(now.touched.begin(), now.touched.end(), "include/uapi/linux/bpf.h");
    if (options_.output != Output::kRpm || recipe_.make.wrapped || documented) return std::nullopt;
    KMESH_LET(last, renew_previous(kit_, enhanced_, work("previous"), sealed(), now, report_.plan.after));
    if (!last) return std::nullopt;
    KMESH_LET(tree, prepared_tree(kit_, enhanced_, options_.output));
    const std::string config = enhanced_.path("resolved.config");
    KMESH_TRY(kit_.disk.copy(join(tree, ".config"), config));
    return Prepared{config, last->lost, last->drawn};
  }

  // A spec that somebody mended by hand goes away with its folder: not without a copy.
  Result<void> keep_altered_spec() {
    const std::string spec = journal_.fact("edit", "spec");
    if (!journal_.was_altered("edit", spec)) return {};
    const std::string copy = name_of(spec) + ".altered";
    report_.warnings.push_back(
        fmt::format("{} was altered by hand; it was made anew, and {} is what lay there", spec, copy));
    return kit_.disk.copy(work(spec), work(copy));
  }

  // What patches touch is compiled first: an error in one is seen before the long part. Somebody's spec has
  // its own way to call make.
  Result<void> choose_first() {
    if (recipe_.make.wrapped) return {};
    KMESH_LET(tree, prepared_tree(kit_, enhanced_, options_.output));
    KMESH_LET(config, kit_.disk.read(join(tree, ".config")));
    recipe_.make.first = touched_objects(kit_.disk, tree, paths_touched(applied_), config);
    return {};
  }

  // About as many as nobody has counted yet.
  std::size_t steps_expected(const Side& side) {
    const auto tree = prepared_tree(kit_, side, options_.output);
    const auto config = tree ? kit_.disk.read(join(*tree, ".config")) : Result<std::string>();
    return tree && config ? objects_expected(kit_.disk, *tree, *config) : 0;
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
    if (whole && expected == 0) expected = steps_expected(side);
    KMESH_TRY(mend_killed(side));
    KMESH_TRY(note_compiling(kit_.disk, side));
    const auto counted_steps = make_kernel(kit_, side, recipe_, spec, expected, stage);
    KMESH_TRY(note_compiled(kit_.disk, side, counted_steps.has_value(), join(recipe_.logs, stage + ".log")));
    KMESH_TRY(counted_steps);
    const std::size_t steps = *counted_steps;
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
    KMESH_LET(files, built_files(kit_, side, options_.output));
    return file_hashes(kit_.disk, files);
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
  std::string series_folder_;
  std::vector<Patch> patches_;
  std::vector<const Patch*> applied_;  // those the plan says are needed
  Facts stage_inputs_;
  Facts edit_inputs_;
  std::string source_package_;
  std::string enhanced_spec_;
  Facts means_;
  std::string signing_key_;     // hash of the file; empty: none was given
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

}  // namespace

std::vector<std::string> stage_names() {
  std::vector<std::string> names;
  for (const auto& step : kSteps) names.emplace_back(step.name);
  return names;
}

Result<Report> build(Kit& kit, const Options& options) {
  KMESH_LET(journal, Journal::open(kit.disk, options.work));
  KMESH_TRY(forget_report(kit, options.work));
  KMESH_LET(warnings, check_before(kit, options, journal.knows("control")));
  const std::string cache = cache_folder(options);
  KMESH_TRY(kit.disk.make_dirs(cache));
  Build build(kit, options, journal, cache);
  Report& report = build.report();
  report.warnings.insert(report.warnings.end(), warnings.begin(), warnings.end());
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
