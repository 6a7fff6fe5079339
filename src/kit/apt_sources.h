// SPDX-License-Identifier: Apache-2.0
// The host's own package sources, read so that another suite can be asked for on the same mirrors. Both of
// apt's formats (one line, deb822). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kmesh {

struct AptSource {
  std::string uri;        // ends with a slash
  std::string suite;      // "bookworm-security"
  std::string signed_by;  // keyring path; empty: apt's own trusted keys
};

// What cannot be read is passed over, as apt itself would complain about it.
std::vector<AptSource> parse_one_line_sources(std::string_view text);
std::vector<AptSource> parse_deb822_sources(std::string_view text);

// The host's entry that would serve `suite`: a security suite is looked for where the host's own security
// suite comes from, any other where the host's main one does. `host` is the host's codename. Null where none
// would.
const AptSource* mirror_for(const std::vector<AptSource>& sources, std::string_view host,
                            std::string_view suite);

// A sources file (deb822) for these suites; those without a mirror are left out.
std::string sources_for(const std::vector<AptSource>& sources, std::string_view host,
                        const std::vector<std::string>& suites);

}  // namespace kmesh
