// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace kmesh {
namespace {

bool same_word(std::string_view text, std::string_view word) {
  return text.size() == word.size() && std::equal(text.begin(), text.end(), word.begin(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == b;
         });
}

std::string_view first_word(std::string_view line) { return line.substr(0, line.find_first_of(" \t\r\n")); }

struct Name {
  std::string_view word;
  Section section;
};

// What rpm 4.18 takes for the start of a section: at the very start of a line, in any case.
constexpr std::array<Name, 34> kSections = {{
    {"%package", Section::kPackage},
    {"%prep", Section::kPrep},
    {"%sourcelist", Section::kSourceList},
    {"%patchlist", Section::kOther},
    {"%description", Section::kOther},
    {"%conf", Section::kBuild},
    {"%generate_buildrequires", Section::kOther},
    {"%build", Section::kBuild},
    {"%install", Section::kOther},
    {"%check", Section::kOther},
    {"%clean", Section::kOther},
    {"%files", Section::kOther},
    {"%changelog", Section::kOther},
    {"%pre", Section::kOther},
    {"%post", Section::kOther},
    {"%preun", Section::kOther},
    {"%postun", Section::kOther},
    {"%pretrans", Section::kOther},
    {"%posttrans", Section::kOther},
    {"%preuntrans", Section::kOther},
    {"%postuntrans", Section::kOther},
    {"%verifyscript", Section::kOther},
    {"%trigger", Section::kOther},
    {"%triggerin", Section::kOther},
    {"%triggerun", Section::kOther},
    {"%triggerpostun", Section::kOther},
    {"%triggerprein", Section::kOther},
    {"%filetriggerin", Section::kOther},
    {"%filetriggerun", Section::kOther},
    {"%filetriggerpostun", Section::kOther},
    {"%transfiletriggerin", Section::kOther},
    {"%transfiletriggerun", Section::kOther},
    {"%transfiletriggerpostun", Section::kOther},
    {"%end", Section::kOther},
}};

const Name* section_of(std::string_view line) {
  if (!line.starts_with('%')) return nullptr;
  const auto word = first_word(line);
  const auto* const found = std::find_if(kSections.begin(), kSections.end(),
                                         [&](const Name& name) { return same_word(word, name.word); });
  return found == kSections.end() ? nullptr : found;
}

// Whether rpm asks for another line before it reads this one: a line end that is escaped, an open %{, %( or
// %[.
bool is_continued(std::string_view text) {
  if (text.find_first_of("\\%") == std::string_view::npos) return false;
  int braces = 0;
  int parens = 0;
  int squares = 0;
  bool escaped = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\\') {
      const bool carriage = next == '\r' && i + 2 < text.size() && text[i + 2] == '\n';
      escaped = next == '\n' || carriage;
      i += carriage ? 2 : 1;
    } else if (c == '\n') {
      escaped = false;
    } else if (c == '%' && (next == '{' || next == '(' || next == '[' || next == '%')) {
      braces += next == '{' ? 1 : 0;
      parens += next == '(' ? 1 : 0;
      squares += next == '[' ? 1 : 0;
      ++i;
    } else {
      if (braces > 0) braces += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (parens > 0) parens += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (squares > 0) squares += c == '[' ? 1 : c == ']' ? -1 : 0;
    }
  }
  return escaped || braces > 0 || parens > 0 || squares > 0;
}

// The bodies of %define name(opts) and %global may open plain braces, too.
bool opens_body(std::string_view text) {
  if (text.find('{') == std::string_view::npos) return false;
  const auto word = first_word(stripped(text));
  if (word != "%define" && word != "%global") return false;
  int depth = 0;
  for (const char c : text) depth += c == '{' ? 1 : c == '}' ? -1 : 0;
  return depth > 0;
}

}  // namespace

std::size_t behind_conditionals(const SpecText& spec, std::size_t line) {
  const auto& inside = spec.lines[line].inside;
  return spec.lines[inside.empty() ? line : spec.conditionals[inside.front()].closed].end;
}

bool is_name(unsigned char c) { return std::isalnum(c) != 0 || c == '_'; }

std::string_view name_at(std::string_view text) {
  return text.substr(
      0, static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_name) - text.begin()));
}

Directive directive_of(std::string_view line) {
  const auto start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos || line[start] != '%') return Directive::kNone;
  const auto word = first_word(stripped(line));
  for (const std::string_view open : {"%if", "%ifarch", "%ifnarch", "%ifos", "%ifnos"}) {
    if (word == open) return Directive::kOpen;
  }
  for (const std::string_view other : {"%else", "%elif", "%elifarch", "%elifos"}) {
    if (word == other) return Directive::kElse;
  }
  return word == "%endif" ? Directive::kClose : Directive::kNone;
}

bool source_tag(std::string_view line, SourceTag& tag) {
  const auto text = stripped(line);
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto head = stripped(text.substr(0, colon));
  const bool source = head.size() >= 6 && same_word(head.substr(0, 6), "source");
  const bool patch = head.size() >= 5 && same_word(head.substr(0, 5), "patch");
  if (!source && !patch) return false;
  const auto number = stripped(head.substr(source ? 6 : 5));
  const bool digits = number.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits && !number.starts_with('%')) return false;
  tag = {patch, std::string(number)};
  return true;
}

Result<SpecText> read_spec(std::string_view text) {
  SpecText spec;
  spec.text = std::make_unique<const std::string>(text);
  std::string_view rest = *spec.text;
  spec.file.reserve(static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n')) + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    spec.file.push_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  spec.lines.reserve(spec.file.size());
  Section section = Section::kPreamble;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < spec.file.size();) {
    SpecLine line;
    line.begin = i;
    const char* const begin = spec.file[i].data();
    line.text = spec.file[i++];
    while (i < spec.file.size() && (is_continued(line.text) || opens_body(line.text))) {
      const auto& next = spec.file[i++];
      line.text = {begin, static_cast<std::size_t>(next.data() + next.size() - begin)};
    }
    line.end = i;
    line.comment = stripped(line.text).starts_with('#');
    const auto directive = directive_of(line.text);
    if ((directive == Directive::kClose || directive == Directive::kElse) && open.empty())
      return fail(fmt::format("line {}: {} without an %if", line.begin + 1, first_word(stripped(line.text))),
                  "rpm refuses the spec as well");
    if (directive == Directive::kClose) {
      spec.conditionals[open.back()].closed = spec.lines.size();
      open.pop_back();
    }
    line.inside = open;
    if (directive == Directive::kElse) line.inside.pop_back();
    if (const auto* name = section_of(line.text)) {
      section = name->section;
      line.starts_section = true;
    }
    line.section = section;
    if (directive == Directive::kOpen) {
      open.push_back(spec.conditionals.size());
      spec.conditionals.push_back({spec.lines.size(), 0});
    }
    spec.lines.push_back(std::move(line));
  }
  if (!open.empty()) {
    const auto& line = spec.lines[spec.conditionals[open.back()].opened];
    return fail(fmt::format("line {}: this %if is never closed", line.begin + 1),
                "rpm refuses the spec as well");
  }
  return spec;
}

}  // namespace kmesh
