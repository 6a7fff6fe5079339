// SPDX-License-Identifier: Apache-2.0
// The seed's edit of a kernel.spec: kABI check off, a Source line for each patch, and a strict `patch` line
// in %prep. Pure: text in, text out; only adds lines, and adding them twice changes nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/spec_kabi.h"
#include "kit/spec_lines.h"
#include "kit/spec_place.h"

namespace kmesh {

struct SpecEdit {
  std::string text;                // the edited spec
  std::vector<std::string> added;  // "line 12: %define with_kabichk 0", in the edited spec's own numbers
  std::vector<std::string> kabi;   // the switches, by name
  std::vector<std::string> bcond;  // those of them that are off where they are not defined
  std::vector<int> sources;        // the patches' Source numbers
  std::size_t sources_at = 0;      // of the text: where the lines with them begin; 0 without any
  std::string place;               // why the patch lines stand where they do
  double rpm_seconds = 0;          // what rpm took to parse it, before and after
};

// Where Source lines go: behind the last of the spec's own. rpm gives an unnumbered one the number after the
// one before it.
struct SourcePlace {
  std::size_t line = 0;    // of the file, from 0: they go before it
  std::vector<int> taken;  // numbers of Sources and Patches, on every branch; ascending
};

// A spec that was read once, for any number of edits.
struct EditableSpec {
  SpecText text;
  SourcePlace source;
  PrepPlace prep;
  std::vector<KabiSwitch> switches;
};

// Errors: no %prep, no Source line, no place where the patches could be applied, whatever find_prep_place and
// find_kabi_switches refuse.
Result<EditableSpec> read_editable(std::string_view spec);

// Errors: a patch's name that rpm would read as something else. `taken` are numbers of Sources and Patches
// besides those that stand in the text, ascending: macros may make some.
Result<SpecEdit> edit_spec(const EditableSpec& spec, const std::vector<std::string>& patches,
                           const std::vector<int>& taken);

// Both.
Result<SpecEdit> edit_spec(std::string_view spec, const std::vector<std::string>& patches);

// Lines for the same place in %prep and nothing else: `in_tree` run in the kernel tree's own folder, `after`
// where the shell is. Pure.
Result<std::string> insert_at_place(std::string_view spec, const std::vector<std::string>& in_tree,
                                    const std::vector<std::string>& after);

// The spec as it was before edit_spec, to the byte.
std::string undo_spec(std::string_view edited);

}  // namespace kmesh
