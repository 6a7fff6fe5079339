// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "kit/spec_patching.h"
#include "kit/spec_walk.h"

namespace kmesh {
namespace {

class Finder {
 public:
  Finder(const SpecText& spec, const ShellText& shell, const PrepWalk& walk)
      : spec_(spec), shell_(shell), walk_(walk) {}

  Result<PrepPlace> find() const {
    KMESH_TRY(check_readable());
    if (!walk_.unknown.empty())
      return fail(
          fmt::format("{}: what this does to the kernel's tree is not known",
                      quote(walk_.unknown.front().line)),
          "it is handed patches, or does more than apply them, and nothing tells where ours could follow");
    KMESH_TRY(check_elsewhere());
    if (!walk_.patches.empty()) return behind_patches();
    if (!walk_.scripts.empty())
      return fail(fmt::format("{}: what this does to the kernel's tree is not known",
                              quote(walk_.scripts.front().line)),
                  "it is a program of the package's, and no other line of %prep applies patches: it may");
    if (walk_.entries.empty())
      return fail(
          "no place for the patches was found in %prep",
          "the spec unpacks its source in a way that is not understood: no %setup, no patch line, no cd into "
          "a kernel's tree");
    return behind_entry();
  }

 private:
  // What %prep does where this reading does not follow: another file's lines, and those that Lua prints.
  Result<void> check_readable() const {
    for (std::size_t i = 0; i < spec_.lines.size(); ++i) {
      const auto& line = spec_.lines[i];
      if (line.section != Section::kPrep || line.comment || line.starts_section) continue;
      const auto text = stripped(line.text);
      const bool lua = text.starts_with("%{lua:") && text.find("patch") != std::string_view::npos;
      if (lua || text.starts_with("%include"))
        return fail(fmt::format("{}: what this does to the kernel's tree is not known", quote(i)),
                    "the lines that rpm puts there are not those of the spec");
    }
    return {};
  }

  // Patches that %prep does not apply: no place in it comes behind them.
  Result<void> check_elsewhere() const {
    std::size_t listed = spec_.lines.size();
    for (std::size_t i = 0; i < spec_.lines.size(); ++i) {
      const auto& line = spec_.lines[i];
      SourceTag tag;
      if (line.may_be_tag() && listed == spec_.lines.size() && source_tag(line.text, tag) && tag.patch)
        listed = i;
      if (line.section == Section::kBuild && !line.comment && mentions_patching(line.text))
        return fail(fmt::format("{}: patches are applied behind %prep", quote(i)),
                    "ours would come before them");
    }
    if (walk_.patches.empty() && listed < spec_.lines.size())
      return fail(fmt::format("{}: the spec lists patches, and nothing that is known applies them in %prep",
                              quote(listed)),
                  "nothing tells where ours could follow");
    return {};
  }

  [[nodiscard]] std::size_t number(std::size_t line) const { return spec_.lines[line].begin + 1; }
  [[nodiscard]] std::string quote(std::size_t line) const {
    const auto text = stripped(spec_.lines[line].text);
    return fmt::format("line {}: {}", number(line), text.substr(0, text.find('\n')));
  }

  // The last line of whatever compounds and conditionals the line stands in.
  [[nodiscard]] std::size_t outermost_end(std::size_t line) const {
    for (bool grew = true; grew;) {
      grew = false;
      const auto grow = [&](std::size_t opened, std::size_t closed) {
        if (opened > line || closed <= line) return;
        line = closed;
        grew = true;
      };
      for (; shell_.goes_on.contains(line); grew = true) ++line;
      for (const auto& compound : shell_.compounds) grow(compound.opened, compound.closed);
      for (const auto& conditional : spec_.conditionals) grow(conditional.opened, conditional.closed);
    }
    return line;
  }

  // The folder of a tree, and not one of a tree's own or the one around it.
  Result<void> check_tree(const PrepEvent& event) const {
    static constexpr std::array<std::string_view, 18> kOwn = {
        "arch", "block", "crypto", "Documentation", "drivers", "fs",       "include", "init",  "ipc",
        "lib",  "mm",    "net",    "samples",       "scripts", "security", "sound",   "tools", "virt"};
    for (const auto& part : event.folder.parts()) {
      if (std::find(kOwn.begin(), kOwn.end(), part) != kOwn.end())
        return fail(
            fmt::format("%prep applies its patches in {}, which looks like a part of the kernel's tree ({})",
                        event.folder.text(), quote(event.line)),
            "ours name files from the tree's own folder");
    }
    const bool entered = std::any_of(walk_.entries.begin(), walk_.entries.end(), [&](const PrepEvent& entry) {
      return !entry.around && entry.folder == event.folder;
    });
    if (event.whole_paths && !entered)
      return fail(fmt::format("{}: whether {} is the kernel's tree or the folder around it is not known",
                              quote(event.line), event.folder.text()),
                  "with -p0 a patch may name the tree itself; ours name files from the tree's own folder");
    return {};
  }

  Result<PrepPlace> place(const PrepEvent& event, std::string_view what) const {
    if (!event.folder.known())
      return fail(fmt::format("the folder in which %prep {} is not known ({})", what, quote(event.line)),
                  "it depends on a condition or on a variable of the shell");
    KMESH_TRY(check_tree(event));
    const std::size_t last = outermost_end(event.line);
    if (!walk_.covers(last))
      return fail(fmt::format("{}: the condition around it reaches over the end of %prep", quote(event.line)),
                  "there is no place in %prep that holds in every case");
    for (const auto& use : walk_.uses) {
      if (use.line > event.line && use.line <= last)
        return fail(fmt::format("the kernel's tree is used before patches can follow the last one ({}; {})",
                                quote(event.line), quote(use.line)),
                    "both stand inside of one condition, and patches must go in whatever it says");
    }
    for (const auto& commit : walk_.commits) {
      if (commit.line > event.line)
        return fail(fmt::format("what is built comes out of a commit ({})", quote(commit.line)),
                    "patches that are applied to the files would not be in it");
    }
    const auto& here = walk_.after(last);
    if (!here.known())
      return fail(fmt::format("behind {} it is not known in which folder %prep is", quote(last)),
                  "the branches of a condition leave it in different ones");
    return PrepPlace{spec_.lines[last].end, event.folder.from(here),
                     fmt::format("behind {}, in {}", quote(event.line), event.folder.text())};
  }

  Result<PrepPlace> behind_patches() const {
    const auto& last = walk_.patches.back();
    for (const auto& copy : walk_.copies) {
      if (copy.line < last.line && copy.from == last.folder && !(copy.to == last.folder))
        return fail(fmt::format("the kernel's tree is copied before its last patch ({}; {})",
                                quote(copy.line), quote(last.line)),
                    "the copy would be without ours");
    }
    for (const auto& use : walk_.uses) {
      const bool copies = std::any_of(walk_.copies.begin(), walk_.copies.end(),
                                      [&](const auto& copy) { return copy.line == use.line; });
      if (!copies && use.line < last.line && use.folder == last.folder)
        return fail(fmt::format("the kernel's tree is used before its last patch ({}; {})", quote(use.line),
                                quote(last.line)),
                    "what is made of it there would be without ours");
    }
    for (const auto& event : walk_.patches) {
      if (event.folder == last.folder) continue;
      // a tree that was patched and became this one
      const bool copied = std::any_of(walk_.copies.begin(), walk_.copies.end(), [&](const auto& copy) {
        return copy.line > event.line && copy.from == event.folder && copy.to == last.folder;
      });
      if (copied) continue;
      return fail(fmt::format("%prep patches in two folders: {} ({}) and {} ({})", event.folder.text(),
                              quote(event.line), last.folder.text(), quote(last.line)),
                  "which of them is the kernel's tree is not known");
    }
    return place(last, "applies its patches");
  }

  // No patch of its own: behind the last step into the tree that comes before its first use.
  Result<PrepPlace> behind_entry() const {
    const PrepEvent* entry = nullptr;
    for (const auto& candidate : walk_.entries) {
      const bool used_before = std::any_of(walk_.uses.begin(), walk_.uses.end(),
                                           [&](const PrepEvent& use) { return use.line < candidate.line; });
      if (entry == nullptr || !used_before) entry = &candidate;
    }
    const bool used = std::any_of(walk_.uses.begin(), walk_.uses.end(),
                                  [&](const PrepEvent& use) { return use.line < entry->line; });
    if (used)
      return fail(fmt::format("the kernel's tree is used before %prep is in it ({}; {})",
                              quote(walk_.uses.front().line), quote(entry->line)),
                  "the patches would miss what was made of it before");
    return place(*entry, "has its tree");
  }

  const SpecText& spec_;
  const ShellText& shell_;
  const PrepWalk& walk_;
};

}  // namespace

Result<PrepPlace> find_prep_place(const SpecText& spec) {
  std::optional<std::size_t> begin;
  std::size_t end = spec.lines.size();
  for (std::size_t i = 0; i < spec.lines.size(); ++i) {
    const auto& line = spec.lines[i];
    if (!line.starts_section) continue;
    if (line.section == Section::kPrep) {
      if (begin)
        return fail(fmt::format("lines {} and {}: the spec has two %prep sections",
                                spec.lines[*begin - 1].begin + 1, line.begin + 1),
                    "it is not known in which of them the patches belong");
      begin = i + 1;
      end = spec.lines.size();
    } else if (begin && end == spec.lines.size()) {
      end = i;
    }
  }
  if (!begin)
    return fail("the spec has no %prep section", "patches are applied in %prep; is it a kernel's spec?");
  KMESH_LET(shell, read_shell(spec, *begin, end));
  const PrepWalk walk(spec, shell, *begin, end);
  return Finder(spec, shell, walk).find();
}

}  // namespace kmesh
