// SPDX-License-Identifier: Apache-2.0
// What there is to say of a call: its options, what they take, examples. The help, the manual page and the
// completion of shells are made of this, and this of the options that are parsed (form.h): they cannot
// disagree.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace kmesh {

struct OptionText {
  std::vector<std::string> names;  // "--jobs", "-j"; of a positional none
  std::string value;               // what stands for its value: "N", "FILE"; of a flag nothing
  std::vector<std::string> words;  // the values there are; FILE, DIR and BASELINE stand for any of those
  std::string help;
  std::string group;  // the heading it stands under; kRare: its name alone is on the first screen
  std::vector<std::string> excludes;  // options it cannot be given with
  std::vector<std::string> needs;     // options it cannot be given without
  bool repeats = false;
  bool required = false;

  bool positional() const { return names.empty(); }
};

inline constexpr const char* kRare = "Rarely needed";

struct Page {
  std::string name;   // "kmesh-kernel build"
  std::string title;  // a line for lists: what it does
  std::string brief;  // a sentence or two, first in the help
  std::vector<std::string>
      about;  // paragraphs, in the manual page alone; one that begins with "- " is a point
  std::vector<OptionText> options;    // in the order of the help
  std::vector<std::string> examples;  // each can be copied
  std::string sample;                 // lines shown as they are, below the examples: a file, for example
  std::vector<std::pair<std::string, std::string>> files;  // what it leaves behind
};

using Row = std::pair<std::string, std::string>;  // a name, and what is said of it

// A program of verbs.
struct ProgramText {
  std::string name;
  std::string title;               // a line: what it is
  std::vector<std::string> about;  // paragraphs, in the manual page alone
  std::vector<Page> verbs;
  std::vector<std::string> examples;
  std::string sample;  // as in Page
  std::vector<Row> exits;
  std::vector<Row> files;
  std::vector<Row> environment;
  std::vector<std::string> see;  // other manual pages: "kmesh-route(1)"
};

// A program's screen and a verb's: 80 columns. `whole`: every option with what it is for, not those alone
// that are needed often.
std::string help_text(const ProgramText& program);
std::string help_text(const Page& page, bool whole);

bool has_rare(const Page& page);                // whether --help-all says more than --help
std::string usage_of(const Page& page);         // "kmesh-kernel prove [OPTIONS] IMAGE"
std::string verb_of(const Page& page);          // "prove"
std::string left_of(const OptionText& option);  // "-j, --jobs N"

// `text` in lines of at most `width` characters, between words; a longer word has a line for itself.
std::vector<std::string> wrapped(const std::string& text, std::size_t width);

}  // namespace kmesh
