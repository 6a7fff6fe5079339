// SPDX-License-Identifier: Apache-2.0
#include "help/form.h"

#include <algorithm>

#include "base/text.h"

namespace kmesh {
namespace {

// "TEXT:FILE", "N:POSITIVE", "UINT": the type's name and what the checks say of themselves.
std::vector<std::string> parts_of(const std::string& text, char between) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == between)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

bool is_default_type(const std::string& type) {
  return starts_with_any(type, {"TEXT", "INT", "UINT", "FLOAT", "BOOLEAN"});
}

OptionText text_of(const CLI::Option& option) {
  OptionText text;
  for (const auto& name : option.get_lnames()) text.names.push_back("--" + name);
  for (const auto& name : option.get_snames()) text.names.push_back("-" + name);
  text.help = option.get_description();
  text.group = option.get_group();
  text.required = option.get_required();
  text.repeats = option.get_expected_max() > 1;
  for (const auto* other : option.get_excludes()) text.excludes.push_back(other->get_name());
  for (const auto* other : option.get_needs()) text.needs.push_back(other->get_name());
  if (option.get_items_expected_max() == 0) return text;
  const auto parts = parts_of(option.get_type_name(), ':');
  const bool checked = parts.size() > 1;
  if (checked) text.words = parts_of(parts[1], '|');
  text.value = checked && is_default_type(parts[0]) ? parts[1] : parts[0];
  if (option.get_positional()) text.value = option.get_name(true);
  return text;
}

}  // namespace

Form::Form(const std::string& brief, const std::string& name) : CLI::App(brief, name) {
  set_help_flag("-h,--help", "this text");
  words.name = name;
  words.brief = brief;
}

Page page_of(const Form& form) {
  Page page = form.words;
  std::vector<std::string> groups;
  for (const auto& group : form.get_groups())
    if (group != kRare) groups.push_back(group);
  groups.emplace_back(kRare);
  for (const bool positional : {true, false}) {
    for (const auto& group : groups) {
      for (const auto* option : form.get_options()) {
        if (option == form.get_help_ptr() || option == form.get_help_all_ptr()) continue;
        if (option->get_group() == group && option->get_positional() == positional)
          page.options.push_back(text_of(*option));
      }
    }
  }
  return page;
}

const Verb* verb_named(std::span<const Verb> verbs, const std::string& name) {
  const auto row =
      std::find_if(verbs.begin(), verbs.end(), [&](const Verb& verb) { return name == verb.name; });
  return row == verbs.end() ? nullptr : &*row;
}

std::vector<Page> pages_of(std::span<const Verb> verbs) {
  std::vector<Page> pages;
  for (const auto& verb : verbs) {
    Call call;
    call.look = [&](const Page& page) {
      pages.push_back(page);
      pages.back().title = verb.title;
    };
    verb.run(call);
  }
  return pages;
}

CLI::Validator named(const std::string& kind) {
  return {[](std::string& text) { return text.empty() ? std::string("an empty name") : std::string(); },
          kind};
}

}  // namespace kmesh
