// SPDX-License-Identifier: Apache-2.0
#include "help/manual.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"

namespace kmesh {
namespace {

constexpr std::size_t kTextWidth = 78;

// A hyphen is written as a minus: names and options can be copied out of the page then.
std::string escaped(const std::string& text) {
  std::string roff;
  for (const char c : text) {
    if (c == '\\')
      roff += "\\e";
    else if (c == '-')
      roff += "\\-";
    else
      roff += c;
  }
  return roff;
}

// A line of text is never taken for a request.
std::string line_of(const std::string& text) {
  return (starts_with_any(text, {".", "'"}) ? "\\&" : "") + escaped(text) + "\n";
}

std::string prose(const std::string& text) {
  std::string roff;
  for (const auto& line : wrapped(text, kTextWidth)) roff += line_of(line);
  return roff;
}

std::string bold(const std::string& text) { return ".B \"" + escaped(text) + "\"\n"; }

std::string verbatim(const std::string& text) {
  std::string roff = ".EX\n";
  each_line(text, [&](std::string_view line) { roff += line_of(std::string(line)); });
  return roff + ".EE\n";
}

std::string section(const std::string& name) { return ".SH " + name + "\n"; }

std::string rows(const std::vector<Row>& list) {
  std::string roff;
  for (const auto& [name, text] : list) roff += ".TP\n" + bold(name) + prose(text);
  return roff;
}

std::string head(const std::string& name, const std::string& title, const Edition& edition) {
  std::string big = name;
  std::transform(big.begin(), big.end(), big.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return fmt::format(".TH \"{}\" 1 \"{}\" \"kmesh {}\" \"Kmesh\"\n.SH NAME\n{} \\- {}\n", escaped(big),
                     edition.date, edition.version, escaped(name), escaped(title));
}

std::string paragraphs(const std::vector<std::string>& about) {
  std::string roff;
  for (const auto& text : about) {
    const bool point = text.starts_with("- ");
    roff += (point ? ".IP \\(bu 2\n" : roff.empty() ? "" : ".PP\n") + prose(point ? text.substr(2) : text);
  }
  return roff;
}

// What the help has no room for: what an option cannot be given with or without.
std::string conditions(const OptionText& option) {
  std::string text;
  if (!option.excludes.empty()) text += fmt::format(" Not with {}.", fmt::join(option.excludes, ", "));
  if (!option.needs.empty()) text += fmt::format(" Only with {}.", fmt::join(option.needs, ", "));
  if (option.repeats && option.help.find("repeat") == std::string::npos) text += " May be repeated.";
  return text;
}

// With a capital and a full stop; a word that is a value stays as it is written in a call.
std::string sentence(const std::string& text, const std::vector<std::string>& words = {}) {
  std::string whole = text;
  const std::string first = text.substr(0, text.find_first_of(" ,"));
  if (std::find(words.begin(), words.end(), first) == words.end())
    whole[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(whole[0])));
  return whole + (ends_with_any(whole, {".", "?"}) ? "" : ".");
}

// Paragraphs that follow others.
std::string more_paragraphs(const std::vector<std::string>& about) {
  const bool text = !about.empty() && !about.front().starts_with("- ");
  return (text ? ".PP\n" : "") + paragraphs(about);
}

std::string options_of(const Page& page) {
  std::string roff;
  for (const auto& option : page.options) {
    roff += ".TP\n" + bold(left_of(option)) + prose(sentence(option.help, option.words) + conditions(option));
    const auto literal = [](const std::string& word) {
      return std::islower(static_cast<unsigned char>(word[0]));
    };
    if (option.words.size() > 1 && std::all_of(option.words.begin(), option.words.end(), literal) &&
        option.help.find(option.words.front()) == std::string::npos &&
        option.value.find('|') == std::string::npos)
      roff += prose(fmt::format("One of: {}.", fmt::join(option.words, ", ")));
  }
  return roff + ".TP\n" + bold("-h, --help") + prose("A screen of help, and nothing else.");
}

std::string examples_of(const std::vector<std::string>& examples, const std::string& sample) {
  std::string roff;
  for (const auto& example : examples) roff += (roff.empty() ? "" : ".PP\n") + verbatim(example);
  return sample.empty() ? roff : roff + ".PP\n" + verbatim(sample);
}

// ".BR kmesh\-route (1)," and the like.
std::string see_also(const std::vector<std::string>& pages) {
  std::string roff = section("SEE ALSO");
  for (const auto& page : pages) {
    const std::size_t chapter = page.find('(');
    roff += fmt::format(".BR {} {}{}\n", escaped(page.substr(0, chapter)), page.substr(chapter),
                        page == pages.back() ? "" : ",");
  }
  return roff;
}

}  // namespace

std::string page_name(const Page& verb) {
  std::string name = verb.name;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string manual_page(const ProgramText& program, const Edition& edition, bool whole) {
  std::string roff = head(program.name, program.title, edition) + section("SYNOPSIS");
  roff += bold(program.name) + ".I VERB\n[OPTIONS]\n" + section("DESCRIPTION") + paragraphs(program.about);
  roff += section("VERBS");
  for (const auto& verb : program.verbs) {
    if (whole) {
      roff += ".SS \"" + escaped(usage_of(verb)) + "\"\n" + prose(sentence(verb.title)) +
              more_paragraphs(verb.about) + options_of(verb);
    } else {
      roff += fmt::format(".TP\n.BR {} (1)\n", escaped(page_name(verb))) + prose(sentence(verb.title));
    }
  }
  roff += section("EXIT STATUS") + rows(program.exits);
  if (!program.files.empty()) roff += section("FILES") + rows(program.files);
  if (!program.environment.empty()) roff += section("ENVIRONMENT") + rows(program.environment);
  roff += section("EXAMPLES") + examples_of(program.examples, program.sample);
  std::vector<std::string> see;
  if (!whole)
    for (const auto& verb : program.verbs) see.push_back(page_name(verb) + "(1)");
  see.insert(see.end(), program.see.begin(), program.see.end());
  return roff + see_also(see);
}

std::string manual_page(const ProgramText& program, const Page& verb, const Edition& edition) {
  std::string roff = head(page_name(verb), verb.title, edition) + section("SYNOPSIS");
  roff += bold(program.name + " " + verb_of(verb)) + "[OPTIONS]\n";
  for (const auto& option : verb.options)
    if (option.positional()) roff += ".I " + option.value + "\n";
  roff += section("DESCRIPTION") + prose(verb.brief) + more_paragraphs(verb.about);
  roff += section("OPTIONS") + options_of(verb);
  roff += section("EXIT STATUS") + rows(program.exits);
  if (!verb.files.empty()) roff += section("FILES") + rows(verb.files);
  roff += section("EXAMPLES") + examples_of(verb.examples, verb.sample);
  return roff + see_also({program.name + "(1)"});
}

}  // namespace kmesh
