// SPDX-License-Identifier: Apache-2.0
#include "kit/header_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace kmesh {
namespace {

constexpr int kStateVersion = 1;
constexpr HeaderPhase kPhases[] = {HeaderPhase::kInstalling, HeaderPhase::kInstalled,
                                   HeaderPhase::kRestoring};

using Json = nlohmann::ordered_json;

}  // namespace

bool HeaderState::is_ours(std::string_view hash) const {
  return std::find(ours.begin(), ours.end(), hash) != ours.end();
}

std::string_view name_of(HeaderPhase phase) {
  return phase == HeaderPhase::kInstalling  ? "installing"
         : phase == HeaderPhase::kInstalled ? "installed"
                                            : "restoring";
}

std::string state_text(const HeaderState& state) {
  const Json whole = {{"version", kStateVersion},
                      {"phase", name_of(state.phase)},
                      {"path", state.path},
                      {"original",
                       {{"sha256", state.sha256},
                        {"mode", state.mode},
                        {"owner", state.owner},
                        {"group", state.group},
                        {"mtime_ns", state.mtime_ns},
                        {"package", state.package}}},
                      {"diverted", state.diverted},
                      {"ours", state.ours},
                      {"kernel", state.version},
                      {"from", state.from}};
  return whole.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<HeaderState> parse_state(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return fail("it is no JSON");
  HeaderState state;
  try {
    if (json.at("version") != kStateVersion)
      return fail(fmt::format("it is of version {}, this kmesh-kernel knows {}", json.at("version").dump(),
                              kStateVersion));
    const auto phase = std::find_if(std::begin(kPhases), std::end(kPhases),
                                    [&](HeaderPhase known) { return json.at("phase") == name_of(known); });
    if (phase == std::end(kPhases)) return fail(fmt::format("there is no phase {}", json.at("phase").dump()));
    state.phase = *phase;
    json.at("path").get_to(state.path);
    const auto& original = json.at("original");
    original.at("sha256").get_to(state.sha256);
    original.at("mode").get_to(state.mode);
    original.at("owner").get_to(state.owner);
    original.at("group").get_to(state.group);
    original.at("mtime_ns").get_to(state.mtime_ns);
    original.at("package").get_to(state.package);
    json.at("diverted").get_to(state.diverted);
    json.at("ours").get_to(state.ours);
    json.at("kernel").get_to(state.version);
    json.at("from").get_to(state.from);
  } catch (const Json::exception& error) {
    return fail(error.what());
  }
  return state;
}

}  // namespace kmesh
