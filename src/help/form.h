// SPDX-License-Identifier: Apache-2.0
// The options of a call, with what is said of it in its help and its manual page.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "help/page.h"

namespace kmesh {

struct Form : CLI::App {
  // `name`: with the program's, "kmesh-kernel build"
  Form(const std::string& brief, const std::string& name);

  // What the page has besides its options, name and brief.
  Page words;
};

// An option's heading is its group in CLI11. What its value is called is its type's name or, where it was
// given none, what its first check takes.
Page page_of(const Form& form);

// What a call is made with: words that are parsed; or somebody who looks at the page, and then nothing is
// run.
struct Call {
  std::vector<std::string> words;
  std::function<void(const Page&)> look = {};
};

// A row of a program's table of verbs.
struct Verb {
  const char* name;
  const char* title;
  int (*run)(const Call& call);
};

const Verb* verb_named(std::span<const Verb> verbs, const std::string& name);
std::vector<Page> pages_of(std::span<const Verb> verbs);

// A value with at least one letter. `kind` says what it is: FILE, DIR, BASELINE, or words and one of these,
// with | between.
CLI::Validator named(const std::string& kind = "FILE");

}  // namespace kmesh
