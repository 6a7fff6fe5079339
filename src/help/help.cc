// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "help/page.h"

namespace kmesh {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kWidestNames = 26;  // with longer names what it is for begins on the next line

}  // namespace

std::string left_of(const OptionText& option) {
  std::string left;
  for (auto name = option.names.rbegin(); name != option.names.rend(); ++name)
    left += (left.empty() ? "" : ", ") + *name;
  if (!option.value.empty()) left += (left.empty() ? "" : " ") + option.value;
  return left;
}

namespace {

// Lines of `text` from `column` on; the first one goes on behind `start`.
std::string hung(const std::string& start, const std::string& text, std::size_t column) {
  std::string lines = start;
  bool fresh = start.size() >= column;
  if (fresh) lines += '\n';
  for (const auto& line : wrapped(text, kWidth - column)) {
    const std::size_t there = fresh ? 0 : start.size();
    lines += std::string(column - there, ' ') + line + "\n";
    fresh = true;
  }
  return lines;
}

std::string options_text(const Page& page, bool whole) {
  const auto shown = [&](const OptionText& option) { return whole || option.group != kRare; };
  std::size_t widest = 0;
  for (const auto& option : page.options) {
    const std::size_t width = left_of(option).size();
    if (shown(option) && width <= kWidestNames) widest = std::max(widest, width);
  }
  std::string text;
  std::string heading = "Options";
  std::string rare;
  for (const auto& option : page.options) {
    if (!shown(option)) {
      rare += (rare.empty() ? "" : " ") + option.names.front();
      continue;
    }
    if (!option.positional() && option.group != heading) {
      heading = option.group;
      text += heading + ":\n";
    }
    text += hung("  " + left_of(option), option.help, widest + 4);
  }
  if (!rare.empty()) text += hung("More:", rare + "; --help-all says what each is for", 6);
  return text;
}

}  // namespace

std::string usage_of(const Page& page) {
  std::string usage = page.name + " [OPTIONS]";
  for (const auto& option : page.options)
    if (option.positional()) usage += option.required ? " " + option.value : " [" + option.value + "]";
  return usage;
}

bool has_rare(const Page& page) {
  return std::any_of(page.options.begin(), page.options.end(),
                     [](const OptionText& option) { return option.group == kRare; });
}

std::string verb_of(const Page& page) { return page.name.substr(page.name.find(' ') + 1); }

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  for (const auto& word : words_of(text)) {
    if (lines.empty() || lines.back().size() + 1 + word.size() > width)
      lines.push_back(word);
    else
      lines.back() += " " + word;
  }
  return lines;
}

std::string help_text(const ProgramText& program) {
  std::string text =
      fmt::format("{}: {}\n\nUsage: {} VERB [OPTIONS]\n\n", program.name, program.title, program.name);
  std::size_t widest = 0;
  for (const auto& verb : program.verbs) widest = std::max(widest, verb_of(verb).size());
  for (const auto& verb : program.verbs) text += hung("  " + verb_of(verb), verb.title, widest + 4);
  text += "\nEach verb has a --help of its own. For example:\n\n";
  for (const auto& example : program.examples) text += "  " + example + "\n";
  return text;
}

std::string help_text(const Page& page, bool whole) {
  std::string text = "Usage: " + usage_of(page) + "\n";
  for (const auto& line : wrapped(page.brief, kWidth)) text += line + "\n";
  if (!page.options.empty()) text += "\n" + options_text(page, whole);
  text += page.examples.size() == 1 ? "\nExample:\n" : "\nExamples:\n";
  for (const auto& example : page.examples) text += "  " + example + "\n";
  if (!page.sample.empty()) text += "\n" + page.sample;
  return text;
}

}  // namespace kmesh
