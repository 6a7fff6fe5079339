// SPDX-License-Identifier: Apache-2.0
// Where the headers verb works in one root: the header, the record and the original that is kept; what is
// checked before anything there is changed, and how it is swept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kit/header_state.h"
#include "kit/kit.h"

namespace kmesh {

// As the root itself sees them.
inline constexpr const char* kHeader = "/usr/include/linux/bpf.h";
inline constexpr const char* kDiverted = "/usr/include/linux/bpf.h.distrib";
inline constexpr const char* kStateFolder = "/var/lib/kmesh/headers";

// The files of one root, absolute.
struct Place {
  explicit Place(const std::string& root_folder);

  [[nodiscard]] std::string in_root(std::string_view path) const { return join(root, path.substr(1)); }

  std::string root;
  std::string header;
  std::string folder;  // of the header
  std::string states;  // of the record and the original
  std::string file;    // the record
  std::string kept;    // the original
};

// The file's hash; empty where there is none.
Result<std::string> hash_of(Kit& kit, const std::string& path);

// Errors: no system; a header that is no file; a link, which may lead out of an image into the system we run
// on.
Result<void> check_root(Kit& kit, const Place& place);
// An error names `command` with sudo.
Result<void> check_rights(Kit& kit, const Place& place, const std::string& command);

// Nothing where there is no record. Errors: one that cannot be read, or is about other files.
Result<std::optional<HeaderState>> read_state(Kit& kit, const Place& place);
Result<void> write_state(Kit& kit, const Place& place, const HeaderState& state);
Attributes original_attributes(const HeaderState& state);

// Takes away what this program has made in the root. The record goes last: without it nothing else may be
// left.
Result<void> sweep(Kit& kit, const Place& place);

// Whether there is something of ours in the root. An empty folder above is what a sweep was cut off at.
bool has_leftover(Kit& kit, const Place& place);

// Without a record: an error unless what is left is of a run that was cut off before it changed anything.
Result<void> check_leftover(Kit& kit, const Place& place);

}  // namespace kmesh
