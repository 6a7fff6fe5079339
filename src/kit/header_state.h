// SPDX-License-Identifier: Apache-2.0
// What is written down before a system's header is replaced: whose the original is, what was put in its
// place, and how far that has come. Pure: a value and its text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

enum class HeaderPhase { kInstalling, kInstalled, kRestoring };

struct HeaderState {
  HeaderPhase phase = HeaderPhase::kInstalling;
  std::string path;  // of the header, as the root itself sees it

  // the original
  std::string sha256;
  unsigned mode = 0;
  unsigned owner = 0;
  unsigned group = 0;
  std::int64_t mtime_ns = 0;
  std::string package;   // that owns it; empty where dpkg does not know one
  std::string diverted;  // where its package's versions go, as the root sees it; empty: no diversion

  // what is in its place: two while one version follows another
  std::vector<std::string> ours;  // SHA-256
  std::string version;            // of the kernel it was made from
  std::string from;               // the file it was copied from

  [[nodiscard]] bool is_ours(std::string_view hash) const;
};

std::string_view name_of(HeaderPhase phase);

std::string state_text(const HeaderState& state);
// Errors: what is wrong with it, without the file's name.
Result<HeaderState> parse_state(std::string_view text);

}  // namespace kmesh
