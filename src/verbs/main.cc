// SPDX-License-Identifier: Apache-2.0
// kmesh-kernel: a table of verbs (program.cc). Exit codes: 0 done, 1 the work failed, 2 the call was wrong.
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "base/interrupt.h"
#include "help/manual.h"
#include "kit/nearest.h"
#include "verbs/call.h"
#include "verbs/program.h"

namespace kmesh {
namespace {

int run(const std::vector<std::string>& words) {
  if (words.empty()) {
    put(stderr, told(help_text(program_text())));
    return kWrongCall;
  }
  const bool help = words[0] == "help";
  if (words[0] == "--help" || words[0] == "-h" || (help && words.size() == 1))
    return answer(told(help_text(program_text())), kDone);
  if (words[0] == "--version") return answer("kmesh-kernel " + this_edition().version + "\n", kDone);
  const std::string& name = words[help ? 1 : 0];
  if (const Verb* verb = verb_named(name)) {
    if (help) return verb->run({{"--help"}});
    return verb->run({{words.begin() + 1, words.end()}});
  }
  Error error{fmt::format("there is no verb '{}'", name), "", "kmesh-kernel --help", "", true};
  if (const auto meant = nearest(name, verb_names())) error.hint = fmt::format("did you mean {}?", *meant);
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
  // modes come into packages, and those are the same whoever builds them; what is private says so itself
  ::umask(022);
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
