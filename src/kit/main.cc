// SPDX-License-Identifier: Apache-2.0
// kmesh-kernel: a table of verbs, the real doors, and the exit codes: 0 done, 1 the work failed, 2 the call
// was wrong.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "base/lock.h"
#include "kit/nearest.h"
#include "kit/pipeline.h"

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
int prove_verb(const std::vector<std::string>& arguments);

constexpr std::array kVerbs = std::to_array<Verb>({
    {"build", "source + patches -> an enhanced kernel package, booted and proven", &build_verb},
    {"prove", "boot a kernel image with the probes, alone or against another", &prove_verb},
});

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  for (const auto& verb : kVerbs) names.emplace_back(verb.name);
  return names;
}

void print_help() {
  fmt::print(
      "kmesh-kernel: Linux with the service mesh in it, from your distribution's source\n\n"
      "usage: kmesh-kernel VERB [OPTIONS]\n\n");
  for (const auto& verb : kVerbs) fmt::print("  {:<8} {}\n", verb.name, verb.help);
  fmt::print(
      "\nEach verb has a --help of its own. For example:\n\n"
      "  kmesh-kernel build --baseline 5.10 --work build/kernel\n");
}

// An error as JSON on standard output where it was asked for, and always whole on standard error.
int show(const Error& error, bool json) {
  if (json) {
    const nlohmann::ordered_json whole = {
        {"ok", false},
        {"error",
         {{"what", error.what}, {"hint", error.hint}, {"command", error.command}, {"detail", error.detail}}}};
    fmt::print("{}\n", whole.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  }
  if (!error.detail.empty()) fmt::print(stderr, "\n{}\n", error.detail);
  fmt::print(stderr, "error: {}\n", error.what);
  if (!error.hint.empty()) fmt::print(stderr, "  {}\n", error.hint);
  if (!error.command.empty()) fmt::print(stderr, "\n    {}\n\n", error.command);
  return kFailed;
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
  try {
    app.parse(reversed);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return kDone;
  } catch (const CLI::ExtrasError&) {
    std::vector<std::string> known;
    for (const auto* option : app.get_options()) {
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
    }
    for (const auto& extra : app.remaining()) {
      const auto meant = nearest(extra.substr(0, extra.find('=')), known);
      fmt::print(stderr, "error: {} does not know '{}'\n", app.get_name(), extra);
      if (meant) fmt::print(stderr, "  did you mean {}?\n", *meant);
    }
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "error: {}\n", error.what());
  }
  fmt::print(stderr, "\n    {} --help\n\n", app.get_name());
  return kWrongCall;
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

int build_verb(const std::vector<std::string>& arguments) {
  Options options;
  std::string output = "rpm";
  bool json = false;
  bool no_verify = false;
  bool no_sandbox = false;
  CLI::App app("Builds and proves an enhanced kernel; run again, it goes on where it stopped.",
               "kmesh-kernel build");
  app.add_option("--baseline", options.baseline, "name in baselines.toml (default 5.10)");
  auto* tarball = app.add_option("--tarball", options.tarball, "a kernel's source as a tarball");
  app.add_option("--tree", options.tree, "a kernel's source as a folder")->excludes(tarball);
  app.add_option("--sha256", options.sha256, "the tarball's checksum, from its publisher")->needs(tarball);
  app.add_option("--series", options.series,
                 "folder with a series file and patches, instead of the archive's");
  app.add_option("--config", options.config,
                 "slim (default): for virtual machines; distro: Debian's own; or a FILE");
  app.add_option("--output", output, "what is made (default rpm)")->check(one_of({"rpm", "deb", "image"}));
  app.add_option("--work", options.work, "work folder (default build/BASELINE)");
  app.add_option("--until", options.until, "stop after this stage")->check(one_of(stage_names()));
  app.add_option("--jobs,-j", options.jobs, "processes at once (default: one a processor)");
  app.add_flag("--refresh", options.refresh, "ask the package archive again for its newest version");
  app.add_flag("--no-verify", no_verify, "take a source that nothing vouches for");
  app.add_flag("--no-sandbox", no_sandbox, "run the spec and the makefiles with your own rights");
  app.add_flag("--json", json, "the report as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel build --baseline 5.10 --work build/kernel");
  if (const auto code = parse(app, arguments)) return *code;
  options.output = output == "deb" ? Output::kDeb : output == "image" ? Output::kImage : Output::kRpm;
  options.verify = !no_verify;
  options.sandbox = !no_sandbox;
  for (auto* path : {&options.tarball, &options.tree, &options.series}) *path = absolute(*path);
  if (options.config != "slim" && options.config != "distro") options.config = absolute(options.config);
  if (options.work.empty()) options.work = "build/" + (options.baseline.empty() ? "5.10" : options.baseline);
  options.work = absolute(options.work);

  RealDisk disk;
  RealProcesses processes;
  StatusWriter status = status_for_stderr();
  const auto data = find_data();
  if (!data) return show(data.error(), json);
  Kit kit{disk, processes, status, *data};
  if (const auto made = disk.make_dirs(options.work); !made) return show(made.error(), json);
  const auto lock = FolderLock::take(options.work);
  if (!lock) return show(lock.error(), json);
  const auto report = build(kit, options);
  status.stop();
  if (!report) return show(report.error(), json);
  if (json) {
    fmt::print("{}", report_json(*report));
  } else {
    fmt::print("{}", report_screen(*report, options.work));
  }
  return report->ok ? kDone : kFailed;
}

int prove_verb(const std::vector<std::string>& arguments) {
  ProveOptions options;
  options.work = "build/prove";
  bool json = false;
  CLI::App app("Boots an image in QEMU with the probes.", "kmesh-kernel prove");
  app.add_option("IMAGE", options.image, "a bzImage, or a folder with vmlinuz (and kmesh.ko) in it")
      ->required();
  app.add_option("--against", options.against, "the control: an image without what is to be proven");
  app.add_option("--module", options.module, "kmesh.ko for IMAGE (default: the one beside it)");
  app.add_option("--against-module", options.against_module, "kmesh.ko for the control");
  app.add_option("--append", options.append, "added to the guest's kernel command line");
  app.add_option("--timeout", options.timeout, "seconds a guest may take (default 120)")
      ->check(CLI::PositiveNumber);
  app.add_option("--work", options.work, "folder for the logs (default build/prove)");
  app.add_flag("--json", json, "the result as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel prove build/kernel/enhanced --against build/kernel/baseline");
  if (const auto code = parse(app, arguments)) return *code;
  for (auto* path :
       {&options.image, &options.against, &options.module, &options.against_module, &options.work})
    *path = absolute(*path);
  RealDisk disk;
  RealProcesses processes;
  StatusWriter status = status_for_stderr();
  const auto data = find_data();
  if (!data) return show(data.error(), json);
  Kit kit{disk, processes, status, *data};
  if (const auto made = disk.make_dirs(options.work); !made) return show(made.error(), json);
  const auto lock = FolderLock::take(options.work);
  if (!lock) return show(lock.error(), json);
  const auto report = prove(kit, options);
  status.stop();
  if (!report) return show(report.error(), json);
  fmt::print("{}", json ? report_json(*report) : proof_text(*report));
  return report->ok ? kDone : kFailed;
}

int run(const std::vector<std::string>& words) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    print_help();
    return words.empty() ? kWrongCall : kDone;
  }
  for (const auto& verb : kVerbs) {
    if (words[0] == verb.name) return verb.run({words.begin() + 1, words.end()});
  }
  fmt::print(stderr, "error: there is no verb '{}'\n", words[0]);
  if (const auto meant = nearest(words[0], verb_names())) fmt::print(stderr, "  did you mean {}?\n", *meant);
  fmt::print(stderr, "\n    kmesh-kernel --help\n\n");
  return kWrongCall;
}

}  // namespace
}  // namespace kmesh

int main(int argc, char** argv) {
  kmesh::catch_interrupts();
  try {
    return kmesh::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    // nothing of ours throws across stages: this is a library's, or the end of memory
    return kmesh::show({fmt::format("something that must not happen: {}", error.what()),
                        "what was finished is kept; please report this with the command you ran", "", ""},
                       false);
  }
}
