// SPDX-License-Identifier: Apache-2.0
// man and completion: what the other verbs' options are, for those who install the program.
#include "help/manual.h"

#include "help/completion.h"
#include "kit/origin.h"
#include "verbs/call.h"
#include "verbs/program.h"
#include "verbs/verbs.h"

namespace kmesh {

int man_verb(const Call& call) {
  std::string name;
  std::string folder;
  Form form("The manual's page of the program, or of a verb, as text for man.", "kmesh-kernel man");
  form.add_option("VERB", name, "the verb; without one it is the program's")->check(one_of(verb_names()));
  form.add_option("--into", folder, "a folder for all pages, as files")->check(named("DIR"));
  form.words.examples = {"kmesh-kernel man build | man -l -"};
  form.words.about = {
      "The pages are made of the same words as --help. They are what is installed with the program."};
  if (const auto code = parse(form, call)) return *code;
  const Edition edition = this_edition();
  const ProgramText program = program_text();
  if (folder.empty()) {
    for (const auto& verb : program.verbs)
      if (verb_of(verb) == name) return answer(manual_page(program, verb, edition), kDone);
    return answer(manual_page(program, edition), kDone);
  }
  RealDisk disk;
  const auto write = [&]() -> Result<void> {
    const auto file = [&](const std::string& page) { return join(absolute(folder), page + ".1"); };
    KMESH_TRY(disk.write(file(program.name), manual_page(program, edition)));
    for (const auto& verb : program.verbs)
      KMESH_TRY(disk.write(file(page_name(verb)), manual_page(program, verb, edition)));
    return {};
  };
  const auto written = write();
  return written ? kDone : show(written.error(), false);
}

int completion_verb(const Call& call) {
  std::string shell;
  Form form("What a shell reads to complete calls of this program: verbs, options and their values.",
            "kmesh-kernel completion");
  form.add_option("SHELL", shell, "bash or zsh")->check(one_of({"bash", "zsh"}))->required();
  form.words.examples = {"kmesh-kernel completion bash > kmesh-kernel.bash"};
  form.words.about = {
      "Installed with the program it is found by the shell; elsewhere, source reads it into one. The "
      "baselines are those of the archive at "
      "the time it was made."};
  if (const auto code = parse(form, call)) return *code;
  RealDisk disk;
  const auto data = find_data();
  if (!data) return show(data.error(), false);
  const auto baselines = read_baselines(disk, *data);
  if (!baselines) return show(baselines.error(), false);
  Kinds kinds;
  for (const auto& row : *baselines) kinds["BASELINE"].push_back(row.name);
  const ProgramText program = program_text();
  return answer(shell == "bash" ? bash_completion(program, kinds) : zsh_completion(program, kinds), kDone);
}

}  // namespace kmesh
