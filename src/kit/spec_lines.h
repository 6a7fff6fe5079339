// SPDX-License-Identifier: Apache-2.0
// A spec as rpm reads it: lines that are continued are one, each knows its section and the conditionals
// around it. Pure, and lossless: it points into the file's own lines.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

enum class Section { kPreamble, kPackage, kSourceList, kPrep, kBuild, kOther };

// An %if with what belongs to it; places are indexes into SpecText::lines.
struct Conditional {
  std::size_t opened = 0;
  std::size_t closed = 0;
};

struct SpecLine {
  std::string_view text;  // the whole of it, line ends included
  std::size_t begin = 0;  // its first line of the file, from 0
  std::size_t end = 0;    // one past its last
  Section section = Section::kPreamble;
  bool starts_section = false;
  bool comment = false;
  std::vector<std::size_t>
      inside;  // the conditionals around it, outermost first; their own lines stand outside

  // Where rpm reads tags: Name, Source, Patch.
  [[nodiscard]] bool may_be_tag() const {
    return !comment && (section == Section::kPreamble || section == Section::kPackage);
  }
};

struct SpecText {
  std::unique_ptr<const std::string> text;  // as it is; the rest points into it
  std::vector<std::string_view> file;       // its lines, with their ends
  std::vector<SpecLine> lines;
  std::vector<Conditional> conditionals;
};

// Errors name the line: an %endif or %else without an %if, an %if that is never closed.
Result<SpecText> read_spec(std::string_view text);

// The line of the file behind a line and all conditionals around it.
std::size_t behind_conditionals(const SpecText& spec, std::size_t line);

// A macro's or a variable's name, and the one that the text begins with; empty where it begins with none.
bool is_name(unsigned char c);
std::string_view name_at(std::string_view text);

// "%if", "%ifarch"...; "%else" and "%elif..."; "%endif": what the line does to conditionals.
enum class Directive { kNone, kOpen, kElse, kClose };
Directive directive_of(std::string_view line);

// The name and number of a "Source12: x" or "Patch3: y" tag, as rpm reads it: in any case, with blanks
// around.
struct SourceTag {
  bool patch = false;
  std::string number;  // empty: rpm counts; digits, or a macro
};
// False where the line is no such tag.
bool source_tag(std::string_view line, SourceTag& tag);

}  // namespace kmesh
