// SPDX-License-Identifier: Apache-2.0
#include "kit/helper_docs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kit/diagnose.h"

namespace kmesh {
namespace {

// The first that a tree has: 5.13 renamed the script; the tools read their own copy of the header.
constexpr std::array kScripts = {"scripts/bpf_doc.py", "scripts/bpf_helpers_doc.py"};
constexpr std::array kHeaders = {"tools/include/uapi/linux/bpf.h", "include/uapi/linux/bpf.h"};

std::string first_there(Kit& kit, const std::string& tree, const auto& names) {
  for (const auto* name : names) {
    if (kit.disk.exists(join(tree, name))) return name;
  }
  return {};
}

// The types that the script did not know, as it ended; none where it ran through.
Result<std::vector<std::string>> run_script(Kit& kit, const Side& side, const std::string& tree,
                                            const HelperDocs& docs) {
  Command command;
  command.argv = {"python3", docs.script, "--header", "--filename", docs.header};
  command.folder = tree;
  command.keep_output = true;
  KMESH_LET(exit, kit.processes.run(side.sandbox.wrap(std::move(command))));
  if (exit.ok()) return std::vector<std::string>();
  const auto diagnosis = diagnose(exit.output);
  if (diagnosis && diagnosis->failure->mend == Mend::kHelperType) return diagnosis->subjects;
  return program_failed(fmt::format("{} cannot read {}, and the build will run it", docs.script, docs.header),
                        "a patch changed what one of the two expects of the other", exit);
}

}  // namespace

Result<HelperDocs> check_helper_docs(Kit& kit, const Side& side, const std::string& tree, Docs what) {
  HelperDocs docs;
  docs.script = first_there(kit, tree, kScripts);
  docs.header = first_there(kit, tree, kHeaders);
  if (docs.script.empty() || docs.header.empty()) return HelperDocs{};
  kit.status.doing("reading the documentation of BPF helpers");
  for (;;) {
    KMESH_LET(unknown, run_script(kit, side, tree, docs));
    if (unknown.empty()) return docs;
    if (what == Docs::kLook) {
      docs.added = std::move(unknown);
      return docs;
    }
    const std::string path = join(tree, docs.script);
    for (const auto& type : unknown) {
      KMESH_LET(text, kit.disk.read(path));
      const auto taught = with_known_type(text, type);
      // asked for the same again, it looks for it elsewhere
      if (!taught || std::find(docs.added.begin(), docs.added.end(), type) != docs.added.end())
        return fail(
            fmt::format("{} does not know the type '{}' of a helper in {}", docs.script, type, docs.header),
            "teach it the type in the patch that adds the helper");
      KMESH_TRY(kit.disk.write(path, *taught));
      docs.added.push_back(type);
    }
  }
}

std::optional<std::string> with_known_type(std::string_view script, std::string_view type) {
  constexpr std::string_view kList = "known_types = {\n";
  const auto at = script.find(kList);
  if (at == std::string_view::npos) return std::nullopt;
  // as Python writes a text
  std::string quoted;
  for (const char c : type) {
    if (c == '\\' || c == '\'') quoted += '\\';
    quoted += c;
  }
  std::string taught(script);
  taught.insert(at + kList.size(), fmt::format("            '{}',\n", quoted));
  return taught;
}

std::vector<std::string> bringers_of(std::string_view type, const HelperDocs& docs,
                                     const std::vector<const Patch*>& patches) {
  std::vector<std::string> names;
  const auto brings = [&](const FilePatch& file) {
    const auto lines = added_lines(file);
    return file.new_path == docs.header &&
           std::any_of(lines.begin(), lines.end(),
                       [&](std::string_view line) { return line.find(type) != std::string_view::npos; });
  };
  for (const Patch* patch : patches) {
    if (std::any_of(patch->files.begin(), patch->files.end(), brings)) names.push_back(patch->file);
  }
  return names;
}

}  // namespace kmesh
