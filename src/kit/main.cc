// SPDX-License-Identifier: Apache-2.0
// kmesh-kernel: a table of verbs, the real doors, and the exit codes: 0 done, 1 the work failed, 2 the call
// was wrong.
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "base/lock.h"
#include "kit/adapting.h"
#include "kit/baseline.h"
#include "kit/calls.h"
#include "kit/configs.h"
#include "kit/nearest.h"
#include "kit/pipeline.h"
#include "kit/planning.h"
#include "kit/spec_file.h"

namespace kmesh {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongCall = 2;

struct Verb {
  const char* name;
  const char* help;
  int (*run)(const std::vector<std::string>& arguments);
};

int build_verb(const std::vector<std::string>& arguments);
int adapt_verb(const std::vector<std::string>& arguments);
int plan_verb(const std::vector<std::string>& arguments);
int prove_verb(const std::vector<std::string>& arguments);
int spec_verb(const std::vector<std::string>& arguments);

constexpr std::array kVerbs = std::to_array<Verb>({
    {"build", "source + patches -> an enhanced kernel package, booted and proven", &build_verb},
    {"plan", "what each patch needs on each source, with evidence; builds nothing", &plan_verb},
    {"adapt", "carry a series to another source; what does not apply is merged", &adapt_verb},
    {"prove", "boot a kernel image with the probes, alone or against another", &prove_verb},
    {"spec", "edit FILE: a kernel.spec that applies your patches; undo FILE: as it was", &spec_verb},
});

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  for (const auto& verb : kVerbs) names.emplace_back(verb.name);
  return names;
}

std::string help_text() {
  std::string text =
      "kmesh-kernel: Linux with the service mesh in it, from your distribution's source\n\n"
      "usage: kmesh-kernel VERB [OPTIONS]\n\n";
  for (const auto& verb : kVerbs) text += fmt::format("  {:<8} {}\n", verb.name, verb.help);
  return text +
         "\nEach verb has a --help of its own. For example:\n\n"
         "  kmesh-kernel build --baseline 5.10 --work build/kernel\n";
}

// The answer of the program, on standard output. A lost answer is no success.
int answer(std::string_view text, int code) {
  if (put(stdout, text)) return code;
  put(stderr, "error: the answer could not be written to standard output\n");
  return kFailed;
}

// An error as JSON on standard output where it was asked for, and always whole on standard error.
int show(const Error& error, bool json) {
  if (json) {
    const nlohmann::ordered_json whole = {
        {"ok", false},
        {"error",
         {{"what", error.what}, {"hint", error.hint}, {"command", error.command}, {"detail", error.detail}}}};
    answer(whole.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n", kFailed);
  }
  std::string text;
  if (!error.detail.empty()) text += fmt::format("\n{}\n", error.detail);
  text += fmt::format("error: {}\n", error.what);
  if (!error.hint.empty()) text += fmt::format("  {}\n", error.hint);
  if (!error.command.empty()) text += fmt::format("\n    {}\n\n", error.command);
  put(stderr, plain(text));
  return error.wrong_call ? kWrongCall : kFailed;
}

// Where this program's archive and probes are: the folder above the program that has kernel/baselines.toml,
// and guest/ beside the program.
Result<Data> find_data() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  Data data;
  data.guest = (program.parent_path() / "guest").string();
  const char* set = std::getenv("KMESH_KERNEL_DATA");
  if (set != nullptr) {
    data.kernel = set;
    return data;
  }
  for (fs::path folder = program.parent_path();; folder = folder.parent_path()) {
    if (fs::exists(folder / "kernel/baselines.toml", error)) {
      data.kernel = (folder / "kernel").string();
      return data;
    }
    if (folder == folder.parent_path()) break;
  }
  return fail("the patch archive was not found above the program",
              "run the program from its checkout, or name the archive's folder in KMESH_KERNEL_DATA");
}

std::string absolute(const std::string& path) {
  if (path.empty()) return path;
  std::string text = std::filesystem::absolute(path).lexically_normal().string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

// Parses a verb's arguments; nothing where the verb is to run, an exit code where it is not.
std::optional<int> parse(CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  Error error;
  try {
    app.parse(reversed);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    return answer(app.help(), kDone);
  } catch (const CLI::ExtrasError&) {
    std::vector<std::string> known;
    for (const auto* option : app.get_options()) {
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
    }
    for (const auto& extra : app.remaining()) {
      if (!error.what.empty()) break;  // what follows an unknown option is most often its value
      const auto meant = nearest(extra.substr(0, extra.find('=')), known);
      error.what = fmt::format("{} does not know '{}'", app.get_name(), extra);
      if (meant) error.hint = fmt::format("did you mean {}?", *meant);
    }
  } catch (const CLI::ParseError& wrong) {
    error.what = wrong.what();
  }
  error.command = app.get_name() + " --help";
  error.wrong_call = true;
  return show(error, std::find(arguments.begin(), arguments.end(), "--json") != arguments.end());
}

// A path, which has at least one letter.
CLI::Validator named() {
  return {[](std::string& text) { return text.empty() ? std::string("an empty name") : std::string(); },
          "PATH"};
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// A choice of words whose refusal names the nearest.
CLI::Validator one_of(const std::vector<std::string>& words) {
  return {[words](std::string& word) -> std::string {
            if (std::find(words.begin(), words.end(), word) != words.end()) return {};
            const auto meant = nearest(word, words);
            return fmt::format("'{}' is none of {}{}", word, fmt::join(words, ", "),
                               meant ? fmt::format("; did you mean {}?", *meant) : "");
          },
          fmt::format("{}", fmt::join(words, "|"))};
}

struct Answer {
  std::string text;
  bool ok = true;
  Error error = {};  // said on standard error besides, where it has words
};

// A verb's work behind the real doors: its call checked, its folder made and locked, its result answered.
template <typename Check, typename Work, typename Say>
int work_in(const std::string& folder, bool json, const Check& check, const Work& work, const Say& say) {
  RealDisk disk;
  RealProcesses processes;
  StatusWriter status = status_for_stderr();
  const auto data = find_data();
  if (!data) return show(data.error(), json);
  Kit kit{disk, processes, status, *data};
  if (const auto right = check(kit); !right) return show(right.error(), json);
  if (const auto made = disk.make_dirs(folder); !made) return show(made.error(), json);
  const auto lock = FolderLock::take(folder);
  if (!lock) return show(lock.error(), json);
  const auto result = work(kit);
  status.stop();
  if (!result) return show(result.error(), json);
  const Answer said = say(*result);
  const int code = answer(json ? said.text : plain(said.text), said.ok ? kDone : kFailed);
  return said.error.what.empty() ? code : show(said.error, false);
}

int build_verb(const std::vector<std::string>& arguments) {
  Options options;
  std::string output = "rpm";
  std::string cc;
  bool json = false;
  bool no_verify = false;
  bool no_sandbox = false;
  CLI::App app("Builds and proves an enhanced kernel; run again, it goes on where it stopped.",
               "kmesh-kernel build");
  app.add_option("--baseline", options.baseline, "name in baselines.toml (default 5.10)");
  auto* tarball =
      app.add_option("--tarball", options.tarball, "a kernel's source as a tarball")->check(named());
  app.add_option("--tree", options.tree, "a kernel's source as a folder")->check(named())->excludes(tarball);
  app.add_option("--sha256", options.sha256, "the tarball's checksum, from its publisher")->needs(tarball);
  auto* package = app.add_option("--srpm", options.package, "a distribution's kernel source package")
                      ->check(named())
                      ->excludes(tarball)
                      ->excludes("--tree");
  auto* repository =
      app.add_option("--repo", options.repository, "the same from a repository: its URL, or a .repo file")
          ->check(named())
          ->excludes(tarball)
          ->excludes("--tree")
          ->excludes(package);
  app.add_option("--package", options.package_name, "name of the repository's package (default kernel)")
      ->needs(repository);
  app.add_option("--key", options.keys, "file with the public key that signs the package; may be repeated")
      ->check(named());
  app.add_option("--series", options.series,
                 "folder with a series file and patches, instead of the archive's")
      ->check(named());
  app.add_option("--config", options.config,
                 "slim (default), lean, debug (watches itself), distro (Debian's), FILE")
      ->check(named())
      ->excludes(package)
      ->excludes(repository);
  app.add_option("--output", output, "what is made (default rpm; a source package makes its own)")
      ->check(one_of({"rpm", "deb", "image"}))
      ->excludes(package)
      ->excludes(repository);
  app.add_option("--work", options.work, "work folder (default build/BASELINE)")->check(named());
  app.add_option("--until", options.until, "stop after this stage")->check(one_of(stage_names()));
  app.add_option("--cc", cc, "the compiler and what stands before it, as in \"ccache distcc gcc\"");
  app.add_option("--jobs,-j", options.jobs, "processes at once (default: one a processor)")
      ->check(CLI::PositiveNumber);
  app.add_flag("--install-deps", options.install_requirements,
               "have what a source package's spec wants installed (as root)");
  app.add_flag("--refresh", options.refresh, "ask the package archive again for its newest version");
  app.add_flag("--no-verify", no_verify, "take a source that nothing vouches for");
  app.add_flag("--no-sandbox", no_sandbox, "run the spec and the makefiles with your own rights");
  app.add_flag("--json", json, "the report as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel build --baseline 5.10 --work build/kernel");
  if (const auto code = parse(app, arguments)) return *code;
  options.output = output == "deb" ? Output::kDeb : output == "image" ? Output::kImage : Output::kRpm;
  options.verify = !no_verify;
  options.sandbox = !no_sandbox;
  for (auto* path : {&options.tarball, &options.tree, &options.package, &options.series})
    *path = absolute(*path);
  for (auto& key : options.keys) key = absolute(key);
  take_compiler(options, cc);
  if (options.package_name.empty()) options.package_name = "kernel";
  if (!options.repository.empty() && options.repository.find("://") == std::string::npos)
    options.repository = absolute(options.repository);
  if (named_config(options.config) == nullptr) options.config = absolute(options.config);
  if (options.work.empty()) options.work = "build/" + (options.baseline.empty() ? "5.10" : options.baseline);
  options.work = absolute(options.work);
  options.sha256 = lower(options.sha256);

  return work_in(
      options.work, json, [&](const Kit& kit) { return check_call(kit.disk, kit.data, options); },
      [&](Kit& kit) { return build(kit, options); },
      [&](const Report& report) {
        return Answer{json ? report_json(report) : report_screen(report, options.work), report.ok};
      });
}

// What the verbs have in common that ask sources and build nothing.
void add_source_options(CLI::App& app, SourceOptions& sources) {
  sources.work = "build/plan";
  app.add_option("--work", sources.work, "folder for what is fetched and read (default build/plan)")
      ->check(named());
  app.add_flag("--refresh", sources.refresh, "ask the package archive again for its newest version");
  app.add_flag_callback(
      "--no-verify", [&sources] { sources.verify = false; }, "take a source that nothing vouches for");
  app.add_flag_callback(
      "--no-sandbox", [&sources] { sources.sandbox = false; },
      "run a source package's spec with your own rights");
}

int plan_verb(const std::vector<std::string>& arguments) {
  PlanOptions options;
  bool json = false;
  CLI::App app("Judges every patch of the archive, or of a folder of yours, on every source named.",
               "kmesh-kernel plan");
  app.add_option("--baseline", options.baselines, "name in baselines.toml (default 5.10); may be repeated");
  auto* tarball =
      app.add_option("--tarball", options.tarballs, "a kernel's source as a tarball; may be repeated")
          ->check(named());
  app.add_option("--sha256", options.sha256, "checksums of the tarballs, in their order")->needs(tarball);
  app.add_option("--srpm", options.packages, "a kernel's source package; may be repeated")->check(named());
  app.add_option("--key", options.keys, "file with a public key that signs source packages; may be repeated")
      ->check(named());
  auto* tree = app.add_option("--tree", options.trees, "a kernel's source as a folder; may be repeated")
                   ->check(named());
  app.add_option("--revision", options.revisions,
                 "tag or commit of the git repository at --tree; may be repeated")
      ->needs(tree);
  app.add_option("--series", options.series, "folder of patches, with a series file or taken by name")
      ->check(named());
  add_source_options(app, options.sources);
  app.add_flag("--json", json, "the matrix as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel plan --baseline 5.10 --baseline 6.1 --baseline 6.12");
  if (const auto code = parse(app, arguments)) return *code;
  for (auto* paths : {&options.tarballs, &options.trees, &options.packages, &options.keys}) {
    for (auto& path : *paths) path = absolute(path);
  }
  for (auto* path : {&options.series, &options.sources.work}) *path = absolute(*path);
  for (auto& sum : options.sha256) sum = lower(sum);
  return work_in(
      options.sources.work, json,
      [&](const Kit& kit) { return check_plan_call(kit.disk, kit.data, options); },
      [&](Kit& kit) { return plan_sources(kit, options); },
      [&](const Matrix& matrix) { return Answer{json ? matrix_json(matrix) : matrix_text(matrix)}; });
}

Answer say_adapted(const AdaptReport& report, bool json) {
  Answer said{json ? adapt_json(report) : adapt_text(report), report.adaptation.decided()};
  if (!said.ok)
    said.error =
        fail("not every patch could be adapted; a person must decide",
             "resolve what lies in *.conflicts/, make the patch of it, and take the # from its line in "
             "the series",
             fmt::format("grep -n '^# undecided' {}/series", report.output))
            .value();
  return said;
}

int adapt_verb(const std::vector<std::string>& arguments) {
  AdaptOptions options;
  bool json = false;
  CLI::App app("Carries a series to another source, as a new folder of patches.", "kmesh-kernel adapt");
  auto* baseline =
      app.add_option("--baseline", options.baseline, "the source to adapt to: name in baselines.toml");
  auto* tarball =
      app.add_option("--tarball", options.tarball, "the same: a tarball")->check(named())->excludes(baseline);
  app.add_option("--tree", options.tree, "the same: a folder")
      ->check(named())
      ->excludes(baseline)
      ->excludes(tarball);
  app.add_option("--series", options.series, "the patches (default: the archive's for the baseline before)")
      ->check(named());
  app.add_option("--from", options.from,
                 "the source they were written for, name or path (default: Kmesh-Base)")
      ->check(named());
  app.add_option("--output", options.output, "the new folder (default WORK/series-NAME)")->check(named());
  add_source_options(app, options.sources);
  app.add_flag("--json", json, "what was done as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel adapt --baseline 6.12 --output build/6.12-series");
  if (const auto code = parse(app, arguments)) return *code;
  const std::string& name = !options.tree.empty() ? options.tree : options.tarball;
  if (options.output.empty())
    options.output =
        join(options.sources.work, "series-" + (name.empty() ? options.baseline : name_of(name)));
  for (auto* path :
       {&options.tarball, &options.tree, &options.series, &options.output, &options.sources.work})
    *path = absolute(*path);
  return work_in(
      options.sources.work, json,
      [&](const Kit& kit) { return check_adapt_call(kit.disk, kit.data, options); },
      [&](Kit& kit) { return adapt(kit, options); },
      [&](const AdaptReport& report) { return say_adapted(report, json); });
}

int prove_verb(const std::vector<std::string>& arguments) {
  ProveOptions options;
  options.work = "build/prove";
  auto timeout = static_cast<unsigned>(options.guest.timeout.count());
  bool json = false;
  CLI::App app("Boots an image in QEMU with the probes.", "kmesh-kernel prove");
  app.add_option("IMAGE", options.image, "a bzImage, or a folder with vmlinuz (and kmesh.ko) in it")
      ->check(named())
      ->required();
  app.add_option("--against", options.against, "the control: an image without what is to be proven")
      ->check(named());
  app.add_option("--module", options.module, "kmesh.ko for IMAGE (default: the one beside it)")
      ->check(named());
  app.add_option("--against-module", options.against_module, "kmesh.ko for the control")->check(named());
  app.add_option("--append", options.guest.append, "added to the guest's kernel command line");
  app.add_option("--share", options.guest.share, "a folder that the guest sees, read-only, at /share")
      ->check(CLI::ExistingDirectory);
  app.add_flag("--icount", options.guest.icount, "the guest's clock counts instructions (emulated, one CPU)");
  app.add_option("--timeout", timeout, "seconds a guest may take (default 120)")->check(CLI::PositiveNumber);
  app.add_option("--work", options.work, "folder for the logs (default build/prove)")->check(named());
  app.add_flag("--json", json, "the result as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel prove build/kernel/enhanced --against build/kernel/baseline");
  if (const auto code = parse(app, arguments)) return *code;
  for (auto* path : {&options.image, &options.against, &options.module, &options.against_module,
                     &options.work, &options.guest.share})
    *path = absolute(*path);
  options.guest.timeout = std::chrono::seconds(timeout);
  return work_in(
      options.work, json, [](const Kit&) { return Result<void>(); },
      [&](Kit& kit) { return prove(kit, options); },
      [&](const Report& report) {
        return Answer{json ? report_json(report) : proof_text(report), report.ok};
      });
}

int spec_verb(const std::vector<std::string>& arguments) {
  SpecOptions options;
  options.work = "build/spec";
  std::string what;
  bool json = false;
  bool no_sandbox = false;
  CLI::App app(
      "Adds lines to a kernel.spec: patches applied strictly, the kABI check off. Or takes them back.",
      "kmesh-kernel spec");
  app.add_option("WHAT", what, "edit or undo")->check(one_of({"edit", "undo"}))->required();
  app.add_option("FILE", options.file, "the spec; it is changed where it lies")->check(named())->required();
  app.add_option("--patch", options.patches, "a patch, applied in the order given; may be repeated")
      ->check(named());
  app.add_option("--sources", options.sources,
                 "folder of the spec's sources (default: ../SOURCES, or the spec's own)")
      ->check(CLI::ExistingDirectory);
  app.add_option("--work", options.work, "folder for what rpm is asked (default build/spec)")->check(named());
  app.add_flag("--no-sandbox", no_sandbox,
               "let rpm parse the spec, which runs its %(...), with your own rights");
  app.add_flag("--json", json, "what was done as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel spec edit SPECS/kernel.spec --patch SOURCES/0001-fix.patch");
  if (const auto code = parse(app, arguments)) return *code;
  options.undo = what == "undo";
  options.sandbox = !no_sandbox;
  // a link to a spec stays one
  std::error_code error;
  const auto real = std::filesystem::canonical(options.file, error);
  options.file = error ? absolute(options.file) : real.string();
  for (auto& patch : options.patches) patch = absolute(patch);
  options.work = absolute(options.work);
  options.sources = absolute(options.sources);
  return work_in(
      options.work, json,
      [&](const Kit&) {
        return options.undo || !options.patches.empty()
                   ? Result<void>()
                   : wrong_call("which patches is the spec to apply?", "name each with --patch",
                                "kmesh-kernel spec edit FILE --patch PATCH");
      },
      [&](Kit& kit) { return change_spec_file(kit, options); },
      [&](const SpecReport& report) { return Answer{json ? spec_json(report) : spec_text(report)}; });
}

int run(const std::vector<std::string>& words) {
  if (words.empty()) {
    put(stderr, help_text());
    return kWrongCall;
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") return answer(help_text(), kDone);
  for (const auto& verb : kVerbs) {
    if (words[0] == verb.name) return verb.run({words.begin() + 1, words.end()});
  }
  Error error{fmt::format("there is no verb '{}'", words[0]), "", "kmesh-kernel --help", "", true};
  if (const auto meant = nearest(words[0], verb_names()))
    error.hint = fmt::format("did you mean {}?", *meant);
  return show(error, std::find(words.begin(), words.end(), "--json") != words.end());
}

// A file that is opened must never become one of the three standard streams, which a caller may have closed.
void hold_standard_streams() {
  int fd = ::open("/dev/null", O_RDWR);
  while (fd >= 0 && fd < 3) fd = ::dup(fd);
  if (fd >= 3) ::close(fd);
}

}  // namespace
}  // namespace kmesh

int main(int argc, char** argv) {
  // Texts of a megabyte come and go, and to fault their pages in takes longer than the work on them: they
  // stay, and come in as huge ones where the system has those.
  for (const int option : {M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_TOP_PAD}) mallopt(option, 64 << 20);
  kmesh::hold_standard_streams();
  kmesh::catch_interrupts();
  try {
    return kmesh::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    // nothing of ours throws across stages: this is a library's, or the end of memory
    std::fputs("error: something that must not happen: ", stderr);
    std::fputs(error.what(), stderr);
    std::fputs("\n  what was finished is kept; please report this with the command you ran\n", stderr);
    return 1;
  }
}
