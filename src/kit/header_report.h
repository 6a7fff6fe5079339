// SPDX-License-Identifier: Apache-2.0
// What the headers verb says: for a person, and as JSON. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kit/header_state.h"

namespace kmesh {

struct HeadersReport {
  // "installed" | "already installed" | "restored" | "kept newer" | "not installed"; of status alone
  // "interrupted" | "changed" besides
  std::string action;
  std::string path;    // of the system's header
  std::string sha256;  // of what lies there now; empty: nothing
  std::string kept;    // where the original's bytes are; empty: nowhere
  std::optional<HeaderState> state = std::nullopt;
  bool updated = false;                 // the distribution brought another version since
  std::vector<std::string> notes = {};  // sentences for a person
};

std::string headers_text(const HeadersReport& report);
std::string headers_json(const HeadersReport& report);

}  // namespace kmesh
