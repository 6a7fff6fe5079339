// SPDX-License-Identifier: Apache-2.0
#include "kit/configs.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace kmesh {
namespace {

// The symbol of CONFIG_X=... or of "# CONFIG_X is not set"; empty for any other line.
std::string_view symbol_of(std::string_view line) {
  constexpr std::string_view kOff = "# ";
  constexpr std::string_view kIsOff = " is not set";
  if (line.starts_with(kOff) && line.ends_with(kIsOff))
    line = line.substr(kOff.size(), line.size() - kOff.size() - kIsOff.size());
  else if (const auto end = line.find('='); end != std::string_view::npos)
    line = line.substr(0, end);
  else
    return {};
  return line.starts_with("CONFIG_") ? line : std::string_view();
}

}  // namespace

const std::vector<NamedConfig>& named_configs() {
  static const std::vector<NamedConfig> configs = {
      {"slim", {"slim.config"}, 6ULL << 30, 400ULL << 20},
      {"lean", {"slim.config", "lean.config"}, 6ULL << 30, 400ULL << 20},
      {"debug", {"slim.config", "lean.config", "debug.config"}, 10ULL << 30, 800ULL << 20},
      {"distro", {}, 40ULL << 30, 4ULL << 30},
  };
  return configs;
}

const NamedConfig* named_config(std::string_view name) {
  const auto& all = named_configs();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const NamedConfig& config) { return config.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const NamedConfig& sized_config(std::string_view name) {
  const auto* named = named_config(name);
  return named != nullptr ? *named : *named_config("distro");
}

std::string layered(std::string_view lower, std::string_view upper) {
  std::set<std::string_view> spoken_of;
  each_line(upper, [&](std::string_view line) {
    if (const auto symbol = symbol_of(line); !symbol.empty()) spoken_of.insert(symbol);
  });
  std::string text;
  each_line(lower, [&](std::string_view line) {
    if (!spoken_of.contains(symbol_of(line))) text.append(line).push_back('\n');
  });
  return text.append(upper);
}

}  // namespace kmesh
