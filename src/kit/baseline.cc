// SPDX-License-Identifier: Apache-2.0
#include "kit/baseline.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "kit/nearest.h"

namespace kmesh {
namespace {

std::string text_in(const toml::table& row, std::string_view key) { return row[key].value_or(std::string()); }

std::vector<std::string> texts_in(const toml::table& row, std::string_view key) {
  std::vector<std::string> all;
  if (const auto* array = row[key].as_array()) {
    for (const auto& item : *array) all.push_back(item.value_or(std::string()));
  }
  return all;
}

BaselineRow row_of(const toml::table& table) {
  BaselineRow row;
  row.name = text_in(table, "name");
  row.series = text_in(table, "series");
  row.package = text_in(table, "package");
  row.config_package = text_in(table, "config");
  row.suites = texts_in(table, "suites");
  row.repository = text_in(table, "repository");
  row.rpm = text_in(table, "rpm");
  row.key = text_in(table, "key");
  row.tarballs = texts_in(table, "tarballs");
  row.features = texts_in(table, "features");
  if (const auto* steps = table["steps"].as_table()) {
    for (const auto& [config, count] : *steps)
      row.steps[std::string(config.str())] = count.value_or(std::size_t{0});
  }
  return row;
}

}  // namespace

Result<std::vector<BaselineRow>> parse_baselines(std::string_view toml) {
  toml::table table;
  try {
    table = toml::parse(toml);
  } catch (const toml::parse_error& error) {
    std::ostringstream where;
    where << error.source().begin;
    return fail(fmt::format("baselines.toml: {} ({})", error.description(), where.str()));
  }
  std::vector<BaselineRow> rows;
  if (const auto* array = table["baseline"].as_array()) {
    for (const auto& item : *array) {
      if (const auto* entry = item.as_table()) rows.push_back(row_of(*entry));
    }
  }
  for (const auto& row : rows) {
    if (row.name.empty() || row.series.empty())
      return fail("baselines.toml: a row without name or series", "each [[baseline]] needs both");
    if (std::count_if(rows.begin(), rows.end(), [&](const auto& other) { return other.name == row.name; }) >
        1)
      return fail(fmt::format("baselines.toml: two rows are called {}", row.name));
  }
  if (rows.empty()) return fail("baselines.toml has no [[baseline]] row");
  return rows;
}

Result<BaselineRow> find_baseline(const std::vector<BaselineRow>& rows, std::string_view name) {
  std::vector<std::string> names;
  for (const auto& row : rows) {
    if (row.name == name) return row;
    names.push_back(row.name);
  }
  return wrong_call(
      fmt::format("there is no baseline '{}'; known are {}", name, fmt::join(names, ", ")),
      "name one of them, or bring a source of your own with --tarball FILE or --tree DIR",
      fmt::format("kmesh-kernel build --baseline {}", nearest(name, names).value_or(names.front())));
}

std::optional<BaselineRow> baseline_of_suite(const std::vector<BaselineRow>& rows, std::string_view suite) {
  for (const auto& row : rows) {
    if (std::find(row.suites.begin(), row.suites.end(), suite) != row.suites.end()) return row;
  }
  return std::nullopt;
}

Result<std::string> kernel_version(std::string_view makefile) {
  std::map<std::string, std::string> values;
  std::istringstream lines{std::string(makefile.substr(0, 4096))};
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find('=');
    if (equals == std::string::npos) continue;
    auto trimmed = [](std::string text) {
      text.erase(0, text.find_first_not_of(" \t"));
      text.erase(text.find_last_not_of(" \t\r") + 1);
      return text;
    };
    values.try_emplace(trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)));
  }
  if (values["VERSION"].empty() || values["PATCHLEVEL"].empty())
    return fail("this is no kernel source: its Makefile has no VERSION and PATCHLEVEL");
  std::string version = values["VERSION"] + "." + values["PATCHLEVEL"];
  if (!values["SUBLEVEL"].empty()) version += "." + values["SUBLEVEL"];
  version += values["EXTRAVERSION"];
  const bool plain =
      version.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.+_~-") ==
      std::string::npos;
  if (!plain)
    return fail(fmt::format("the kernel's Makefile gives the version '{}', which is none", version));
  return version;
}

std::optional<BaselineRow> baseline_of_version(const std::vector<BaselineRow>& rows,
                                               std::string_view version) {
  for (const auto& row : rows) {
    if (version == row.name || version.starts_with(row.name + ".") || version.starts_with(row.name + "-"))
      return row;
  }
  return std::nullopt;
}

}  // namespace kmesh
