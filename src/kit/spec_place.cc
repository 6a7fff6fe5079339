// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"
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
    if (event.whole_paths && !is_tree(event.folder))
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
      if (use.order > event.order && use.line <= last)
        return fail(fmt::format("the kernel's tree is used before patches can follow the last one ({}; {})",
                                quote(event.line), quote(use.line)),
                    "both stand inside of one condition, and patches must go in whatever it says");
    }
    for (const auto& commit : walk_.commits) {
      if (commit.order > event.order)
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

  // The folder was entered as one that is the tree's own, and not one that only has it.
  [[nodiscard]] bool is_tree(const Folder& folder) const {
    return std::any_of(walk_.entries.begin(), walk_.entries.end(),
                       [&](const PrepEvent& entry) { return !entry.around && entry.folder == folder; });
  }

  [[nodiscard]] bool is_copied(const Folder& from, const Folder& to, std::size_t after,
                               std::size_t before) const {
    return std::any_of(walk_.copies.begin(), walk_.copies.end(), [&](const PrepCopy& copy) {
      return copy.order > after && copy.order < before && copy.from == from && copy.to == to;
    });
  }

  // A copy that the patches before it are in, and ours would not be.
  Result<void> check_copies(const PrepEvent& last) const {
    for (const auto& copy : walk_.copies) {
      if (copy.order >= last.order || copy.to == last.folder || copy.to == copy.from) continue;
      // the tree itself, or the folder around it; what comes into it from anywhere is no copy of it
      const bool of_tree = copy.from.known() ? copy.from.holds(last.folder) : !copy.to.holds(last.folder);
      // the tree was made of the same: "cp -a vanilla linux", and a second one
      const bool twin = copy.from.known() && is_copied(copy.from, last.folder, 0, last.order);
      if (of_tree || twin)
        return fail(fmt::format("the kernel's tree is copied before its last patch ({}; {})",
                                quote(copy.line), quote(last.line)),
                    "the copy would be without ours");
    }
    return {};
  }

  Result<void> check_uses(const PrepEvent& last) const {
    for (const auto& use : walk_.uses) {
      const bool copies = std::any_of(walk_.copies.begin(), walk_.copies.end(),
                                      [&](const PrepCopy& copy) { return copy.order == use.order; });
      if (!copies && use.order < last.order && (!use.folder.known() || use.folder.holds(last.folder)))
        return fail(fmt::format("the kernel's tree is used before its last patch ({}; {})", quote(use.line),
                                quote(last.line)),
                    "what is made of it there would be without ours");
    }
    for (const auto& entry : walk_.entries) {
      if (entry.anew && entry.order > last.order && entry.folder.holds(last.folder))
        return fail(fmt::format("the kernel's tree is unpacked again behind its last patch ({}; {})",
                                quote(last.line), quote(entry.line)),
                    "what was applied before is gone there");
    }
    return {};
  }

  // All patches go into one tree, or into one that became it.
  Result<void> check_one_tree(const PrepEvent& last) const {
    for (const auto& event : walk_.patches) {
      if (event.folder == last.folder) continue;
      const auto two = [&](std::string_view why) {
        return fail(fmt::format("%prep patches in two folders: {} ({}) and {} ({})", event.folder.text(),
                                quote(event.line), last.folder.text(), quote(last.line)),
                    std::string(why));
      };
      // a driver of the package's own, beside the tree
      const bool beside = is_tree(last.folder) && event.folder.known() && !is_tree(event.folder) &&
                          !event.folder.holds(last.folder);
      if (beside) continue;
      if (!is_copied(event.folder, last.folder, event.order, last.order))
        return two("which of them is the kernel's tree is not known");
      const bool returns = std::any_of(walk_.uses.begin(), walk_.uses.end(), [&](const PrepEvent& use) {
        return use.order > last.order && use.folder == event.folder;
      });
      if (returns) return two("the first is used afterwards, too, and would be without ours");
    }
    return {};
  }

  Result<PrepPlace> behind_patches() const {
    const auto& last = walk_.patches.back();
    KMESH_TRY(check_copies(last));
    KMESH_TRY(check_uses(last));
    KMESH_TRY(check_one_tree(last));
    KMESH_TRY(check_tree(last));
    const bool elsewhere = std::any_of(
        walk_.entries.begin(), walk_.entries.end(),
        [&](const PrepEvent& entry) { return !entry.around && entry.order < last.order && entry.anew; });
    if (elsewhere && last.folder.known() && !is_tree(last.folder) && !is_made_of_tree(last))
      return fail(
          fmt::format(
              "whether {}, in which %prep applies its last patch, is the kernel's tree is not known ({})",
              last.folder.text(), quote(last.line)),
          "%setup made another one");
    return place(last, "applies its patches");
  }

  // What %setup unpacked was copied or moved to the folder.
  [[nodiscard]] bool is_made_of_tree(const PrepEvent& last) const {
    return std::any_of(walk_.entries.begin(), walk_.entries.end(), [&](const PrepEvent& entry) {
      return (entry.around && entry.folder.holds(last.folder)) ||
             is_copied(entry.folder, last.folder, 0, last.order);
    });
  }

  // No patch of its own: behind the last step into the tree that comes before its first use.
  Result<PrepPlace> behind_entry() const {
    const PrepEvent* entry = nullptr;
    for (const auto& candidate : walk_.entries) {
      const bool used_before = std::any_of(walk_.uses.begin(), walk_.uses.end(),
                                           [&](const PrepEvent& use) { return use.order < candidate.order; });
      if (entry == nullptr || !used_before) entry = &candidate;
    }
    const auto use = std::find_if(walk_.uses.begin(), walk_.uses.end(),
                                  [&](const PrepEvent& one) { return one.order < entry->order; });
    if (use != walk_.uses.end())
      return fail(fmt::format("the kernel's tree is used before %prep is in it ({}; {})", quote(use->line),
                              quote(entry->line)),
                  "the patches would miss what was made of it before");
    if (entry->around)
      return fail(
          fmt::format("no step of %prep into the kernel's tree was found behind {}", quote(entry->line)),
          "that folder has the tree in it, and under which name is not known");
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
