// SPDX-License-Identifier: Apache-2.0
#include "kit/apt_sources.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <sstream>

#include "base/text.h"

namespace kmesh {
namespace {

std::string with_slash(std::string uri) {
  if (!uri.ends_with('/')) uri += '/';
  return uri;
}

// The words apt takes for a no.
bool switched_off(const std::string& word) {
  static const std::set<std::string> kNo = {"no", "false", "without", "off", "disable", "0"};
  return kNo.contains(lower(word));
}

void add_stanza(std::map<std::string, std::string>& stanza, std::vector<AptSource>& sources) {
  bool binary = false;
  for (const auto& type : words_of(stanza["types"])) binary = binary || type == "deb";
  if (binary && !switched_off(stanza["enabled"])) {
    // a key written into the stanza itself has several lines; its path form is one word
    const auto keys = words_of(stanza["signed-by"]);
    for (const auto& uri : words_of(stanza["uris"])) {
      for (const auto& suite : words_of(stanza["suites"]))
        sources.push_back({with_slash(uri), suite, keys.size() == 1 ? keys[0] : ""});
    }
  }
  stanza.clear();
}

}  // namespace

std::vector<AptSource> parse_one_line_sources(std::string_view text) {
  std::vector<AptSource> sources;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string type;
    std::string signed_by;
    words >> type >> std::ws;
    if (words.peek() == '[') {  // nowhere else: an address may have brackets too
      std::string options;
      words.get();
      if (!std::getline(words, options, ']') || words.eof()) continue;
      for (const auto& option : words_of(options)) {
        if (option.starts_with("signed-by=")) signed_by = option.substr(10);
      }
    }
    std::string uri;
    std::string suite;
    if (type != "deb" || !(words >> uri >> suite) || uri.starts_with("cdrom:")) continue;
    sources.push_back({with_slash(uri), suite, signed_by});
  }
  return sources;
}

std::vector<AptSource> parse_deb822_sources(std::string_view text) {
  std::vector<AptSource> sources;
  std::map<std::string, std::string> stanza;
  std::string name;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    if (line.find_first_not_of(" \t\r") == std::string::npos) {
      add_stanza(stanza, sources);
      continue;
    }
    if (line.front() == ' ' || line.front() == '\t') {
      stanza[name] += " " + line;
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    name = lower(std::string_view(line).substr(0, colon));
    stanza[name] = line.substr(colon + 1);
    const auto words = words_of(stanza[name]);
    if (name == "enabled" && !words.empty()) stanza[name] = words[0];
  }
  add_stanza(stanza, sources);
  return sources;
}

const AptSource* mirror_for(const std::vector<AptSource>& sources, std::string_view host,
                            std::string_view suite) {
  const std::string own = std::string(host) + (suite.ends_with("-security") ? "-security" : "");
  for (const auto& source : sources) {
    if (source.suite == own) return &source;
  }
  return nullptr;
}

std::string sources_for(const std::vector<AptSource>& sources, std::string_view host,
                        const std::vector<std::string>& suites) {
  std::string text;
  for (const auto& suite : suites) {
    const AptSource* source = mirror_for(sources, host, suite);
    if (source == nullptr) continue;
    text += fmt::format("Types: deb\nURIs: {}\nSuites: {}\nComponents: main\n", source->uri, suite);
    if (!source->signed_by.empty()) text += fmt::format("Signed-By: {}\n", source->signed_by);
    text += "\n";
  }
  return text;
}

}  // namespace kmesh
