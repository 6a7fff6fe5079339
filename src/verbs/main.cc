// SPDX-License-Identifier: Apache-2.0
// kmesh-kernel: a table of verbs. Exit codes: 0 done, 1 the work failed, 2 the call was wrong.
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "base/interrupt.h"
#include "kit/nearest.h"
#include "verbs/call.h"
#include "verbs/verbs.h"

namespace kmesh {
namespace {

struct Verb {
  const char* name;
  const char* help;
  int (*run)(const std::vector<std::string>& arguments);
};

constexpr std::array kVerbs = std::to_array<Verb>({
    {"build", "source + patches -> an enhanced kernel package, booted and proven", &build_verb},
    {"plan", "what each patch needs on each source, with evidence; builds nothing", &plan_verb},
    {"adapt", "carry a series to another source; what does not apply is merged", &adapt_verb},
    {"prove", "boot a kernel image with the probes, alone or against another", &prove_verb},
    {"kabi", "OLD NEW: which exported symbols changed, the types behind them, which patch did it",
     &kabi_verb},
    {"spec", "edit FILE: a kernel.spec that applies your patches; undo FILE: as it was", &spec_verb},
    {"doctor", "what would make a build fail on this host, before it is tried", &doctor_verb},
    {"explain", "a build's log: what went wrong, why, and what to do", &explain_verb},
    {"headers", "the enhanced kernel's UAPI headers: path; install, restore, status", &headers_verb},
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
  return show(error, asks_json(words));
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
