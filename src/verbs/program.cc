// SPDX-License-Identifier: Apache-2.0
#include "verbs/program.h"

#include <array>

#include "verbs/verbs.h"

namespace kmesh {
namespace {

constexpr std::array kVerbs = std::to_array<Verb>({
    {"build", "source + patches -> an enhanced kernel package, booted and proven", &build_verb},
    {"plan", "what each patch needs on each source, with evidence", &plan_verb},
    {"adapt", "carry a series to another source; what does not apply is merged", &adapt_verb},
    {"prove", "boot a kernel image with the probes, alone or against another", &prove_verb},
    {"kabi", "which exported symbols changed, by which types, by which patch", &kabi_verb},
    {"spec", "edit a kernel.spec so that it applies your patches; or undo that", &spec_verb},
    {"doctor", "what would make a build fail on this host, before it is tried", &doctor_verb},
    {"explain", "a build's log: what went wrong, why, and what to do", &explain_verb},
    {"headers", "the enhanced kernel's UAPI headers: path, install, restore, status", &headers_verb},
    {"man", "the manual, as a page for man", &man_verb},
    {"completion", "what bash or zsh reads to complete calls", &completion_verb},
});

}  // namespace

const Verb* verb_named(const std::string& name) { return verb_named(kVerbs, name); }

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  for (const auto& verb : kVerbs) names.emplace_back(verb.name);
  return names;
}

ProgramText program_text() {
  ProgramText text;
  text.name = "kmesh-kernel";
  text.title = "Linux with the service mesh in it, from your distribution's source";
  text.about = {
      "Builds a distribution's kernel with the enhancements of an archive of patches and with a module, "
      "kmesh.ko, that defers "
      "an application's connect until its first request is written, so that a BPF program can choose where "
      "it goes. What was "
      "built is booted, and every enhancement proven.",
      "A patch goes in only where it is needed: each is judged on the source itself, never on its version "
      "number. Everything "
      "works as an ordinary user; foreign specs and makefiles run in a sandbox without a network. Each verb "
      "takes --json for "
      "programs, but man and completion."};
  text.verbs = pages_of(kVerbs);
  text.examples = {"kmesh-kernel build --baseline 5.10 --work build/kernel"};
  text.exits = {
      {"0", "Done."},
      {"1", "The work failed. What happened, why, what to do, and a command to copy are on standard error."},
      {"2", "The call was wrong; nothing was done."}};
  text.files = {
      {"PREFIX/share/kmesh/kernel/",
       "The archive: baselines.toml has a row a baseline, patches/ a series a baseline; the module's "
       "sources, specs and "
       "configurations. It is found from where the program is, through links; in a checkout it is kernel/."},
      {"PREFIX/libexec/kmesh/guest/", "The programs that run in the guest: init and a probe a feature."},
      {"build/", "Below the current folder: work folders, unless --work names one."}};
  text.environment = {
      {"KMESH_KERNEL_DATA", "Another folder for the archive."},
      {"NO_COLOR", "Set to anything: no colours on a terminal."},
      {"TERM", "dumb: neither colours, nor a line that overwrites itself."},
      {"CCACHE_DIR", "The compiler cache (default: ccache below the work folder)."},
      {"DISTCC_*, ICECC_*", "Where the other hosts of a farm are, for build --cc."},
      {"PATH", "Where the tools are looked for that the verbs drive; doctor names those that are missing."}};
  text.see = {"kmesh-route(1)"};
  return text;
}

}  // namespace kmesh
